//! The BGP sessions of this machine's routing daemon, where one is configured.
//!
//! Flow: [`watch`] asks every ten seconds (`ask`) → `domain::bgp` reads → the desk keeps the last answer in memory →
//! the API tells it. Surprising rule: nothing of it reaches an uplink's state; a session that stands carries no proof
//! that traffic flows, and a missing one none that it does not.

mod api;
mod ask;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::bgp::{BgpDaemon, BgpSession, DaemonKind, keep_since};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{AppState, config::BgpConfig};

const EVERY: Duration = Duration::from_secs(10);

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(api::list_bgp_daemons))
}

/// The daemons as they answered last.
pub struct Desk(Mutex<Vec<BgpDaemon>>);

impl Desk {
    pub fn new(config: &BgpConfig) -> Self {
        let bird = config.bird_socket.as_ref().map(|_| DaemonKind::Bird);
        let frr = config.vtysh.as_ref().map(|_| DaemonKind::Frr);
        let unasked = |kind| BgpDaemon { kind, asked_at: None, problem: None, sessions: Vec::new() };
        Self(Mutex::new(bird.into_iter().chain(frr).map(unasked).collect()))
    }

    fn list(&self) -> Vec<BgpDaemon> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, kind: DaemonKind, answer: Result<Vec<BgpSession>, String>, now: DateTime<Utc>) {
        let mut daemons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(daemon) = daemons.iter_mut().find(|daemon| daemon.kind == kind) else { return };
        daemon.asked_at = Some(now);
        match answer {
            Ok(sessions) => {
                daemon.problem = None;
                daemon.sessions = keep_since(&daemon.sessions, sessions, now);
            }
            Err(problem) => {
                if daemon.problem.as_ref() != Some(&problem) {
                    tracing::warn!(bgp.daemon = kind.name(), problem, "a routing daemon tells nothing");
                }
                daemon.problem = Some(problem);
                daemon.sessions.clear();
            }
        }
    }
}

/// Asks again and again until the program stops; nobody is asked where none is configured.
pub async fn watch(state: AppState) {
    if state.bgp.list().is_empty() {
        return;
    }
    let looking = async {
        loop {
            refresh(&state).await;
            tokio::time::sleep(EVERY).await;
        }
    };
    state.stop.run_until_cancelled(looking).await;
}

/// Asks each configured daemon once.
pub async fn refresh(state: &AppState) {
    let config = &state.config.bgp;
    if let Some(socket) = &config.bird_socket {
        state.bgp.put(DaemonKind::Bird, ask::bird(socket).await, state.clock.now());
    }
    if let Some(program) = &config.vtysh {
        state.bgp.put(DaemonKind::Frr, ask::frr(program).await, state.clock.now());
    }
}
