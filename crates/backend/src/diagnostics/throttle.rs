//! Fetching the operator's objects in turns, over this server's own line.
//!
//! Never while a speed test runs; one run in a quarter of an hour for all who ask, of at most 6 objects, 5 rounds and
//! one megabyte each.

use std::{sync::Arc, time::Duration};

use domain::diagnostics::{Fetched, MIN_ROUNDS};
use futures::StreamExt;
use tokio::time::Instant;

use crate::{AppError, AppResult, AppState, config::Named};

const OBJECTS: usize = 6;
const MOST_BYTES: usize = 1_000_000;
/// Rounds that do not fit are left out; then too few say so.
const IN_ALL: Duration = Duration::from_secs(18);
const PATIENCE: Duration = Duration::from_secs(4);

/// All objects, round after round.
pub(super) async fn fetch(state: &AppState) -> AppResult<Arc<Vec<Fetched>>> {
    let objects = &state.config.diagnostics.throttle_objects;
    let mut all: Vec<Fetched> = objects.iter().take(OBJECTS).map(begun).collect();
    if all.is_empty() {
        return Ok(Arc::default());
    }
    let busy = |retry_after_s| {
        AppError::unavailable("A speed test runs through this server's line; try again later.", retry_after_s)
    };
    let _pass = state.speed.admit_own(state).map_err(busy)?;
    let client = client().map_err(|error| AppError::Internal(error.into()))?;
    let begun_at = Instant::now();
    for _ in 0..MIN_ROUNDS {
        for one in &mut all {
            if begun_at.elapsed() > IN_ALL {
                break;
            }
            match tokio::time::timeout(PATIENCE, rate(&client, &one.url)).await {
                Ok(Ok((status, mbps))) => {
                    one.status = Some(status);
                    one.mbps.push(mbps);
                }
                Ok(Err(error)) => {
                    one.error = Some(error.without_url().to_string());
                    one.mbps.push(None);
                }
                Err(_) => {
                    one.error = Some("no answer in time".to_owned());
                    one.mbps.push(None);
                }
            }
        }
    }
    Ok(Arc::new(all))
}

fn begun(object: &Named<String>) -> Fetched {
    let (label, url) = (object.name.clone(), object.value.clone());
    Fetched { label, url, mbps: Vec::new(), status: None, error: None }
}

/// Redirects lead to other servers, which is not what is compared.
fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(PATIENCE)
        .pool_max_idle_per_host(0)
        .user_agent(concat!("steadyline/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// The rate of the body, from its first byte on: neither the name nor the handshake counts.
async fn rate(client: &reqwest::Client, url: &str) -> reqwest::Result<(u16, Option<f64>)> {
    let answer = client.get(url).send().await?;
    let status = answer.status();
    let started = Instant::now();
    let (mut bytes, mut body) = (0, answer.bytes_stream());
    while let Some(part) = body.next().await {
        bytes += part?.len();
        if bytes >= MOST_BYTES {
            break;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let fits = status.is_success() && bytes > 0 && seconds > 0.0;
    Ok((status.as_u16(), fits.then(|| bytes as f64 * 8.0 / 1e6 / seconds)))
}
