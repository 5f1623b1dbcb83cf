//! Hands stored tests on: to the device that measured at once, to everybody else late and coarse.

use std::{sync::Arc, time::Duration};

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use tokio::sync::{Semaphore, broadcast::error::RecvError};

use super::hub::{StoredTest, Told};
use crate::{AppState, db::time::to_ms, entities::household};

/// Events that wait for their delay; more are left out, since nobody can read them anyway.
const WAITING: usize = 1000;
/// Households are counted over this time (api.md §11).
const WINDOW_MS: i64 = 24 * 3_600_000;

/// Runs until the program stops.
pub async fn distribute(state: AppState) {
    let mut tests = state.live.bus().subscribe();
    let waiting = Arc::new(Semaphore::new(WAITING));
    loop {
        let test = tokio::select! {
            () = state.stop.cancelled() => return,
            test = tests.recv() => test,
        };
        let test = match test {
            Ok(test) => Arc::new(test),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "live events were left out");
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        let _ = state.live.told.send(Told::Own(test.clone()));
        let Ok(permit) = waiting.clone().try_acquire_owned() else { continue };
        let late = state.clone();
        state.tasks.spawn(async move {
            let _permit = permit;
            tokio::select! {
                () = late.stop.cancelled() => {}
                () = tokio::time::sleep(delay(&late)) => tell_community(&late, &test).await,
            }
        });
    }
}

fn delay(state: &AppState) -> Duration {
    let (min, max) = (state.config.live.min_delay, state.config.live.max_delay);
    min + max.saturating_sub(min).mul_f64(rand::random::<f64>())
}

async fn tell_community(state: &AppState, test: &StoredTest) {
    match list_households(state, test.provider_id).await {
        Ok(households) => {
            let _ = state.live.told.send(Told::Community {
                device_id: test.device_id,
                data: Arc::new(test.data.coarse()),
                households: Arc::new(households),
            });
        }
        Err(error) => tracing::warn!(error = %error, "a live event could not be checked and was left out"),
    }
}

/// The households that tested on a provider in the last 24 h: k and one more, since a watcher's own does not count.
async fn list_households(state: &AppState, provider_id: i64) -> Result<Vec<Vec<u8>>, DbErr> {
    let since = to_ms(state.clock.now()) - WINDOW_MS;
    household::Entity::find()
        .select_only()
        .column(household::Column::Household)
        .distinct()
        .filter(household::Column::ProviderId.eq(provider_id))
        .filter(household::Column::SeenAt.gte(since))
        .limit(u64::from(state.config.privacy.k) + 1)
        .into_tuple()
        .all(&state.db.read)
        .await
}
