//! What a verdict is made of. `None` is "not known here", never "fine".

use chrono::{DateTime, Utc};

/// Everything known for one visitor at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct VerdictFacts {
    /// When the facts were taken.
    pub now: DateTime<Utc>,
    /// How many households a group needs before it is spoken of.
    pub k: u64,
    /// This device's valid tests of the last hour or more, in any order.
    pub own_tests: Vec<OwnTest>,
    /// What this device usually measures, from before the last hour.
    pub usual: Option<Usual>,
    /// The name of the visitor's provider.
    pub provider_name: Option<String>,
    /// Other households of the same provider in the last 15 minutes; the viewer's is not among them.
    pub provider: Option<GroupFacts>,
    /// Households of other providers in the last 15 minutes.
    pub other_providers: Option<GroupFacts>,
    /// Neighbours in the building.
    pub building: Option<GroupFacts>,
    /// This server's own uplinks.
    pub uplinks: Option<UplinkFacts>,
    /// Routes that changed.
    pub routes: Option<RouteFacts>,
    /// Status pages and outage feeds.
    pub feeds: Option<FeedFacts>,
}

impl VerdictFacts {
    /// Facts of a visitor of whom nothing is known.
    pub const fn nothing(now: DateTime<Utc>, k: u64) -> Self {
        Self {
            now,
            k,
            own_tests: Vec::new(),
            usual: None,
            provider_name: None,
            provider: None,
            other_providers: None,
            building: None,
            uplinks: None,
            routes: None,
            feeds: None,
        }
    }
}

/// One test of this device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnTest {
    /// When it began.
    pub at: DateTime<Utc>,
    /// Ended without a result.
    pub failed: bool,
    /// Mbit/s.
    pub download: Option<f64>,
    /// Idle latency in ms.
    pub ping: Option<f64>,
    /// Latency in ms while downloading.
    pub loaded_ping_down: Option<f64>,
    /// Latency in ms while uploading.
    pub loaded_ping_up: Option<f64>,
    /// Measured loss in per cent.
    pub loss: Option<f64>,
}

/// What this device usually measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// Median download in Mbit/s.
    pub download: Option<f64>,
    /// Median idle latency in ms.
    pub ping: Option<f64>,
    /// How many tests that is.
    pub tests: u64,
}

/// Households that tested lately.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupFacts {
    /// Households with a test in the last 15 minutes.
    pub households: u64,
    /// Those whose newest test failed or stayed under 1 Mbit/s.
    pub failing: u64,
    /// The share of households failing in an ordinary quarter of an hour (0–1), once it is known.
    pub usually_failing: Option<f64>,
    /// When the first of the failing ones began to fail.
    pub since: Option<DateTime<Utc>>,
    /// The newest test among them.
    pub newest_at: DateTime<Utc>,
}

/// This server's own uplinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UplinkFacts {
    /// How many are watched.
    pub watched: u64,
    /// How many of them are down.
    pub down: u64,
    /// The newest round.
    pub newest_at: DateTime<Utc>,
}

/// Routes from here that changed in the last hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteFacts {
    /// How many.
    pub changed: u64,
    /// The newest change.
    pub newest_at: DateTime<Utc>,
}

/// Services that report trouble of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedFacts {
    /// Their names.
    pub troubled: Vec<String>,
    /// When the feeds were last read.
    pub newest_at: DateTime<Utc>,
}
