//! What one watcher is told.

use std::{sync::Arc, time::Duration};

use domain::live::{LiveEvent, LiveMeasurement, LiveQuery};
use sea_orm::EntityTrait;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Interval, MissedTickBehavior, interval},
};

use super::hub::{Place, StoredTest, Told};
use crate::{AppResult, AppState, entities::device_key, http::Caller};

/// api.md §11.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// One watcher's view of the hub.
pub struct Feed {
    state: AppState,
    caller: Caller,
    query: LiveQuery,
    told: broadcast::Receiver<Told>,
    beat: Interval,
    /// The caller's row, once it has one.
    device_id: Option<i64>,
    _place: Place,
}

impl Feed {
    pub fn open(state: &AppState, caller: Caller, query: LiveQuery) -> AppResult<Self> {
        let place = state.live.enter(caller.address)?;
        let mut beat = interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let told = state.live.told.subscribe();
        Ok(Self { state: state.clone(), caller, query, told, beat, device_id: None, _place: place })
    }

    /// The next event; `None` when the program stops.
    pub async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            let event = tokio::select! {
                () = self.state.stop.cancelled() => return None,
                _ = self.beat.tick() => return Some(self.heartbeat()),
                told = self.told.recv() => match told {
                    Ok(told) => self.view(told).await,
                    Err(RecvError::Lagged(_)) => return Some(LiveEvent::Lagged),
                    Err(RecvError::Closed) => return None,
                },
            };
            let wanted = |event: &LiveEvent| event.topic().is_none_or(|topic| self.query.wants(topic));
            if let Some(event) = event.filter(wanted) {
                return Some(event);
            }
        }
    }

    fn heartbeat(&self) -> LiveEvent {
        LiveEvent::Heartbeat {
            ts: self.state.clock.now(),
            connected_clients: self.state.live.connected_clients(),
        }
    }

    async fn view(&mut self, told: Told) -> Option<LiveEvent> {
        match told {
            Told::Own(test) => self.own(&test).await,
            Told::Uplink(data) => Some(LiveEvent::UplinkMinute { data: Arc::unwrap_or_clone(data) }),
            Told::Community { device_id, data, households } => {
                let mine = device_id.is_some() && device_id == self.my_device().await;
                let own = self.caller.household.0.as_slice();
                let others = households.iter().filter(|household| household.as_slice() != own).count();
                let enough = others >= self.state.config.privacy.k as usize;
                (!mine && enough).then(|| LiveEvent::Measurement { data: Arc::unwrap_or_clone(data) })
            }
        }
    }

    async fn own(&mut self, test: &StoredTest) -> Option<LiveEvent> {
        let device_id = test.device_id?;
        let mine = self.my_device().await == Some(device_id);
        mine.then(|| LiveEvent::Measurement { data: LiveMeasurement { own: true, ..test.data.clone() } })
    }

    /// Looked up when first needed: a device has no row before its first test.
    async fn my_device(&mut self) -> Option<i64> {
        if self.device_id.is_none() {
            let hash = self.caller.device?.hash.0.to_vec();
            let found = device_key::Entity::find_by_id(hash).one(&self.state.db.read).await;
            self.device_id = found.ok().flatten().map(|key| key.device_id);
        }
        self.device_id
    }
}
