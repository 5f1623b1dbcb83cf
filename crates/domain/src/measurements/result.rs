//! What a run came to: figures, their spread, grades with reasons, validity.

use serde::{Deserialize, Serialize};

use super::Measurement;

/// A measurement with everything that its page shows. Nulls where the run did not measure it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeasurementResult {
    #[serde(flatten)]
    pub measurement: Measurement,
    #[serde(flatten)]
    pub detail: ResultDetail,
    /// The address of its shared page is `/share/{share_id}`.
    pub share_id: Option<String>,
}

/// The last result of a device, if it has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LatestResult {
    pub result: Option<MeasurementResult>,
    /// The operator gave a name for each address family, so that they can be measured side by side.
    pub families: bool,
}

/// The derived part of a result, stored as one value beside the measurement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResultDetail {
    pub grades: Grades,
    pub idle: Option<IdleLatency>,
    pub bufferbloat: Option<Bufferbloat>,
    pub spread: Spread,
    /// What limited the download; null: not available (a proxy ended TCP, or nothing was downloaded).
    pub bottleneck: Option<Bottleneck>,
    /// The download as applications get it: the number shown.
    pub goodput_mbps: Option<f64>,
    /// An estimate of the line's rate on Ethernet, from the goodput and the size of headers.
    pub line_rate_mbps: Option<f64>,
    pub invalid_reason: Option<InvalidReason>,
    pub curve: Option<Curve>,
    /// Tests that this server carried at the same time, this one among them.
    pub concurrent_tests: Option<u32>,
    /// Wi-Fi or cable, as far as the browser knew.
    pub connection: Option<String>,
}

/// Letters of every grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Grade {
    F,
    D,
    C,
    B,
    A,
    #[serde(rename = "A+")]
    APlus,
}

impl Grade {
    /// As it is written.
    pub const fn label(self) -> &'static str {
        match self {
            Self::APlus => "A+",
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::F => "F",
        }
    }

    /// The colour it is shown in: one of the states of the style sheet.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::APlus | Self::A | Self::B => "up",
            Self::C | Self::D => "degraded",
            Self::F => "down",
        }
    }
}

/// What the line is good for; null where a value that the table needs was not measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Grades {
    pub calls: Option<UseGrade>,
    pub gaming: Option<UseGrade>,
    pub streaming: Option<UseGrade>,
    pub work: Option<UseGrade>,
}

/// A grade and what held it down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UseGrade {
    pub grade: Grade,
    /// The values that kept it from the next better grade; none at A+.
    pub reasons: Vec<GradeReason>,
}

/// One value beside the limit of the next better grade.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GradeReason {
    pub metric: Metric,
    pub value: f64,
    pub limit: f64,
}

/// What a grade looks at; Mbit/s for the first two, ms for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    Download,
    Upload,
    /// The worst median round trip: idle, downloading, uploading.
    LoadedPing,
    Ping,
    Jitter,
}

/// The idle round trips, ms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdleLatency {
    pub min: f64,
    pub median: f64,
    pub p95: f64,
    /// Mean absolute difference of consecutive round trips.
    pub jitter: Option<f64>,
    /// The same, smoothed as RFC 3550 does.
    pub jitter_rfc3550: Option<f64>,
    pub n: u32,
}

/// Latency under load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bufferbloat {
    pub idle_ms: f64,
    pub down_ms: Option<f64>,
    pub up_ms: Option<f64>,
    /// 95th percentiles of the same round trips.
    pub down_p95_ms: Option<f64>,
    pub up_p95_ms: Option<f64>,
    /// By the larger increase over idle.
    pub grade: Grade,
    /// 60000 / median loaded round trip, and only that: not the RPM of the IETF draft.
    pub rpm: f64,
    pub class: ResponsivenessClass,
    pub confidence: Confidence,
}

/// In words: poor below 300 round trips a minute, fair below 1000, good below 6000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResponsivenessClass {
    Poor,
    Fair,
    Good,
    Excellent,
}

/// How much a figure can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// How sure each figure is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spread {
    /// Interval of the mean of 1-s batches (t, 95 %), Mbit/s.
    pub download: Option<SpreadOf>,
    pub upload: Option<SpreadOf>,
    /// Smallest and 95th percentile of the idle round trips, ms.
    pub ping: Option<SpreadOf>,
}

/// From–to, from n values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpreadOf {
    pub low: f64,
    pub high: f64,
    pub n: u32,
    /// The run stopped because the interval was narrow enough, not because its time was up.
    pub converged: bool,
}

/// What limited a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bottleneck {
    /// The path between server and device: what a test is for.
    Network,
    /// The device or its browser read too slowly.
    Receiver,
    /// This server's send buffer or its program.
    Server,
    Unknown,
}

/// Why a run is kept but counted nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvalidReason {
    HiddenTab,
    Offline,
    ConnectionChanged,
    AddressChanged,
    TooFewSamples,
    ServerWasTheLimit,
    /// A failed attempt that falls into this server's own gap.
    ServerUnreachable,
}

impl InvalidReason {
    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HiddenTab => "hidden_tab",
            Self::Offline => "offline",
            Self::ConnectionChanged => "connection_changed",
            Self::AddressChanged => "address_changed",
            Self::TooFewSamples => "too_few_samples",
            Self::ServerWasTheLimit => "server_was_the_limit",
            Self::ServerUnreachable => "server_unreachable",
        }
    }
}

/// The rates of a run for drawing, Mbit/s, one value every `step_ms`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Curve {
    pub step_ms: u32,
    pub download: Vec<f64>,
    pub upload: Vec<f64>,
}
