//! Invented data, the same for the same arguments: for benches, end-to-end tests and a first look at the pages.
//!
//! Rows are written by the same rules as real ones; rollups come from the rebuild, so that both are compared by use.

mod uplinks;

use chrono::{DateTime, TimeDelta, Utc};
use domain::measurements::is_outage;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, Set};
use uuid::Uuid;

use crate::{
    AppState,
    db::time::to_ms,
    entities::{device, device_key, household, measurement, provider},
    error::AppResult,
    measurements::{devices::find_device, rebuild},
};

pub use uplinks::{NAME as UPLINK, seed_uplink};

/// What to invent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedPlan {
    pub measurements: u32,
    pub devices: u32,
    pub providers: u32,
    /// The tests lie in this many days before now.
    pub days: u32,
    pub seed: u64,
}

/// Rows in one insert: 37 columns each, below SQLite's 32,766 parameters.
const INSERT: usize = 500;
/// Rows in one unit.
const UNIT: usize = 5_000;

/// The id of the n-th seeded device, for `X-Client-ID`.
pub const fn device_id(n: u32) -> Uuid {
    Uuid::from_u128(0x5eed_0000_0000_4000_9000_0000_0000_0000 + n as u128)
}

/// Invents and stores. The first device gets a tenth of the tests, the others share the rest.
pub async fn seed(state: &AppState, plan: SeedPlan) -> AppResult<()> {
    let now = state.clock.now();
    let ids = insert_people(state, plan, now).await?;
    let mut rng = StdRng::seed_from_u64(plan.seed);
    let mut waiting = Vec::with_capacity(UNIT);
    for n in 0..plan.measurements {
        waiting.push(invent(&mut rng, plan, &ids, n, now));
        if waiting.len() == UNIT || n + 1 == plan.measurements {
            let rows = std::mem::replace(&mut waiting, Vec::with_capacity(UNIT));
            state.db.write(move |tx| Box::pin(insert_tests(tx, rows))).await?;
        }
    }
    rebuild::rebuild_all(&state.db).await?;
    Ok(())
}

struct People {
    devices: Vec<i64>,
    providers: Vec<i64>,
}

impl People {
    fn provider_of(&self, device: usize) -> i64 {
        self.providers[device % self.providers.len()]
    }
}

async fn insert_people(state: &AppState, plan: SeedPlan, now: DateTime<Utc>) -> AppResult<People> {
    let hashes: Vec<_> = (0..plan.devices).map(|n| state.key.device(device_id(n))).collect();
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut people = People { devices: Vec::new(), providers: Vec::new() };
                for n in 0..plan.providers.max(1) {
                    people.providers.push(insert_provider(tx, n).await?);
                }
                for (n, hash) in hashes.into_iter().enumerate() {
                    if let Some(known) = find_device(tx, hash).await? {
                        people.devices.push(known.id);
                        continue;
                    }
                    let hash = hash.0;
                    let row = device::ActiveModel {
                        time_zone: Set(Some("Europe/Berlin".to_owned())),
                        created_at: Set(to_ms(now - TimeDelta::days(i64::from(plan.days)))),
                        last_seen_at: Set(to_ms(now)),
                        ..Default::default()
                    };
                    let id = device::Entity::insert(row).exec(tx).await?.last_insert_id;
                    let key = device_key::ActiveModel {
                        hash: Set(hash.to_vec()),
                        device_id: Set(id),
                        added_at: Set(to_ms(now)),
                    };
                    device_key::Entity::insert(key).exec_without_returning(tx).await?;
                    let seen = household::ActiveModel {
                        device_id: Set(id),
                        provider_id: Set(people.provider_of(n)),
                        household: Set(hash[..16].to_vec()),
                        seen_at: Set(to_ms(now)),
                    };
                    household::Entity::insert(seen).exec_without_returning(tx).await?;
                    people.devices.push(id);
                }
                Ok(people)
            })
        })
        .await
}

async fn insert_provider(tx: &DatabaseTransaction, n: u32) -> Result<i64, sea_orm::DbErr> {
    use sea_orm::{ColumnTrait, QueryFilter};
    let slug = format!("example-{n}");
    if let Some(known) = provider::Entity::find().filter(provider::Column::Slug.eq(&slug)).one(tx).await? {
        return Ok(known.id);
    }
    let row = provider::ActiveModel {
        slug: Set(slug),
        name: Set(format!("Example Net {n}")),
        ..Default::default()
    };
    Ok(provider::Entity::insert(row).exec(tx).await?.last_insert_id)
}

async fn insert_tests(tx: &DatabaseTransaction, rows: Vec<measurement::Model>) -> AppResult<()> {
    for part in rows.chunks(INSERT) {
        let part = part.iter().map(|row| {
            let mut row = row.clone().into_active_model().reset_all();
            row.id = sea_orm::ActiveValue::NotSet;
            row
        });
        measurement::Entity::insert_many(part).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// One test: a line of its own speed for each device, slower in the evening, now and then failing.
fn invent(
    rng: &mut StdRng,
    plan: SeedPlan,
    people: &People,
    n: u32,
    now: DateTime<Utc>,
) -> measurement::Model {
    let device = if n.is_multiple_of(10) { 0 } else { rng.random_range(0..people.devices.len()) };
    let back = TimeDelta::milliseconds(rng.random_range(0..i64::from(plan.days.max(1)) * 86_400_000));
    let at = now - back;
    let line = 25.0 * f64::from(1 + (device % 8) as u32);
    let evening = if (18..23).contains(&chrono::Timelike::hour(&at)) { 0.7 } else { 1.0 };
    let failed = rng.random_range(0..100) == 0;
    let figure = |value: f64| (!failed).then_some((value * 1000.0).round() / 1000.0);
    let download = figure(line * evening * rng.random_range(0.8..1.0));
    let idle = rng.random_range(8.0..30.0);
    measurement::Model {
        id: 0,
        device_id: Some(people.devices[device]),
        provider_id: people.provider_of(device),
        household: None,
        started_at: to_ms(at),
        duration_ms: 20_000,
        received_at: to_ms(at),
        source: "browser".to_owned(),
        kind: if failed { "failed" } else { "full" }.to_owned(),
        failure: failed.then(|| "offline".to_owned()),
        is_outage: is_outage(failed, download),
        valid: rng.random_range(0..200) != 0,
        invalid_reason: None,
        method: "http".to_owned(),
        protocol: Some("h2".to_owned()),
        congestion: Some("cubic".to_owned()),
        connections: 4,
        concurrent_tests: 1,
        ip_version: Some(4),
        download_mbps: download,
        upload_mbps: figure(line / 5.0 * rng.random_range(0.8..1.0)),
        ping_ms: figure(idle),
        jitter_ms: figure(rng.random_range(0.2..4.0)),
        loaded_ping_down_ms: figure(idle + rng.random_range(5.0..80.0)),
        loaded_ping_up_ms: figure(idle + rng.random_range(5.0..120.0)),
        loss: None,
        retransmitted_share: None,
        bytes_used: if failed { 0 } else { 120_000_000 },
        location: None,
        latitude: None,
        longitude: None,
        uplink: None,
        detail: None,
        share_id: None,
        idempotency_key: None,
        body_hash: None,
    }
}
