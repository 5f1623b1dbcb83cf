//! `POST /api/test-now`: a test of this server's own line against the operator's endpoints (`speed.endpoints`).
//!
//! An endpoint is another Steadyline (`http:`, `https:`) or an ndt7 server (`ws:`, `wss:`); the first that answers is
//! used. Callers share one run, and an hour has a few, since it is the operator's volume that is spent. The result is
//! stored as the server's own, never as a device's.

mod ndt7;
mod scheduled;
mod socket;
mod steadyline;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ApiError, ErrorCode,
    measurements::{Measurement, ResultDetail, Source},
    speed_tests::ServerTestQuery,
};
use tokio::{
    sync::watch,
    time::{Duration, timeout},
};

use crate::{
    AppError, AppState,
    error::AppResult,
    http::{Json, Query},
    measurements::service::{NewStored, store},
};

pub use scheduled::test_lines;

/// Two directions of ten seconds, latency, and the patience for a slow endpoint.
const ONE_ENDPOINT: Duration = Duration::from_mins(1);

/// Callers within this time of a run's begin are given its result: a run takes half of it.
const SHARED_FOR: TimeDelta = TimeDelta::seconds(90);

/// The run that goes on now, and when the last ones began.
#[derive(Default)]
pub struct Runs(Mutex<Begun>);

#[derive(Default)]
struct Begun {
    current: Option<watch::Receiver<Option<Outcome>>>,
    begun: VecDeque<DateTime<Utc>>,
}

type Outcome = Result<Arc<Measurement>, Refusal>;

#[derive(Clone, Debug)]
struct Refusal {
    why: String,
    retry_after_s: u32,
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        Self::unavailable(refusal.why, refusal.retry_after_s)
    }
}

/// What a test against one endpoint found.
struct Found {
    measurement: Measurement,
    detail: ResultDetail,
    duration_ms: i64,
}

/// Test this server's own line now.
#[utoipa::path(post, path = "/api/test-now", tag = "speed", params(ServerTestQuery), responses(
    (status = 200, body = Measurement),
))]
pub async fn create_server_test(
    State(state): State<AppState>,
    Query(place): Query<ServerTestQuery>,
) -> AppResult<Json<Measurement>> {
    let mut outcome = state.speed.server_runs.join(&state, place)?;
    let patience = state.config.http.request_timeout.saturating_sub(Duration::from_secs(1));
    let Ok(outcome) = timeout(patience, outcome.wait_for(Option::is_some)).await else {
        return Err(AppError::unavailable("The test goes on; ask again for its result.", 10));
    };
    let outcome = outcome.map(|outcome| outcome.clone());
    let outcome = outcome
        .ok()
        .flatten()
        .unwrap_or_else(|| Err(Refusal { why: "The server is stopping.".to_owned(), retry_after_s: 60 }));
    Ok(Json(Measurement::clone(&*outcome?)))
}

impl Runs {
    /// The run that goes on, else a new one if the hour has one left.
    fn join(&self, state: &AppState, place: ServerTestQuery) -> AppResult<watch::Receiver<Option<Outcome>>> {
        let config = &state.config.speed;
        if config.endpoints.is_empty() {
            let why = "No test endpoint is configured. Add a line such as `endpoints = \"https://speed.example.org\"` \
                       under [speed] (STEADYLINE_SPEED__ENDPOINTS): another Steadyline, or an ndt7 server as wss://….";
            return Err(AppError::unavailable(why, 3600));
        }
        let mut runs = self.0.lock().expect("no panic while holding the runs");
        let now = state.clock.now();
        if let Some(current) = &runs.current {
            let fresh = runs.begun.back().is_some_and(|begun| now - *begun < SHARED_FOR);
            let shared = match &*current.borrow() {
                None => current.has_changed().is_ok(),
                Some(outcome) => outcome.is_ok() && fresh,
            };
            if shared {
                return Ok(current.clone());
            }
        }
        runs.begun.retain(|begun| now - *begun < TimeDelta::hours(1));
        if runs.begun.len() >= config.own_tests_per_hour as usize {
            let wait = runs.begun.front().map_or(3600, |first| 3600 - (now - *first).num_seconds());
            let why = "This server has tested its own line often enough in this hour.";
            return Err(AppError::RetryAfter(
                ApiError::new(ErrorCode::TooMany, why),
                wait.clamp(1, 3600) as u32,
            ));
        }
        runs.begun.push_back(now);
        let (tell, outcome) = watch::channel(None);
        runs.current = Some(outcome.clone());
        drop(runs);
        let running = run(state.clone(), place, None);
        state.tasks.spawn(async move {
            let outcome = running.await;
            tell.send_replace(Some(outcome));
        });
        Ok(outcome)
    }
}

