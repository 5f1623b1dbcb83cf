//! The hub: who publishes, who watches, how many.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    ApiError, ErrorCode,
    live::{LiveMeasurement, LiveUplink},
};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use super::bus::Bus;
use crate::{
    AppError, AppResult,
    config::{Config, LiveConfig},
    db::Db,
};

/// Messages that a slow watcher may be behind before it is told `lagged`.
const BACKLOG: usize = 256;

/// A stored test on its way through the bus. The device is a row's number, never an id or a hash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredTest {
    /// `None`: this server's own line.
    pub device_id: Option<i64>,
    pub provider_id: i64,
    pub data: LiveMeasurement,
}

/// What watchers receive.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// At once, for the device that measured.
    Own(Arc<StoredTest>),
    /// Late and coarse, for everybody else; with the households that tested on this provider lately.
    Community { device_id: Option<i64>, data: Arc<LiveMeasurement>, households: Arc<Vec<Vec<u8>>> },
    /// Of this server's own lines, for everybody.
    Uplink(Arc<LiveUplink>),
}

/// The meeting point of publishers and watchers.
pub struct Hub {
    bus: Bus,
    pub(super) told: broadcast::Sender<Told>,
    config: LiveConfig,
    watchers: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Hub {
    pub fn new(config: &Config, db: &Db) -> Self {
        Self {
            bus: Bus::new(db),
            told: broadcast::channel(BACKLOG).0,
            config: config.live.clone(),
            watchers: Arc::default(),
        }
    }

    /// Tells a stored test to all instances; never fails the store.
    pub async fn publish(&self, test: StoredTest) {
        self.bus.send(test).await;
    }

    /// Tells how a line of this server is to those who watch this instance.
    pub fn tell_uplink(&self, uplink: LiveUplink) {
        // Nobody listens: nobody watches.
        let _ = self.told.send(Told::Uplink(Arc::new(uplink)));
    }

    pub(super) fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Takes a watcher's place, bounded in all and per address.
    pub(super) fn enter(&self, address: IpAddr) -> AppResult<Place> {
        let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        let here = watchers.get(&address).copied().unwrap_or(0);
        if here >= self.config.max_per_address {
            let why = "Too many event streams are open from this address.";
            return Err(AppError::RetryAfter(ApiError::new(ErrorCode::TooMany, why), 30));
        }
        if watchers.values().sum::<usize>() >= self.config.max_connections {
            return Err(AppError::unavailable("Too many event streams are open.", 30));
        }
        *watchers.entry(address).or_default() += 1;
        Ok(Place { watchers: self.watchers.clone(), address })
    }

    /// Messages that the slowest watcher has still to take, and how many it may be behind.
    pub fn waiting(&self) -> (usize, usize) {
        (self.told.len(), BACKLOG)
    }

    pub fn connected_clients(&self) -> usize {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}

/// One watcher's place; given back when dropped.
pub(super) struct Place {
    watchers: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = watchers.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                watchers.remove(&self.address);
            }
        }
    }
}
