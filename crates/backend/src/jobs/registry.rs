//! The list of jobs; keep sorted, one line each.

use std::{future::Future, pin::Pin};

use super::{presence, retention};
use crate::{AppState, admin, buildings, self_health, speed_tests, uplinks};

/// A job: its name (the lock's row), how often, and what it does. Each can be run again at any time.
pub struct Job {
    pub name: &'static str,
    pub every_s: i64,
    pub run: fn(AppState) -> Running,
}

pub type Running = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

pub const JOBS: &[Job] = &[
    Job { name: "building_retention", every_s: 3600, run: |state| Box::pin(buildings::retain(state)) },
    Job { name: "admin_retention", every_s: 3600, run: |state| Box::pin(admin::retain(state)) },
    Job { name: "checkpoint", every_s: 300, run: |state| Box::pin(retention::checkpoint(state)) },
    Job { name: "integrity", every_s: 86_400, run: |state| Box::pin(self_health::check_integrity(state)) },
    Job { name: "own_speed_tests", every_s: 300, run: |state| Box::pin(speed_tests::test_lines(state)) },
    Job { name: "presence", every_s: presence::EVERY_S, run: |state| Box::pin(presence::note(state)) },
    Job { name: "retention", every_s: 3600, run: |state| Box::pin(retention::retain(state)) },
    Job { name: "uplink_retention", every_s: 3600, run: |state| Box::pin(uplinks::retain(state)) },
];
