//! The steps of a run, as a list of values.

use super::TestKind;
use crate::measurements::StepKind;

/// One step and when it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedStep {
    pub kind: StepKind,
    /// The length of a batch.
    pub batch_ms: f64,
    /// The step ends here at the latest.
    pub max_ms: f64,
    /// … or after so many bytes.
    pub max_bytes: Option<u64>,
    pub min_streams: u32,
    pub max_streams: u32,
    /// Round trips sent earlier than this after the first byte see no load yet.
    pub load_after_ms: f64,
}

/// Idle round trips in all, and how many of the first are dropped (measurement.md §1.1).
pub const IDLE_ROUND_TRIPS: usize = 20;
/// See [`IDLE_ROUND_TRIPS`].
pub const IDLE_DROPPED: usize = 2;

/// 2 to 4 streams: HTTP/1.1 allows 6 connections an origin, and the sockets of the page count (measurement.md §1.2).
const FULL: PlannedStep = PlannedStep {
    kind: StepKind::Idle,
    batch_ms: 1000.0,
    max_ms: 10_000.0,
    max_bytes: None,
    min_streams: 2,
    max_streams: 4,
    load_after_ms: 1000.0,
};

/// Under 10 MB in all: 4 + 2 MB counted, the rest for what is on its way at the stop.
const LIGHT: PlannedStep = PlannedStep {
    kind: StepKind::Idle,
    batch_ms: 100.0,
    max_ms: 3000.0,
    max_bytes: None,
    min_streams: 1,
    max_streams: 1,
    load_after_ms: 200.0,
};

/// The plan of a run.
pub fn plan(kind: TestKind) -> [PlannedStep; 3] {
    let (base, down, up) = match kind {
        TestKind::Full => (FULL, None, None),
        TestKind::Light => (LIGHT, Some(4_000_000), Some(2_000_000)),
    };
    [
        base,
        PlannedStep { kind: StepKind::Download, max_bytes: down, ..base },
        PlannedStep { kind: StepKind::Upload, max_bytes: up, ..base },
    ]
}
