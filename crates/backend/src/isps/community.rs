//! What everybody's rollups say together, cached: one caller makes a snapshot, the others wait for it or get the last.
//!
//! A snapshot holds figures per provider and device, never an answer: how many households stand behind a figure
//! depends on who looks. A deletion empties the cache at once, and what was being made meanwhile is not kept.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::history::facts::WindowFacts;
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use crate::{
    AppState,
    db::time::{BUCKET_MS, bucket_of, from_ms},
    entities::{
        household, provider,
        rollup::{self, Column},
    },
    history::windows::day_of,
    measurements::rollups::decode,
};

/// So long a snapshot is the present.
const FRESH: TimeDelta = TimeDelta::seconds(15);
/// So long it may still be shown while the next one is made.
const STALE: TimeDelta = TimeDelta::minutes(5);

pub type Household = [u8; 16];

/// The cache, one snapshot a window length.
#[derive(Default)]
pub struct Community {
    cached: Mutex<HashMap<u32, Arc<Snapshot>>>,
    making: tokio::sync::Mutex<()>,
    generation: AtomicU64,
}

/// Everybody's figures of a window, in whole buckets.
pub struct Snapshot {
    pub made_at: DateTime<Utc>,
    pub providers: Vec<ProviderFacts>,
    /// By the operator's local day, oldest first.
    pub days: BTreeMap<NaiveDate, BTreeMap<i64, DeviceDay>>,
    /// All households that take part.
    households: BTreeSet<Household>,
    /// Answers made from it, by the viewer's household where that takes part (`None`: it does not).
    answers: Mutex<HashMap<(&'static str, Option<Household>), Arc<str>>>,
}

/// One provider's devices.
pub struct ProviderFacts {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub devices: BTreeMap<i64, DeviceFacts>,
}

/// One device's figures on one provider.
pub struct DeviceFacts {
    pub facts: WindowFacts,
    /// The household it was last seen in.
    pub household: Option<Household>,
}

/// One device's figures of one day.
#[derive(Default)]
pub struct DeviceDay {
    pub facts: WindowFacts,
    pub household: Option<Household>,
}

impl Community {
    /// Forgets everything: somebody's data was deleted.
    pub fn clear(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.cached.lock().expect("no panic while holding the cache").clear();
    }

