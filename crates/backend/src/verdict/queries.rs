//! What the verdict reads.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::verdict::{GroupFacts, OwnTest};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    AppState,
    db::time::{from_ms, to_ms},
    entities::{
        measurement::{self, Column},
        provider,
    },
    http::Caller,
};

/// So many own tests of an hour are enough to judge by.
const MOST_OWN: u64 = 50;
/// measurement.md §5.
const LATELY: TimeDelta = TimeDelta::minutes(15);
/// More tests of 15 minutes say nothing that these do not.
const MOST_LATELY: u64 = 20_000;

/// A device's valid tests since an instant, newest first.
pub async fn list_own_tests(
    db: &DatabaseConnection,
    device_id: i64,
    since: DateTime<Utc>,
) -> Result<Vec<OwnTest>, DbErr> {
    let rows = measurement::Entity::find()
        .filter(Column::DeviceId.eq(device_id))
        .filter(Column::StartedAt.gte(to_ms(since)))
        .filter(Column::Valid.eq(true))
        .order_by_desc(Column::StartedAt)
        .limit(MOST_OWN)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(own_test).collect())
}

fn own_test(row: measurement::Model) -> OwnTest {
    OwnTest {
        at: from_ms(row.started_at),
        failed: row.failure.is_some(),
        download: row.download_mbps,
        ping: row.ping_ms,
        loaded_ping_down: row.loaded_ping_down_ms,
        loaded_ping_up: row.loaded_ping_up_ms,
        // Stored as a share, told in per cent.
        loss: row.loss.map(|share| share * 100.0),
    }
}

/// The households that tested lately, each with its newest test.
pub struct Lately(Vec<Household>);

struct Household {
    provider: String,
    newest_at: i64,
    is_outage: bool,
    /// The first of the outages that lasts until the newest test.
    since: i64,
}

/// Everybody's tests of the last 15 minutes but those of the caller's household and device.
pub async fn list_lately_tested(
    state: &AppState,
    caller: &Caller,
    device_id: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Lately, DbErr> {
    let rows: Vec<(Vec<u8>, Option<i64>, String, i64, bool)> = measurement::Entity::find()
        .select_only()
        .columns([Column::Household, Column::DeviceId])
        .column(provider::Column::Slug)
        .columns([Column::StartedAt, Column::IsOutage])
        .inner_join(provider::Entity)
        .filter(Column::StartedAt.gte(to_ms(now - LATELY)))
        .filter(Column::Household.is_not_null())
        .filter(Column::Household.ne(caller.household.0.to_vec()))
        .filter(Column::Valid.eq(true))
        .order_by_desc(Column::StartedAt)
        .limit(MOST_LATELY)
        .into_tuple()
        .all(&state.db.read)
        .await?;
    let mut households: HashMap<(Vec<u8>, String), (Household, bool)> = HashMap::new();
    for (household, device, provider, at, is_outage) in rows {
        if device.is_some() && device == device_id {
            continue;
        }
        let (seen, unbroken) = households
            .entry((household, provider.clone()))
            .or_insert_with(|| (Household { provider, newest_at: at, is_outage, since: at }, is_outage));
        *unbroken &= is_outage;
        if *unbroken {
            seen.since = at;
        }
    }
    Ok(Lately(households.into_values().map(|(household, _)| household).collect()))
}

impl Lately {
    /// Those whose provider fits; `None` where nobody's does.
    pub fn group(&self, fits: impl Fn(&str) -> bool) -> Option<GroupFacts> {
        let group: Vec<_> = self.0.iter().filter(|household| fits(&household.provider)).collect();
        let failing = || group.iter().filter(|household| household.is_outage);
        Some(GroupFacts {
            households: group.len() as u64,
            failing: failing().count() as u64,
            usually_failing: None,
            since: failing().map(|household| from_ms(household.since)).min(),
            newest_at: group.iter().map(|household| from_ms(household.newest_at)).max()?,
        })
    }
}