/// One run, through the line of an interface or the one that the routing table chooses.
async fn run(state: AppState, place: ServerTestQuery, line: Option<String>) -> Outcome {
    // Never two throughput tests at once on one uplink.
    let _pass = state.speed.admit_own(&state).map_err(|retry_after_s| Refusal {
        why: "A speed test runs through this server's line; try again later.".to_owned(),
        retry_after_s,
    })?;
    let mut reasons = Vec::new();
    for endpoint in &state.config.speed.endpoints {
        let testing = test(&state, endpoint, line.as_deref());
        let ended = tokio::select! {
            ended = timeout(ONE_ENDPOINT, testing) => ended,
            () = state.stop.cancelled() => break,
        };
        match ended {
            Ok(Ok(found)) => return keep(&state, found, place, line).await,
            Ok(Err(error)) => reasons.push(format!("{endpoint}: {error:#}")),
            Err(_) => reasons.push(format!("{endpoint}: no result in {} s", ONE_ENDPOINT.as_secs())),
        }
        tracing::warn!(reason = reasons.last(), "a test endpoint gave no result");
    }
    // Which endpoints the operator uses is nobody else's business: the log has the reasons.
    let why = format!("None of the {} configured test endpoints gave a result.", reasons.len());
    Err(Refusal { why, retry_after_s: 60 })
}

async fn test(state: &AppState, endpoint: &str, line: Option<&str>) -> anyhow::Result<Found> {
    let url: reqwest::Url = endpoint.parse()?;
    let started_at = state.clock.now();
    let client = client(line)?;
    match url.scheme() {
        "ws" | "wss" => ndt7::test(&client, url, started_at).await,
        _ => steadyline::test(&client, url, started_at).await,
    }
}

/// No proxy and no HTTP/2: streams are to be connections of their own, over this very line.
fn client(line: Option<&str>) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder();
    let builder = match line {
        Some(interface) => builder.interface(interface),
        None => builder,
    };
    builder
        .no_proxy()
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(10))
        .user_agent(concat!("steadyline/", env!("CARGO_PKG_VERSION")))
        .build()
}

async fn keep(state: &AppState, found: Found, place: ServerTestQuery, line: Option<String>) -> Outcome {
    let mut measurement = found.measurement;
    (measurement.location, measurement.latitude, measurement.longitude) =
        (place.location, place.lat, place.lon);
    let new = NewStored {
        device: None,
        household: None,
        provider: None,
        time_zone: None,
        measurement,
        invalid_reason: found.detail.invalid_reason.map(|reason| reason.as_str().to_owned()),
        detail: found.detail,
        kind: "server".to_owned(),
        failure: None,
        duration_ms: found.duration_ms,
        concurrent_tests: 1,
        uplink: line,
        token_id: None,
        idempotency: None,
        samples: None,
    };
    match store(state, new).await {
        Ok(stored) => Ok(Arc::new(stored.result.measurement)),
        Err(error) => {
            tracing::error!(error = ?error, "a server-run test could not be stored");
            Err(Refusal { why: "The result could not be stored.".to_owned(), retry_after_s: 60 })
        }
    }
}

/// M of this server's own line with nothing measured yet.
fn unmeasured(started_at: DateTime<Utc>, method: &str) -> Measurement {
    Measurement {
        protocol: Some("http/1.1".to_owned()),
        ..Measurement::unmeasured(started_at, Source::Server, method)
    }
}
