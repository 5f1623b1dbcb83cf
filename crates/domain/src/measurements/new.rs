//! What a browser hands in: a finished run with its samples, or an attempt that failed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The body of `POST /api/measurements`; the header `Idempotency-Key` makes a second delivery harmless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NewMeasurement {
    /// A run to its end, or to a reason that made it invalid.
    Finished(FinishedRun),
    /// An attempt that got no token or lost its line on the way.
    Failed(FailedAttempt),
}

/// More samples than any honest run of 20 s has; the body stays within its limit of 64 KiB.
pub const MAX_WINDOWS: usize = 400;
/// As [`MAX_WINDOWS`], for round trips of one step.
pub const MAX_RTTS: usize = 400;

/// The raw samples of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FinishedRun {
    pub token: String,
    /// On the server's clock: `server_now` of the session plus what passed since.
    pub started_at: DateTime<Utc>,
    pub steps: Vec<RunStep>,
    pub client: ClientFacts,
}

/// What a step measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    Idle,
    Download,
    Upload,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunStep {
    pub kind: StepKind,
    pub duration_ms: f64,
    /// Application bytes that the client counted in this step (0 for idle).
    #[serde(default)]
    pub bytes: u64,
    /// `[t_ms, bytes]`: bytes in all since the step began, every 100 ms. Of an upload these are the server's counters.
    #[serde(default)]
    pub windows: Vec<(f64, u64)>,
    /// Round trips on the socket in this step, in order.
    #[serde(default)]
    pub rtt_ms: Vec<f64>,
    /// Streams that carried it at the end.
    #[serde(default)]
    pub connections: u32,
}

/// What the browser knows of itself and of the run's circumstances.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientFacts {
    /// The page was visible from begin to end.
    pub visible: bool,
    /// The browser said `offline` during the run.
    #[serde(default)]
    pub went_offline: bool,
    /// `navigator.connection.type` changed during the run.
    #[serde(default)]
    pub connection_changed: bool,
    /// `wifi`, `ethernet`, `cellular` …, as far as the browser knows.
    pub connection: Option<String>,
    /// 4 or 6, where a host name of one family was used.
    pub family: Option<u8>,
    /// `nextHopProtocol` of the streams.
    #[serde(default)]
    pub protocol: Option<String>,
    /// The client program: a word of its own choice, for statistics of versions.
    pub agent: Option<String>,
}

/// An attempt that failed: it lowers uptime and has no speed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedAttempt {
    /// On the browser's clock, which may be wrong; the server counts back `age_ms` from now.
    pub started_at: DateTime<Utc>,
    /// How long ago it was when this was sent.
    pub age_ms: u64,
    /// What `navigator.onLine` said.
    pub online: bool,
}
