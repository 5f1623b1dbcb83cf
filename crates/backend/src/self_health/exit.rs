//! How the run before this one ended: a file in the data folder says that a run lasts.
//!
//! It is locked for as long as its process lives, so that two instances on one folder do not take each other for dead,
//! and empty after an orderly stop.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
};

use domain::self_health::Exit;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::stored::INTEGRITY;
use crate::{AppResult, AppState, db::time::from_ms, entities::job};

const FILE: &str = "running";

/// At the start: how the run before ended. A folder that cannot be written is told elsewhere.
pub async fn note_start(state: &AppState) {
    let seen = job::Entity::find_by_id("presence").one(&state.db.read).await.ok().flatten();
    let seen = seen.and_then(|row| row.finished_at).map(from_ms);
    match take(state) {
        Ok(None) => tracing::debug!("another instance runs in this folder"),
        Ok(Some((file, before))) => {
            let exit = match (before, seen) {
                (true, seen) => Exit::Unclean { seen },
                (false, None) => Exit::None,
                (false, Some(_)) => Exit::Clean,
            };
            if let Exit::Unclean { .. } = exit {
                tracing::warn!("the run before this one was cut off");
            }
            // Both fail only where the start is noted twice; the first counts.
            let _ = state.health.last_exit.set(exit);
            let _ = state.health.running.set(file);
        }
        Err(error) => tracing::warn!(error = %error, "the start cannot be noted"),
    }
    if let Err(error) = look_at_pages(state).await {
        tracing::warn!(error = ?error, "the look at the database's pages waits for its day");
    }
}

/// The pages are looked at after each start: whatever cut the run before off may have hurt them.
async fn look_at_pages(state: &AppState) -> AppResult<()> {
    let due = state.db.write(|tx| {
        Box::pin(async move {
            job::Entity::update_many()
                .col_expr(job::Column::DueAt, Expr::value(0))
                .filter(job::Column::Name.eq(INTEGRITY))
                .exec(tx)
                .await?;
            Ok(())
        })
    });
    due.await
}

/// The file, locked and written, and whether the run before left it so; `None`: another process has it.
fn take(state: &AppState) -> std::io::Result<Option<(File, bool)>> {
    let path = state.config.data_dir.join(FILE);
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    if file.try_lock().is_err() {
        return Ok(None);
    }
    let mut before = String::new();
    file.read_to_string(&mut before)?;
    if before.is_empty() {
        file.write_all(state.instance_id.as_bytes())?;
        file.sync_all()?;
    }
    Ok(Some((file, !before.is_empty())))
}

/// At an orderly stop, after everything is stored.
pub fn note_stop(state: &AppState) {
    let emptied = state.health.running.get().map(|file| file.set_len(0).and_then(|()| file.sync_all()));
    if let Some(Err(error)) = emptied {
        tracing::warn!(error = %error, "the stop cannot be noted");
    }
}
