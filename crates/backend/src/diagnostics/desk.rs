//! The desk that every probe passes: whether probes are switched on, whether a place is free, whether the same was just
//! asked.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::{ApiError, ErrorCode};
use http::header;
use moka::future::Cache;
use probe::{Bind, Pinger, https::Https};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::names::Names;
use crate::{AppError, AppResult, config::DiagnosticsConfig, http::Caller};

/// Nothing takes longer; requests end after 30 s (http.request_timeout_s).
const LONGEST: Duration = Duration::from_secs(25);
/// The same question within this time has the same answer.
const FRESH: Duration = Duration::from_secs(10);
/// Answers that are kept: some kilobytes each.
const MOST_ANSWERS: u64 = 1000;
/// Probes of one address at once.
const OF_ONE: usize = 4;
const RETRY_S: u32 = 5;

/// What all probes share.
pub struct Desk {
    enabled: bool,
    pub(super) names: Names,
    pub(super) pinger: Arc<Pinger>,
    pub(super) https: Https,
    pub(super) roots: Vec<CertificateDer<'static>>,
    answers: Cache<String, Bytes>,
    places: Arc<Semaphore>,
    askers: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place among the probes; given back when dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    askers: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Desk {
    pub fn new(config: &DiagnosticsConfig) -> anyhow::Result<Self> {
        let roots = match &config.ca_file {
            Some(path) => {
                let read = || format!("diagnostics.ca_file {} cannot be read as PEM", path.display());
                let found = CertificateDer::pem_file_iter(path).with_context(read)?;
                found.collect::<Result<Vec<_>, _>>().with_context(read)?
            }
            None => Vec::new(),
        };
        Ok(Self {
            enabled: config.enabled,
            names: Names::new(config),
            pinger: Arc::new(Pinger::new(Bind::default())),
            https: Https::new(&roots).context("trust diagnostics.ca_file")?,
            roots,
            answers: Cache::builder().max_capacity(MOST_ANSWERS).time_to_live(FRESH).build(),
            places: Arc::new(Semaphore::new(config.max_concurrent)),
            askers: Arc::default(),
        })
    }

    /// The answer to a question: one just given, one on its way, or a new one.
    pub(super) async fn answer<T: Serialize>(
        &self,
        caller: &Caller,
        question: String,
        making: impl Future<Output = AppResult<T>>,
    ) -> AppResult<Response> {
        self.open()?;
        let making = Box::pin(making);
        let making = Box::pin(async {
            let _place = self.enter(caller.address)?;
            let late = |_| AppError::unavailable("The probe took too long; try again.", RETRY_S);
            let value = tokio::time::timeout(LONGEST, making).await.map_err(late)??;
            serde_json::to_vec(&value).map(Bytes::from).map_err(|error| AppError::Internal(error.into()))
        });
        match self.answers.try_get_with(question, making).await {
            Ok(bytes) => Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response()),
            Err(error) => Err(told_again(&error)),
        }
    }

    /// Whether the operator lets residents start probes at all.
    pub(super) fn open(&self) -> AppResult<()> {
        if self.enabled {
            return Ok(());
        }
        let why = "Probes from this server are switched off here (diagnostics.enabled).";
        Err(AppError::unavailable(why, 3600))
    }

    /// Takes a place, bounded in all and per address.
    pub(super) fn enter(&self, address: IpAddr) -> AppResult<Place> {
        let full = |_| AppError::unavailable("Many probes are under way here; try again soon.", RETRY_S);
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(full)?;
        let mut askers = self.askers.lock().unwrap_or_else(PoisonError::into_inner);
        let here = askers.entry(address).or_default();
        if *here >= OF_ONE {
            let why = "Several probes of yours are under way already; wait for them.";
            return Err(AppError::RetryAfter(ApiError::new(ErrorCode::TooMany, why), RETRY_S));
        }
        *here += 1;
        Ok(Place { _permit: permit, askers: Arc::clone(&self.askers), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut askers = self.askers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = askers.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                askers.remove(&self.address);
            }
        }
    }
}

/// One failure told to each who waited for it.
fn told_again(error: &AppError) -> AppError {
    match error {
        AppError::Api(error) => AppError::Api(error.clone()),
        AppError::RetryAfter(error, seconds) => AppError::RetryAfter(error.clone(), *seconds),
        AppError::Internal(error) => AppError::Internal(anyhow::anyhow!("{error:#}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn desk(max_concurrent: usize) -> Desk {
        Desk::new(&DiagnosticsConfig { max_concurrent, ..Config::default().diagnostics }).unwrap()
    }

    #[tokio::test]
    async fn places_are_bounded_and_given_back() {
        let (desk, asker) = (desk(6), |last| IpAddr::from([192, 0, 2, last]));
        let mut held: Vec<Place> =
            (0..OF_ONE).map(|_| desk.enter(asker(1)).unwrap_or_else(|_| panic!())).collect();
        assert!(
            matches!(desk.enter(asker(1)), Err(AppError::RetryAfter(error, _)) if error.code == ErrorCode::TooMany)
        );
        held.extend((2..4).map(|last| desk.enter(asker(last)).unwrap_or_else(|_| panic!())));
        assert!(
            matches!(desk.enter(asker(9)), Err(AppError::RetryAfter(error, _)) if error.code == ErrorCode::Unavailable)
        );
        held.clear();
        assert!(desk.enter(asker(1)).is_ok());
        assert!(desk.askers.lock().unwrap().len() <= 1, "nobody is remembered who is gone");
    }
}
