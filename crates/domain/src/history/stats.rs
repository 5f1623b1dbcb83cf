//! Counts and averages of a window: the answer of `/api/stats`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::facts::{WindowFacts, mean_interval};
use crate::stats::{Interval, round};

/// Counts and averages; null where there is no data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stats {
    /// Valid tests, failed ones included.
    pub total_tests: u64,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub total_outages: u64,
    /// Tests that ended without a result; part of `total_outages`.
    pub failed_tests: u64,
    /// The share of tests that were no outage, in per cent.
    pub uptime_percentage: Option<f64>,
    /// The Wilson interval of the uptime.
    pub uptime_interval: Option<Interval>,
    /// Mean download of the tests that have one, in Mbit/s.
    pub avg_download_mbps: Option<f64>,
    /// Mean upload in Mbit/s.
    pub avg_upload_mbps: Option<f64>,
    /// Mean idle latency in ms.
    pub avg_ping_ms: Option<f64>,
    /// The t interval of the mean download.
    pub download_interval: Option<Interval>,
    /// Median download in Mbit/s.
    pub median_download_mbps: Option<f64>,
    /// Median upload in Mbit/s.
    pub median_upload_mbps: Option<f64>,
    /// Median idle latency in ms.
    pub median_ping_ms: Option<f64>,
    /// When the last test of the window began.
    pub last_test_at: Option<DateTime<Utc>>,
    /// The window.
    pub hours: u32,
}

/// Counts and averages of the last `hours`.
pub fn stats(facts: &WindowFacts, hours: u32) -> Stats {
    let two = |figure: Option<f64>| figure.map(|f| round(f, 2));
    Stats {
        total_tests: facts.tests,
        total_outages: facts.outages,
        failed_tests: facts.failed,
        uptime_percentage: two(facts.uptime_pct()),
        uptime_interval: facts.uptime_interval().map(|i| i.rounded(2)),
        avg_download_mbps: two(facts.download.mean()),
        avg_upload_mbps: two(facts.upload.mean()),
        avg_ping_ms: two(facts.ping.mean()),
        download_interval: mean_interval(&facts.download).map(|i| i.rounded(2)),
        median_download_mbps: two(facts.download.median()),
        median_upload_mbps: two(facts.upload.median()),
        median_ping_ms: two(facts.ping.median()),
        last_test_at: facts.last_test_at,
        hours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::facts::facts_of;

    #[test]
    fn nothing_measured_is_null_not_zero() {
        let stats = stats(&WindowFacts::default(), 24);
        assert_eq!((stats.total_tests, stats.uptime_percentage, stats.avg_download_mbps), (0, None, None));
        assert_eq!((stats.avg_ping_ms, stats.last_test_at, stats.download_interval), (None, None, None));
    }

    #[test]
    fn failures_count_in_uptime_alone() {
        let stats = stats(&facts_of(&[(90.0, 10.0, 20.0), (110.0, 20.0, 30.0)], 2), 24);
        assert_eq!((stats.total_tests, stats.total_outages, stats.failed_tests), (4, 2, 2));
        assert_eq!(stats.uptime_percentage, Some(50.0));
        assert_eq!((stats.avg_download_mbps, stats.avg_ping_ms), (Some(100.0), Some(25.0)));
        let interval = stats.uptime_interval.unwrap();
        assert!(interval.low > 14.0 && interval.high < 86.0, "{interval:?}");
    }
}
