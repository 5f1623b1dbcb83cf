//! Taking a due job's row, running it, writing down how it went.

use std::time::Duration;

use anyhow::Context;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use super::registry::{JOBS, Job};
use crate::{
    AppState,
    db::time::to_ms,
    entities::job::{self, Column},
};

/// How often the loop looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// After this a lock counts as forgotten by an instance that died.
const LOCK_MS: i64 = 10 * 60 * 1000;
/// The longest wait after failures in a row.
const LONGEST_BACK_OFF_S: i64 = 3600;

/// Runs due jobs until the program stops.
pub fn start(state: &AppState) {
    let state = state.clone();
    let tasks = state.tasks.clone();
    tasks.spawn(async move {
        let holder = uuid::Uuid::new_v4().to_string();
        loop {
            run_due(&state, &holder).await;
            tokio::select! {
                () = state.stop.cancelled() => break,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    });
}

/// Runs what is due now, one job after the other.
pub async fn run_due(state: &AppState, holder: &str) {
    state.health.look_at_clock(&*state.clock);
    for job in JOBS {
        if state.stop.is_cancelled() {
            return;
        }
        if let Err(error) = run_one(state, job, holder).await {
            tracing::error!(job.name = job.name, error = format!("{error:#}"), "a job could not be run");
        }
    }
}

async fn run_one(state: &AppState, job: &'static Job, holder: &str) -> anyhow::Result<()> {
    let Some(failures) = take(state, job, holder).await? else { return Ok(()) };
    let result = (job.run)(state.clone()).await;
    if let Err(error) = &result {
        tracing::warn!(job.name = job.name, error = format!("{error:#}"), "a job failed; it is tried again");
    }
    finish(state, job, holder, failures, result.err().map(|e| format!("{e:#}"))).await
}

/// Takes the row of a due job; the number of failures in a row if it was free.
async fn take(state: &AppState, job: &'static Job, holder: &str) -> anyhow::Result<Option<i32>> {
    let known = job::Entity::find_by_id(job.name).one(&state.db.read).await?;
    let now = to_ms(state.clock.now());
    let ahead = latest_due_ms(job, now);
    if known.as_ref().is_some_and(|row| {
        (now + 1..=ahead).contains(&row.due_at)
            || row.locked_until.is_some_and(|until| (now + 1..=now + LOCK_MS).contains(&until))
    }) {
        return Ok(None);
    }
    let holder = holder.to_owned();
    let taken = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = job::ActiveModel { name: Set(job.name.to_owned()), ..free() };
                job::Entity::insert(row)
                    .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
                    .exec_without_returning(tx)
                    .await?;
                let taken = job::Entity::update_many()
                    .col_expr(Column::LockedBy, Expr::value(holder))
                    .col_expr(Column::LockedUntil, Expr::value(now + LOCK_MS))
                    .col_expr(Column::StartedAt, Expr::value(now))
                    .filter(Column::Name.eq(job.name))
                    .filter(Condition::any().add(Column::DueAt.lte(now)).add(Column::DueAt.gt(ahead)))
                    .filter(
                        Condition::any()
                            .add(Column::LockedUntil.is_null())
                            .add(Column::LockedUntil.lte(now))
                            .add(Column::LockedUntil.gt(now + LOCK_MS)),
                    )
                    .exec(tx)
                    .await?;
                Ok(taken.rows_affected == 1)
            })
        })
        .await
        .map_err(|e| anyhow::anyhow!("{e:?}"))
        .context("take the job's row")?;
    Ok(taken.then(|| known.map_or(0, |row| row.failures)))
}

/// Nothing is put off for longer: what is due later was put off before the clock was set back.
fn latest_due_ms(job: &Job, now: i64) -> i64 {
    now + job.every_s.max(LONGEST_BACK_OFF_S) * 1000
}

fn free() -> job::ActiveModel {
    job::ActiveModel {
        name: sea_orm::ActiveValue::NotSet,
        started_at: Set(None),
        finished_at: Set(None),
        due_at: Set(0),
        failures: Set(0),
        last_error: Set(None),
        locked_by: Set(None),
        locked_until: Set(None),
    }
}

async fn finish(
    state: &AppState,
    job: &'static Job,
    holder: &str,
    failures: i32,
    error: Option<String>,
) -> anyhow::Result<()> {
    let now = to_ms(state.clock.now());
    let failures = if error.is_some() { failures.saturating_add(1) } else { 0 };
    let wait_s = if failures == 0 { job.every_s } else { back_off_s(failures) };
    let holder = holder.to_owned();
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                job::Entity::update_many()
                    .col_expr(Column::FinishedAt, Expr::value(now))
                    .col_expr(Column::DueAt, Expr::value(now + wait_s * 1000))
                    .col_expr(Column::Failures, Expr::value(failures))
                    .col_expr(Column::LastError, Expr::value(error))
                    .col_expr(Column::LockedBy, Expr::value(Option::<String>::None))
                    .col_expr(Column::LockedUntil, Expr::value(Option::<i64>::None))
                    .filter(Column::Name.eq(job.name))
                    .filter(Column::LockedBy.eq(holder))
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
        .map_err(|e| anyhow::anyhow!("{e:?}"))
        .context("give the job's row back")
}

/// 10 s, doubled with each failure in a row, an hour at most.
fn back_off_s(failures: i32) -> i64 {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or_default().min(20);
    (10_i64 << doublings).min(LONGEST_BACK_OFF_S)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::first(1, 10)]
    #[case::third(3, 40)]
    #[case::many(40, 3600)]
    fn waits_longer_after_each_failure(#[case] failures: i32, #[case] seconds: i64) {
        assert_eq!(back_off_s(failures), seconds);
    }
}
