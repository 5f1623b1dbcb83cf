//! The canary, both sides: this server answers nonces of others, and asks one other server itself.
//!
//! Flow: [`watch`] sends a fresh nonce every minute → `domain::canary` judges what came → the desk keeps the last result
//! in memory → the API tells it. Surprising rule: no proxy of the environment is used and no redirect followed, since
//! what stands between is just what is looked for.

mod api;
mod sign;

use std::{
    error::Error,
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::canary::{CanaryResult, CanaryVerdict, Heard, Reply, SIGNATURE_HEADER, judge};
use futures::StreamExt;
use http::header;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{AppState, config::CanaryConfig};

const EVERY: Duration = Duration::from_mins(1);
const TIMEOUT: Duration = Duration::from_secs(5);
/// An answer has 200 bytes; a captive portal's page may have more, and is cut.
const LONGEST: usize = 16 << 10;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(api::get_canary)).routes(routes!(api::get_canary_result))
}

/// What the canary found last.
#[derive(Default)]
pub struct Desk(Mutex<Option<CanaryResult>>);

impl Desk {
    fn last(&self) -> Option<CanaryResult> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, mut found: CanaryResult) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match last.as_ref().filter(|last| last.verdict == found.verdict) {
            Some(same) => found.since = same.since,
            None if found.verdict == CanaryVerdict::Intact => {}
            None => tracing::warn!(
                canary.host = found.host,
                canary.verdict = ?found.verdict,
                because = found.because,
                "the canary's answer did not come as it was sent"
            ),
        }
        *last = Some(found);
    }
}

/// Asks again and again until the program stops; nobody is asked where none is configured.
pub async fn watch(state: AppState) {
    if state.config.canary.is_none() {
        return;
    }
    let looking = async {
        loop {
            look(&state).await;
            tokio::time::sleep(EVERY).await;
        }
    };
    state.stop.run_until_cancelled(looking).await;
}

/// Asks the configured canary once.
pub async fn look(state: &AppState) {
    let Some(canary) = &state.config.canary else { return };
    let nonce = hex::encode(rand::random::<[u8; 16]>());
    let heard = ask(canary, &nonce).await;
    let signed = |bytes: &[u8], signature: &str| sign::holds(&canary.key, bytes, signature);
    let (verdict, because) = judge(&nonce, &heard, signed);
    let (host, now) = (canary.host.clone(), state.clock.now());
    state.canary.put(CanaryResult { host, verdict, because, since: now, asked_at: now });
}

async fn ask(canary: &CanaryConfig, nonce: &str) -> Heard {
    let url = format!("{}/api/canary?nonce={nonce}", canary.url);
    match fetch(&url).await {
        Ok(reply) => Heard::Reply(reply),
        Err(error) if broke_trust(&error) => Heard::NoTrust(innermost(&error)),
        Err(error) if error.is_timeout() => Heard::Nothing("no answer in time".to_owned()),
        Err(error) => Heard::Nothing(innermost(&error)),
    }
}

async fn fetch(url: &str) -> reqwest::Result<Reply> {
    // A client of its own each time: a connection that is kept would not see who answers now.
    let client = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .no_proxy()
        .no_gzip()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let response = client.get(url).send().await?;
    let status = response.status().as_u16();
    let field = |name: &str| Some(response.headers().get(name)?.to_str().unwrap_or_default().to_owned());
    let (cache_control, signature) = (field(header::CACHE_CONTROL.as_str()), field(SIGNATURE_HEADER));
    let (mut parts, mut body) = (response.bytes_stream(), Vec::new());
    while let Some(part) = parts.next().await {
        body.extend_from_slice(&part?);
        if body.len() > LONGEST {
            body.truncate(LONGEST);
            break;
        }
    }
    Ok(Reply { status, cache_control: cache_control.unwrap_or_default(), signature, body })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source())
}

/// Whether TLS refused the other end: rustls says so by an I/O error of bad data, which a cut connection never is.
fn broke_trust(error: &reqwest::Error) -> bool {
    let bad = |cause: &io::Error| cause.kind() == io::ErrorKind::InvalidData;
    error.is_connect() && causes(error).any(|cause| cause.downcast_ref().is_some_and(bad))
}

/// The last cause says it plainest.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}
