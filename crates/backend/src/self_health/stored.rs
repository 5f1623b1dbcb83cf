//! What the database says: its pages, its histories, the lines' minutes, the jobs.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    self_health::{DatabaseFacts, HistoryFacts, Integrity, JobFacts, LineFacts, largest_gap},
    uplinks::{Reason, minute_of, minute_start},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::started_at;
use crate::{
    AppState,
    db::time::{bucket_of, from_ms},
    entities::{job, measurement, rollup, uplink, uplink_minute},
    jobs::JOBS,
};

/// The job whose row holds what the last look at the pages found.
pub const INTEGRITY: &str = "integrity";
/// A minute is there with its first round; a round may be a slow one.
const MINUTE_PATIENCE_S: i64 = 180;

pub async fn facts(state: &AppState, now: DateTime<Utc>) -> Result<DatabaseFacts, DbErr> {
    let rows = job::Entity::find().all(&state.db.read).await?;
    let rows: HashMap<&str, &job::Model> = rows.iter().map(|row| (row.name.as_str(), row)).collect();
    let mut histories = vec![test_sums(state).await?];
    let lines = if state.config.uplinks.enabled {
        let mut lines = Vec::new();
        for row in watched(state).await? {
            let (history, line) = line(state, &row, now).await?;
            histories.push(history);
            lines.push(line);
        }
        Some(lines)
    } else {
        None
    };
    Ok(DatabaseFacts {
        bytes: state.db.size().await?,
        integrity: state.db.is_sqlite().then(|| integrity(rows.get(INTEGRITY).copied())),
        histories,
        lines,
        jobs: JOBS
            .iter()
            .map(|job| work(state, job.name, job.every_s, rows.get(job.name).copied()))
            .collect(),
    })
}

/// The newest test that counts must be in its sum.
async fn test_sums(state: &AppState) -> Result<HistoryFacts, DbErr> {
    use measurement::Column;
    let db = &state.db.read;
    let newest: Option<(i64, i64, i64)> = measurement::Entity::find()
        .select_only()
        .columns([Column::DeviceId, Column::ProviderId, Column::StartedAt])
        .filter(Column::Valid.eq(true))
        .filter(Column::DeviceId.is_not_null())
        .order_by_desc(Column::Id)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    let mut facts = HistoryFacts { name: "test_sums".to_owned(), ..HistoryFacts::default() };
    if let Some((device, provider, at)) = newest {
        let sum = rollup::Entity::find_by_id((device, provider, bucket_of(at))).one(db).await?;
        facts.newest = sum.map(|row| from_ms(row.last_test_at));
        facts.due = Some(from_ms(at));
    }
    Ok(facts)
}

/// The lines that should be watched now: the configured ones, else the one of the default route, which may have been
/// another's before.
async fn watched(state: &AppState) -> Result<Vec<uplink::Model>, DbErr> {
    let mut rows = uplink::Entity::find().order_by_asc(uplink::Column::Name).all(&state.db.read).await?;
    let configured = &state.config.uplinks.interfaces;
    if configured.is_empty() {
        return Ok(rows.into_iter().max_by_key(|row| row.last_round_at).into_iter().collect());
    }
    rows.retain(|row| configured.contains(&row.interface));
    Ok(rows)
}

async fn line(
    state: &AppState,
    row: &uplink::Model,
    now: DateTime<Utc>,
) -> Result<(HistoryFacts, LineFacts), DbErr> {
    use uplink_minute::Column;
    let this = minute_of(now);
    let first = minute_of(from_ms(row.created_at).max(now - TimeDelta::hours(24)));
    let minutes: Vec<(i64, i32, i32, i32)> = uplink_minute::Entity::find()
        .select_only()
        .columns([Column::Minute, Column::Rounds, Column::Sent, Column::Lost])
        .filter(Column::UplinkId.eq(row.id))
        .filter(Column::Minute.gte(first))
        .filter(Column::Minute.lte(this))
        .order_by_asc(Column::Minute)
        .into_tuple()
        .all(&state.db.read)
        .await?;
    let known = || minutes.iter().filter(|(_, rounds, ..)| *rounds > 0);
    // This minute has not ended yet.
    let range = first..this.max(first);
    let watched_minutes = (range.end - range.start) as u32;
    let (missing_minutes, longest_gap_minutes) = largest_gap(range, known().map(|(minute, ..)| *minute));
    let sum =
        |pick: fn(&(i64, i32, i32, i32)) -> i32| known().map(|row| u64::from(pick(row).unsigned_abs())).sum();
    let history = HistoryFacts {
        name: format!("uplink_minutes {}", row.name),
        of_lines: true,
        newest: known().next_back().map(|(minute, ..)| minute_start(*minute)),
        // Right after the start of all there is nothing yet.
        due: Some(now).filter(|now| *now - from_ms(row.created_at) > TimeDelta::minutes(1)),
        patience_s: MINUTE_PATIENCE_S,
    };
    let line = LineFacts {
        name: row.name.clone(),
        watched_minutes,
        missing_minutes,
        longest_gap_minutes,
        sent: sum(|row| row.2),
        lost: sum(|row| row.3),
        echo_method: row.echo_method.clone(),
        refused: row.reason == Reason::NoRight.word(),
    };
    Ok((history, line))
}

/// The job's row is what is kept of the look.
fn integrity(row: Option<&job::Model>) -> Integrity {
    let row = row.filter(|row| row.finished_at.is_some());
    Integrity {
        checked_at: row.and_then(|row| row.finished_at).map(from_ms),
        problem: row.and_then(|row| row.last_error.clone()),
    }
}

fn work(state: &AppState, name: &str, every_s: i64, row: Option<&job::Model>) -> JobFacts {
    JobFacts {
        name: name.to_owned(),
        every_s,
        finished_at: row.and_then(|row| row.finished_at).map(from_ms),
        // What has never run was due at the start.
        due_at: row.map_or_else(|| started_at(state), |row| from_ms(row.due_at).max(started_at(state))),
        failures: row.map_or(0, |row| row.failures.unsigned_abs()),
        error: row.and_then(|row| row.last_error.clone()),
    }
}

/// The job: looks at the database's pages. What it finds is what its row keeps.
pub async fn check_integrity(state: AppState) -> anyhow::Result<()> {
    let found = state.db.quick_check().await.context("look at the pages")?;
    ensure!(found.is_none(), "{}", found.unwrap_or_default());
    Ok(())
}
