//! Whose past it is: the device behind the caller, its zone, and the facts of its windows.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::history::facts::{DayFacts, HourFacts, WindowFacts};
use sea_orm::DbErr;

use super::windows::{self, Window};
use crate::{AppState, http::Device, measurements::devices};

/// One request's subject. Without stored tests every window is empty.
pub struct Subject {
    state: AppState,
    device_id: Option<i64>,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

impl Subject {
    pub async fn find(state: &AppState, device: Option<Device>) -> Result<Self, DbErr> {
        let found = match device {
            Some(device) => devices::find_device(&state.db.read, device.hash).await?,
            None => None,
        };
        let own = found.as_ref().and_then(|device| device.time_zone.as_deref()?.parse().ok());
        Ok(Self {
            state: state.clone(),
            device_id: found.map(|device| device.id),
            zone: own.unwrap_or(state.config.time_zone),
            now: state.clock.now(),
        })
    }

    /// Today, where the device is.
    pub fn today(&self) -> NaiveDate {
        windows::day_of(self.zone, self.now)
    }

    /// The local day so many days ago.
    pub fn days_ago(&self, days: u32) -> NaiveDate {
        self.today() - chrono::Days::new(u64::from(days))
    }

    pub async fn window(&self, window: Window) -> Result<WindowFacts, DbErr> {
        match self.device_id {
            Some(id) => windows::window_facts(&self.state.db.read, id, window).await,
            None => Ok(WindowFacts::default()),
        }
    }

    /// From so many local days ago to today; only days with tests.
    pub async fn days(&self, first: NaiveDate) -> Result<Vec<DayFacts>, DbErr> {
        match self.device_id {
            Some(id) => windows::day_facts(&self.state.db.read, id, self.zone, first, self.today()).await,
            None => Ok(Vec::new()),
        }
    }

    /// As [`Self::days`], counts alone.
    pub async fn day_counts(&self, first: NaiveDate) -> Result<Vec<DayFacts>, DbErr> {
        match self.device_id {
            Some(id) => windows::day_counts(&self.state.db.read, id, self.zone, first, self.today()).await,
            None => Ok(Vec::new()),
        }
    }

    pub async fn hours(&self, window: Window) -> Result<Vec<HourFacts>, DbErr> {
        match self.device_id {
            Some(id) => windows::hour_facts(&self.state.db.read, id, self.zone, window).await,
            None => Ok(Vec::new()),
        }
    }

    /// Rollup rows between two instants on bucket borders.
    pub async fn buckets(&self, window: Window) -> Result<Vec<(DateTime<Utc>, WindowFacts)>, DbErr> {
        match self.device_id {
            Some(id) => windows::rows_between(&self.state.db.read, id, window).await,
            None => Ok(Vec::new()),
        }
    }

    /// The newest valid tests, at most `limit`.
    pub async fn newest(
        &self,
        limit: u64,
    ) -> Result<Vec<(DateTime<Utc>, domain::history::facts::TestFigures)>, DbErr> {
        match self.device_id {
            Some(id) => windows::newest_tests(&self.state.db.read, id, limit).await,
            None => Ok(Vec::new()),
        }
    }
}
