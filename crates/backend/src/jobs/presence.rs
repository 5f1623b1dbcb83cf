//! When this server was away. A failed attempt of a browser in such a time was this server's fault and counts nowhere.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};

use crate::{
    AppState,
    db::time::to_ms,
    entities::{job, server_gap},
    error::AppResult,
};

/// How often the server notes that it is there: the job's row itself is the note.
pub const EVERY_S: i64 = 20;
/// Away for longer than this is a gap: two notes were missed.
const GAP_MS: i64 = 60_000;

/// The job: running it moves its row's `finished_at`, which is all that it is for.
#[expect(clippy::unused_async, reason = "the form of a job")]
pub async fn note(_: AppState) -> anyhow::Result<()> {
    Ok(())
}

/// At start: writes the gap since the last note, if there is one.
pub async fn note_start(state: &AppState) -> AppResult<()> {
    let last = job::Entity::find_by_id("presence").one(&state.db.read).await?;
    let Some(seen) = last.and_then(|row| row.finished_at) else { return Ok(()) };
    let now = to_ms(state.clock.now());
    if now - seen <= GAP_MS {
        return Ok(());
    }
    let gap = server_gap::ActiveModel {
        started_at: Set(seen),
        ended_at: Set(now),
        cause: Set("server_stopped".to_owned()),
        ..Default::default()
    };
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                server_gap::Entity::insert(gap).exec(tx).await?;
                Ok(())
            })
        })
        .await
}

/// Whether the server was away at an instant: what failed then was its own fault.
pub async fn find_gap(db: &impl ConnectionTrait, at_ms: i64) -> Result<bool, DbErr> {
    let found = server_gap::Entity::find()
        .filter(server_gap::Column::EndedAt.gte(at_ms))
        .filter(server_gap::Column::StartedAt.lte(at_ms))
        .one(db)
        .await?;
    Ok(found.is_some())
}