    fn known(&self, hours: u32) -> Option<Arc<Snapshot>> {
        self.cached.lock().expect("no panic while holding the cache").get(&hours).cloned()
    }
}

/// The snapshot of the last hours.
pub async fn snapshot(state: &AppState, hours: u32) -> Result<Arc<Snapshot>, DbErr> {
    let now = state.clock.now();
    let age = |snapshot: &Snapshot| now.signed_duration_since(snapshot.made_at);
    let known = state.community.known(hours);
    match known {
        Some(known) if age(&known) < FRESH => Ok(known),
        Some(known) if age(&known) < STALE => {
            if let Ok(guard) = state.community.making.try_lock() {
                drop(guard);
                let maker = state.clone();
                state.tasks.spawn(async move {
                    if let Err(error) = make(&maker, hours).await {
                        tracing::warn!(error = %error, "the community's figures could not be made anew");
                    }
                });
            }
            Ok(known)
        }
        _ => make(state, hours).await,
    }
}

/// Makes a snapshot, unless another caller just did.
async fn make(state: &AppState, hours: u32) -> Result<Arc<Snapshot>, DbErr> {
    let _one = state.community.making.lock().await;
    let now = state.clock.now();
    let known = state.community.known(hours);
    if let Some(known) = known.filter(|known| now.signed_duration_since(known.made_at) < FRESH) {
        return Ok(known);
    }
    let generation = state.community.generation.load(Ordering::SeqCst);
    let snapshot = Arc::new(read(&state.db.read, now, hours, state.config.time_zone).await?);
    if state.community.generation.load(Ordering::SeqCst) == generation {
        state
            .community
            .cached
            .lock()
            .expect("no panic while holding the cache")
            .insert(hours, snapshot.clone());
    }
    Ok(snapshot)
}

#[derive(FromQueryResult)]
struct Row {
    device_id: i64,
    provider_id: i64,
    bucket: i64,
    tests: i32,
    failures: i32,
    outages: i32,
    last_test_at: i64,
    download_histogram: Option<Vec<u8>>,
    upload_histogram: Option<Vec<u8>>,
    ping_histogram: Option<Vec<u8>>,
}

async fn read(
    db: &DatabaseConnection,
    now: DateTime<Utc>,
    hours: u32,
    zone: chrono_tz::Tz,
) -> Result<Snapshot, DbErr> {
    let from = (now - TimeDelta::hours(i64::from(hours))).timestamp_millis();
    let rows = rollup::Entity::find()
        .select_only()
        .columns([Column::DeviceId, Column::ProviderId, Column::Bucket, Column::Tests, Column::Failures])
        .columns([Column::Outages, Column::LastTestAt])
        .columns([Column::DownloadHistogram, Column::UploadHistogram, Column::PingHistogram])
        .filter(Column::Bucket.gte(bucket_of(from)))
        .into_model::<Row>()
        .all(db)
        .await?;
    let homes = homes(db).await?;
    let names: HashMap<i64, provider::Model> =
        provider::Entity::find().all(db).await?.into_iter().map(|row| (row.id, row)).collect();
    let confirmed = Confirmed::from(&rows, &homes);
    let mut providers: BTreeMap<i64, ProviderFacts> = BTreeMap::new();
    let mut days: BTreeMap<NaiveDate, BTreeMap<i64, DeviceDay>> = BTreeMap::new();
    for row in &rows {
        let household = homes.get(&(row.device_id, row.provider_id)).copied();
        let facts = row.facts(confirmed.is(row, household))?;
        let day = days.entry(day_of(zone, from_ms(row.bucket * BUCKET_MS))).or_default();
        let of_day = day.entry(row.device_id).or_default();
        of_day.facts.merge(&facts);
        of_day.household = of_day.household.or(household);
        let Some(known) = names.get(&row.provider_id) else { continue };
        let provider = providers.entry(row.provider_id).or_insert_with(|| ProviderFacts {
            id: known.id,
            slug: known.slug.clone(),
            name: known.name.clone(),
            devices: BTreeMap::new(),
        });
        let device = provider
            .devices
            .entry(row.device_id)
            .or_insert_with(|| DeviceFacts { facts: WindowFacts::default(), household });
        device.facts.merge(&facts);
    }
    let providers: Vec<ProviderFacts> = providers.into_values().collect();
    let devices = providers.iter().flat_map(|provider| provider.devices.values());
    Ok(Snapshot {
        made_at: now,
        households: devices.filter_map(|device| device.household).collect(),
        providers,
        days,
        answers: Mutex::default(),
    })
}

/// The household that a device was last seen in, for each provider.
async fn homes(db: &DatabaseConnection) -> Result<HashMap<(i64, i64), Household>, DbErr> {
    let mut newest: HashMap<(i64, i64), (i64, Household)> = HashMap::new();
    for row in household::Entity::find().all(db).await? {
        let Ok(hash) = Household::try_from(row.household.as_slice()) else { continue };
        let known = newest.entry((row.device_id, row.provider_id)).or_insert((row.seen_at, hash));
        *known = (*known).max((row.seen_at, hash));
    }
    Ok(newest.into_iter().map(|(key, (_, hash))| (key, hash)).collect())
}

/// Which failures count for a provider: at least two other households failed there within a bucket of it
/// (measurement.md, later delivery); one resident's broken cable says nothing about a provider.
struct Confirmed(HashMap<(i64, i64), BTreeSet<Household>>);

impl Confirmed {
    const OTHERS: usize = 2;

    fn from(rows: &[Row], homes: &HashMap<(i64, i64), Household>) -> Self {
        let mut failing: HashMap<(i64, i64), BTreeSet<Household>> = HashMap::new();
        for row in rows.iter().filter(|row| row.failures > 0) {
            if let Some(home) = homes.get(&(row.device_id, row.provider_id)) {
                failing.entry((row.provider_id, row.bucket)).or_default().insert(*home);
            }
        }
        Self(failing)
    }

    fn is(&self, row: &Row, own: Option<Household>) -> bool {
        let near = (row.bucket - 1..=row.bucket + 1).filter_map(|b| self.0.get(&(row.provider_id, b)));
        let others: BTreeSet<&Household> = near.flatten().filter(|home| Some(**home) != own).collect();
        others.len() >= Self::OTHERS
    }
}

impl Row {
    fn facts(&self, confirmed: bool) -> Result<WindowFacts, DbErr> {
        let left_out = if confirmed { 0 } else { self.failures };
        let count = |n: i32| u64::from((n - left_out).max(0).unsigned_abs());
        Ok(WindowFacts {
            tests: count(self.tests),
            failed: count(self.failures),
            outages: count(self.outages),
            download: decode(self.download_histogram.as_deref())?,
            upload: decode(self.upload_histogram.as_deref())?,
            ping: decode(self.ping_histogram.as_deref())?,
            last_test_at: Some(from_ms(self.last_test_at)),
        })
    }
}

impl Snapshot {
    /// The viewer as far as it matters: its household, where that takes part.
    pub fn viewer(&self, household: Household) -> Option<Household> {
        self.households.contains(&household).then_some(household)
    }

    /// An answer made from this snapshot, made once for each kind of viewer.
    pub fn answer<E>(
        &self,
        kind: &'static str,
        viewer: Option<Household>,
        make: impl FnOnce() -> Result<String, E>,
    ) -> Result<Arc<str>, E> {
        let key = (kind, viewer);
        if let Some(known) = self.answers.lock().expect("no panic while holding the answers").get(&key) {
            return Ok(known.clone());
        }
        let made: Arc<str> = make()?.into();
        self.answers.lock().expect("no panic while holding the answers").insert(key, made.clone());
        Ok(made)
    }
}
