//! How this monitor itself is.
//!
//! Flow: `examined` asks the machine, the files and the database, and lets `domain::self_health` judge; the answer is
//! kept for some seconds, since public routes and metrics tell of it too. Surprising rule: nothing here ever fails; what
//! cannot be asked is a finding itself, or is left out.
//! Threats: the details (permissions, paths, errors) help an attacker and are for the operator; others are told only
//! what is impaired.

mod api;
mod exit;
mod machine;
mod stored;

use std::{
    collections::VecDeque,
    fs::File,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    self_health::{
        Affected, CheckState, ClockFacts, Exit, Facts, Limit, QueueFacts, SelfHealth, affected, examine,
    },
    uplinks::{Moment, clock_step_ms},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use api::metrics;
pub use exit::{note_start, note_stop};
pub use stored::check_integrity;

use crate::{
    AppState,
    clock::Clock,
    config::{SETTINGS, Setting},
};

/// So long an answer is good enough for those who ask often.
const FRESH: Duration = Duration::from_secs(10);
/// The database has so long to answer before it counts as silent.
const PATIENCE: Duration = Duration::from_secs(5);
/// Steps that are remembered.
const STEPS: usize = 16;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(api::get_self_health))
}

/// What is remembered between two looks.
pub struct Keeper {
    started: Moment,
    /// How the run before ended; unset in a process that serves nobody.
    last_exit: OnceLock<Exit>,
    /// Held (locked) as long as this run lasts.
    running: OnceLock<File>,
    clock: Mutex<Seen>,
    /// The last answer, and how long the machine had run then.
    last: Mutex<Option<(Duration, Arc<SelfHealth>)>>,
}

/// What was seen of the clock.
struct Seen {
    last: Moment,
    steps: VecDeque<(DateTime<Utc>, i64)>,
}

impl Keeper {
    pub fn new(clock: &dyn Clock) -> Self {
        let now = moment(clock);
        Self {
            started: now,
            last_exit: OnceLock::new(),
            running: OnceLock::new(),
            clock: Mutex::new(Seen { last: now, steps: VecDeque::new() }),
            last: Mutex::default(),
        }
    }

    /// Looks whether the clock was set since the last look; the last step that was seen.
    pub fn look_at_clock(&self, clock: &dyn Clock) -> Option<(DateTime<Utc>, i64)> {
        let now = moment(clock);
        let mut seen = self.clock.lock().unwrap_or_else(PoisonError::into_inner);
        let step_ms = clock_step_ms(seen.last, now);
        seen.last = now;
        if step_ms != 0 {
            tracing::warn!(step_ms, "the clock was set");
            if seen.steps.len() == STEPS {
                seen.steps.pop_front();
            }
            seen.steps.push_back((now.wall, step_ms));
        }
        seen.steps.back().copied()
    }
}

fn moment(clock: &dyn Clock) -> Moment {
    Moment { wall: clock.now(), running: clock.running() }
}

/// How the monitor is, looked at now.
pub async fn examined(state: &AppState) -> Arc<SelfHealth> {
    let facts = facts(state).await;
    let checks = examine(&facts);
    let health = Arc::new(SelfHealth {
        status: checks.iter().map(|check| check.state).max().unwrap_or_default(),
        checked_at: facts.now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("STEADYLINE_COMMIT").map(str::to_owned),
        instance_id: state.instance_id.clone(),
        time_zone: state.config.time_zone.to_string(),
        affected: affected(&checks),
        checks,
        limits: limits(state),
    });
    let kept = (state.clock.running(), health.clone());
    *state.health.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    health
}

/// How it is, or was some seconds ago.
pub async fn recent(state: &AppState) -> Arc<SelfHealth> {
    let last = state.health.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match last {
        Some((at, health)) if state.clock.running().saturating_sub(at) < FRESH => health,
        _ => examined(state).await,
    }
}

async fn facts(state: &AppState) -> Facts {
    let now = state.clock.now();
    let keeper = &state.health;
    let up = state.clock.running().saturating_sub(keeper.started.running);
    let found = tokio::time::timeout(PATIENCE, stored::facts(state, now)).await;
    let database = match found {
        Ok(Ok(found)) => Some(found),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "the database does not answer");
            None
        }
        Err(_late) => None,
    };
    let kernel = probe::clock::kernel_clock().ok();
    let queue = |name, (waiting, places): (usize, usize)| QueueFacts {
        name,
        waiting: waiting as u64,
        places: places as u64,
    };
    Facts {
        now,
        machine: machine::facts(&state.config.data_dir, up.as_secs(), keeper.last_exit.get().copied()),
        files: machine::files(&state.config),
        database,
        not_storing: state.db.not_storing(),
        clock: ClockFacts {
            synchronized: kernel.map(|kernel| kernel.synchronized),
            offset_ms: kernel.map(|kernel| kernel.offset_ms),
            last_step: keeper.look_at_clock(&*state.clock),
        },
        queues: [("writer", state.db.waiting()), ("live", Some(state.live.waiting()))]
            .into_iter()
            .filter_map(|(name, counts)| Some(queue(name, counts?)))
            .collect(),
    }
}

/// How long things are kept and how large they become, as they are set.
fn limits(state: &AppState) -> Vec<Limit> {
    let is_limit = |key: &str| key.starts_with("retention.") || key == "privacy.household_days";
    let limits = SETTINGS.iter().filter(|setting| is_limit(setting.key));
    let limit = |setting: &Setting| Limit {
        key: setting.key.to_owned(),
        value: state.config.texts.get(setting.key).cloned().unwrap_or_default(),
        meaning: setting.meaning.to_owned(),
    };
    limits.map(limit).collect()
}

/// When the start of this program was, on the clock as it is now.
fn started_at(state: &AppState) -> DateTime<Utc> {
    let up = state.clock.running().saturating_sub(state.health.started.running);
    state.clock.now() - TimeDelta::from_std(up).unwrap_or_default()
}

/// What is impaired for everybody, in a sentence that tells an attacker nothing.
pub const fn public_words(affected: Affected) -> (&'static str, &'static str) {
    match affected {
        Affected::Storing => ("storage", "New tests may not be kept."),
        Affected::Lines => ("uplinks", "What is said of this server's own lines may be old."),
        Affected::Times => ("clock", "The clock was set; times of the last hour may be off."),
    }
}

/// The number of a state in metrics.
const fn level(state: CheckState) -> u8 {
    match state {
        CheckState::Ok => 0,
        CheckState::Degraded => 1,
        CheckState::Failed => 2,
    }
}
