//! What was measured, as it travels: one test, the lists of them, and what a browser hands in.
//!
//! A browser posts the raw samples of a run ([`NewMeasurement`]); the server derives every figure from them and from
//! its own log (`speed_tests::judge`). A failed test has no speed (null), never 0.

mod endpoints;
mod new;
mod result;

use chrono::{DateTime, Utc};
pub use endpoints::*;
pub use new::{
    ClientFacts, FailedAttempt, FinishedRun, MAX_RTTS, MAX_WINDOWS, NewMeasurement, RunStep, StepKind,
};
pub use result::{
    Bottleneck, Bufferbloat, Confidence, Curve, Grade, GradeReason, Grades, IdleLatency, InvalidReason,
    LatestResult, MeasurementResult, Metric, ResponsivenessClass, ResultDetail, Spread, SpreadOf, UseGrade,
};
use serde::{Deserialize, Serialize};

/// Which program made the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Browser,
    Server,
    Agent,
    Extension,
}

impl Source {
    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Server => "server",
            Self::Agent => "agent",
            Self::Extension => "extension",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Browser, Self::Server, Self::Agent, Self::Extension]
            .into_iter()
            .find(|source| source.as_str() == word)
    }
}

/// M of the contract: one test. Speeds in Mbit/s (10^6), times in ms; null means no data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Measurement {
    pub id: i64,
    /// When the test began.
    pub timestamp: DateTime<Utc>,
    pub download_speed: Option<f64>,
    pub upload_speed: Option<f64>,
    /// Median idle round trip.
    pub ping: Option<f64>,
    /// The provider's name as this server knows it.
    pub isp: Option<String>,
    pub location: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// The test failed, or its download was below 1 Mbit/s.
    pub is_outage: bool,
    /// Mean absolute difference of consecutive idle round trips.
    pub jitter: Option<f64>,
    /// Median round trip while downloading.
    pub loaded_ping_down: Option<f64>,
    /// Median round trip while uploading.
    pub loaded_ping_up: Option<f64>,
    /// Share of datagrams lost (0–1); null until a train of datagrams measured it.
    pub loss: Option<f64>,
    /// Share of the sent bytes that TCP sent again; feeds no grade.
    pub retransmitted_share: Option<f64>,
    pub connections: u32,
    /// `http/1.1`, `h2`, `h3`, as the client saw it.
    pub protocol: Option<String>,
    pub congestion: Option<String>,
    pub source: Source,
    /// How it was measured: `full`, `light`, `ndt7`, `http`, `failed`.
    pub method: String,
    /// Counted in aggregates only if true.
    pub valid: bool,
    pub bytes_used: u64,
    /// 4 or 6.
    pub ip_version: Option<u8>,
}

impl Measurement {
    /// A test of which nothing is known yet but when, by whom and how; its id comes with storing.
    pub fn unmeasured(timestamp: DateTime<Utc>, source: Source, method: &str) -> Self {
        Self {
            id: 0,
            timestamp,
            download_speed: None,
            upload_speed: None,
            ping: None,
            isp: None,
            location: None,
            latitude: None,
            longitude: None,
            is_outage: false,
            jitter: None,
            loaded_ping_down: None,
            loaded_ping_up: None,
            loss: None,
            retransmitted_share: None,
            connections: 0,
            protocol: None,
            congestion: None,
            source,
            method: method.to_owned(),
            valid: true,
            bytes_used: 0,
            ip_version: None,
        }
    }
}

/// The outage rule of one test: it failed, or its download is below this (rules.md B2, `OUTAGE_THRESHOLD_MBPS`).
pub const OUTAGE_BELOW_MBPS: f64 = 1.0;

/// Whether one test counts as an outage; a run that measured only other things does not.
pub fn is_outage(failed: bool, download_mbps: Option<f64>) -> bool {
    failed || download_mbps.is_some_and(|mbps| mbps < OUTAGE_BELOW_MBPS)
}
