//! What the rules know of a window, a local day, a local hour: counts and histograms, as rollup rows hold them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    histogram::LogHistogram,
    stats::{Interval, t_interval_of, wilson_interval},
};

/// With fewer tests a window has no grade (rules.md A2).
pub const MIN_SAMPLES: u64 = 5;
/// Under this download in Mbit/s a test counts as an outage (api.md §0, M).
pub const OUTAGE_BELOW_MBPS: f64 = 1.0;

/// Everything counted in one window; invalid tests are in none of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowFacts {
    /// Valid tests, failed ones included.
    pub tests: u64,
    /// Tests that ended without a result.
    pub failed: u64,
    /// Failed tests and those under [`OUTAGE_BELOW_MBPS`].
    pub outages: u64,
    /// Download in Mbit/s of the tests that have one.
    pub download: LogHistogram,
    /// Upload in Mbit/s.
    pub upload: LogHistogram,
    /// Idle latency in ms.
    pub ping: LogHistogram,
    /// When the newest test began.
    pub last_test_at: Option<DateTime<Utc>>,
}

/// The facts of one day in the device's zone.
#[derive(Clone, Debug, PartialEq)]
pub struct DayFacts {
    /// The local day.
    pub date: NaiveDate,
    /// What was counted in it.
    pub facts: WindowFacts,
}

/// The facts of one hour of the day (of any number of days) in the device's zone.
#[derive(Clone, Debug, PartialEq)]
pub struct HourFacts {
    /// 0–23, local.
    pub hour: u8,
    /// What was counted in it.
    pub facts: WindowFacts,
}

impl WindowFacts {
    /// Counts one test; `None` is a figure that the test does not have.
    pub fn record(&mut self, at: DateTime<Utc>, test: TestFigures) {
        self.tests += 1;
        self.failed += u64::from(test.failed);
        self.outages += u64::from(test.is_outage());
        self.download.extend(test.download);
        self.upload.extend(test.upload);
        self.ping.extend(test.ping);
        self.last_test_at = self.last_test_at.max(Some(at));
    }

    /// Adds another window's facts.
    pub fn merge(&mut self, other: &Self) {
        self.tests = self.tests.saturating_add(other.tests);
        self.failed = self.failed.saturating_add(other.failed);
        self.outages = self.outages.saturating_add(other.outages);
        self.download.merge(&other.download);
        self.upload.merge(&other.upload);
        self.ping.merge(&other.ping);
        self.last_test_at = self.last_test_at.max(other.last_test_at);
    }

    /// The share of tests that were no outage, in per cent.
    pub fn uptime_pct(&self) -> Option<f64> {
        let good = self.tests.saturating_sub(self.outages);
        (self.tests > 0).then(|| good as f64 / self.tests as f64 * 100.0)
    }

    /// The Wilson interval of the uptime in per cent.
    pub fn uptime_interval(&self) -> Option<Interval> {
        wilson_interval(self.tests.saturating_sub(self.outages), self.tests).map(|i| i.scaled(100.0))
    }

    /// Whether there are enough tests for a grade of the window.
    pub const fn is_gradable(&self) -> bool {
        self.tests >= MIN_SAMPLES
    }
}

/// The t interval of a histogram's mean; no rate and no latency is below zero.
pub fn mean_interval(figures: &LogHistogram) -> Option<Interval> {
    let interval = t_interval_of(figures.count(), figures.mean()?, figures.sample_sd()?)?;
    Some(Interval { low: interval.low.max(0.0), high: interval.high })
}

/// The figures of one test, as they enter the facts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TestFigures {
    /// Ended without a result.
    pub failed: bool,
    /// Mbit/s.
    pub download: Option<f64>,
    /// Mbit/s.
    pub upload: Option<f64>,
    /// ms.
    pub ping: Option<f64>,
}

impl TestFigures {
    /// Failed, or slower than anything can be used with.
    pub fn is_outage(&self) -> bool {
        self.failed || self.download.is_some_and(|d| d < OUTAGE_BELOW_MBPS)
    }
}

/// Facts for tests of rules: `n` tests of the same figures, `failed` more without any.
#[cfg(test)]
pub(crate) fn facts_of(tests: &[(f64, f64, f64)], failed: u64) -> WindowFacts {
    let mut facts = WindowFacts::default();
    let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    for &(download, upload, ping) in tests {
        let figures =
            TestFigures { failed: false, download: Some(download), upload: Some(upload), ping: Some(ping) };
        facts.record(at, figures);
    }
    for _ in 0..failed {
        facts.record(at, TestFigures { failed: true, ..TestFigures::default() });
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_test_lowers_uptime_and_no_mean() {
        let facts = facts_of(&[(50.0, 10.0, 20.0); 3], 1);
        assert_eq!((facts.tests, facts.failed, facts.outages), (4, 1, 1));
        assert_eq!(facts.uptime_pct(), Some(75.0));
        assert_eq!((facts.download.mean(), facts.ping.mean()), (Some(50.0), Some(20.0)));
    }

    #[test]
    fn a_crawling_test_is_an_outage_with_a_speed() {
        let facts = facts_of(&[(0.4, 0.1, 900.0), (0.0, 0.0, 900.0)], 0);
        assert_eq!((facts.failed, facts.outages, facts.download.mean()), (0, 2, Some(0.2)));
    }

    #[test]
    fn merging_two_windows_counts_both() {
        let mut left = facts_of(&[(50.0, 10.0, 20.0)], 1);
        left.merge(&facts_of(&[(70.0, 10.0, 20.0)], 0));
        assert_eq!((left.tests, left.outages, left.download.mean()), (3, 1, Some(60.0)));
        let mut empty = WindowFacts::default();
        empty.merge(&WindowFacts::default());
        assert_eq!((empty.uptime_pct(), empty.uptime_interval(), empty.last_test_at), (None, None, None));
    }
}
