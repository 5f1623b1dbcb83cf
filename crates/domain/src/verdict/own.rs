//! How this device's own tests look, from its newest test of the last hour.

use chrono::{DateTime, Duration, Utc};

use super::facts::{OwnTest, VerdictFacts};
use crate::history::facts::{MIN_SAMPLES, OUTAGE_BELOW_MBPS};

/// Older tests say nothing of now.
const LATELY_MINUTES: i64 = 60;
/// Below this share of the usual download a test is slow (rules.md B4: under half of the baseline is major).
const SLOW_SHARE: f64 = 0.5;
/// Latency is high above this multiple of the usual one, and above this many ms (measurement.md §3, DEGRADED).
const HIGH_PING_FACTOR: f64 = 3.0;
const HIGH_PING_MS: f64 = 150.0;
/// An increase under load from which the bufferbloat grade is D (measurement.md §1.4).
const BLOATED_MS: f64 = 200.0;

/// How the device's own line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Own {
    /// No test in the last hour.
    Untested,
    /// The newest tests failed, so many in a row.
    Failing { in_a_row: u64, since: DateTime<Utc>, newest: DateTime<Utc> },
    /// The newest test is far slower than usual.
    Slow { test: OwnTest, usual: f64 },
    /// The newest test answers far later than usual.
    Late { test: OwnTest, ping: f64, usual: f64 },
    /// Fine when idle, late under load.
    Bloated { test: OwnTest, increase: f64 },
    /// Fine.
    Fine { test: OwnTest, tests: u64, failures: u64 },
}

impl OwnTest {
    fn is_outage(&self) -> bool {
        self.failed || self.download.is_some_and(|d| d < OUTAGE_BELOW_MBPS)
    }

    /// The larger increase of latency under load, in ms.
    fn increase_under_load(&self) -> Option<f64> {
        let idle = self.ping?;
        let loaded = self.loaded_ping_down.into_iter().chain(self.loaded_ping_up);
        loaded.map(|l| l - idle).filter(|i| i.is_finite()).reduce(f64::max)
    }
}

/// Looks at the device's tests of the last hour; tests dated in the future are left out.
pub(super) fn look(facts: &VerdictFacts) -> Own {
    let oldest = facts.now - Duration::minutes(LATELY_MINUTES);
    let mut tests: Vec<OwnTest> =
        facts.own_tests.iter().copied().filter(|t| t.at >= oldest && t.at <= facts.now).collect();
    tests.sort_by_key(|t| std::cmp::Reverse(t.at));
    let Some(&newest) = tests.first() else { return Own::Untested };
    let in_a_row = tests.iter().take_while(|t| t.is_outage()).count();
    if in_a_row > 0 {
        let since = tests.get(in_a_row - 1).map_or(newest.at, |t| t.at);
        return Own::Failing { in_a_row: in_a_row as u64, since, newest: newest.at };
    }
    let usual = facts.usual.filter(|u| u.tests >= MIN_SAMPLES);
    if let (Some(download), Some(usual)) = (newest.download, usual.and_then(|u| u.download))
        && download < usual * SLOW_SHARE
    {
        return Own::Slow { test: newest, usual };
    }
    if let (Some(ping), Some(usual)) = (newest.ping, usual.and_then(|u| u.ping))
        && ping > (usual * HIGH_PING_FACTOR).max(HIGH_PING_MS)
    {
        return Own::Late { test: newest, ping, usual };
    }
    if let Some(increase) = newest.increase_under_load().filter(|i| *i >= BLOATED_MS) {
        return Own::Bloated { test: newest, increase };
    }
    let failures = tests.iter().filter(|t| t.is_outage()).count() as u64;
    Own::Fine { test: newest, tests: tests.len() as u64, failures }
}
