//! This server's own lines: rounds of probes, minutes, faults.
//!
//! Flow: [`start`] finds the interface (the default route's, unless configured) → a watch a line asks in rounds, lets
//! `domain::uplinks` judge, and writes each round in one unit → pages read rows alone, so that any instance answers.
//! Surprising rule: a row whose newest round is old is told as NO DATA, whatever it says; nobody need be alive to say so.

mod api;
mod pins;
mod prober;
mod queries;
mod raw;
mod retention;
mod route;
pub(crate) mod store;
mod view;
mod watch;

use std::{sync::Arc, time::Duration};

use utoipa_axum::{router::OpenApiRouter, routes};

pub use prober::{Asking, Prober, Taken, Taking};
pub use retention::retain;
pub use view::{facts, past, were_down};
pub use watch::Watcher;

use crate::AppState;
use probe::link::{LinkState, LinkWatch};
use prober::NetProber;

/// A link that has just come up has no neighbours yet: whoever asks at once finds them late.
const SETTLE: Duration = Duration::from_secs(1);

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::export_uplink_csv))
        .routes(routes!(api::find_uplink))
        .routes(routes!(api::get_uplink_history))
        .routes(routes!(api::get_uplink_minute))
        .routes(routes!(api::list_uplinks))
        .routes(routes!(api::pin_uplink_day, api::unpin_uplink_day))
}

/// The interfaces of this server's own lines.
pub fn interfaces(state: &AppState) -> Vec<String> {
    let configured = &state.config.uplinks.interfaces;
    if configured.is_empty() { route::default_interface().into_iter().collect() } else { configured.clone() }
}

/// Watches the lines until the program stops.
pub fn start(state: &AppState) {
    if !state.config.uplinks.enabled {
        return;
    }
    let configured = &state.config.uplinks.interfaces;
    for interface in configured {
        spawn(state, Some(interface.clone()));
    }
    if configured.is_empty() {
        spawn(state, None);
    }
}

fn spawn(state: &AppState, interface: Option<String>) {
    let state = state.clone();
    let stop = state.stop.clone();
    state.tasks.clone().spawn(async move { stop.run_until_cancelled(watch(state, interface)).await });
}

/// Takes one line up and makes round after round.
async fn watch(state: AppState, interface: Option<String>) {
    let interval = state.config.uplinks.interval;
    let interface = match interface {
        Some(interface) => interface,
        None => loop {
            if let Some(interface) = route::default_interface() {
                break interface;
            }
            tracing::debug!("there is no default route yet");
            tokio::time::sleep(interval).await;
        },
    };
    let prober = match NetProber::new(&interface, &state.config.uplinks) {
        Ok(prober) => Arc::new(prober),
        Err(error) => {
            tracing::error!(
                uplink.name = interface,
                error = format!("{error:#}"),
                "an uplink cannot be watched"
            );
            return;
        }
    };
    tracing::info!(uplink.name = interface, "watching an uplink");
    let mut watcher = loop {
        match Watcher::start(&state, &interface, prober.clone()).await {
            Ok(watcher) => break watcher,
            Err(error) => {
                tracing::error!(uplink.name = interface, error = ?error, "an uplink's rows cannot be read");
                tokio::time::sleep(interval).await;
            }
        }
    };
    let mut link = LinkWatch::new(&interface).inspect_err(no_news).ok();
    loop {
        let wait = match watcher.turn().await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::error!(uplink.name = interface, error = ?error, "a round could not be written");
                interval
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            change = news(&mut link) => {
                tracing::info!(uplink.name = interface, link = ?change, "the interface changed");
                if change == LinkState::Up {
                    tokio::time::sleep(SETTLE).await;
                }
            }
        }
    }
}

/// The next change of the interface; never, where the kernel tells none.
async fn news(link: &mut Option<LinkWatch>) -> LinkState {
    if let Some(watch) = link {
        match watch.changed().await {
            Ok(change) => return change,
            Err(error) => no_news(&error),
        }
        *link = None;
    }
    std::future::pending().await
}

fn no_news(error: &std::io::Error) {
    tracing::warn!(error = %error, "the kernel does not tell when interfaces change; rounds find it out");
}
