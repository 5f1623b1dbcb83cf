//! The speed test as pure rules: plan → engine (state machine) → samples → judgement (measurement.md §1).
//!
//! The browser runs the engine; the server judges the samples against its own log with the same functions. The
//! surprising rule: an upload's rate comes from the server's log alone, since a browser counts its socket's buffers.

pub mod admission;
mod bottleneck;
pub mod engine;
pub mod grades;
mod judge;
pub mod latency;
mod log;
mod plan;
mod plausible;
pub mod rate;
pub mod sample;
pub mod schedule;
mod wire;

pub use engine::FULL_RUN_S;
pub use judge::{Impossible, Judged, judge};
pub use log::{LogPoint, ServerLog, TcpSummary};
pub use plan::{IDLE_DROPPED, IDLE_ROUND_TRIPS, PlannedStep, plan};
pub use wire::*;
