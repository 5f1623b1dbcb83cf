//! From byte counts to a rate: batches, the end of the ramp, and when enough is enough (measurement.md §1.2).

use super::sample::{median, t_interval};
use crate::measurements::SpreadOf;

/// The ramp ends at the first batch that reaches this share of the running median.
const RAMP_SHARE: f64 = 0.9;
/// Batches that an interval needs at least.
pub const MIN_BATCHES: usize = 4;
/// The half-width of the interval at which a step stops, as a share of the mean.
const CONVERGED_SHARE: f64 = 0.03;
/// A stream is added when a batch grew by more than this share over the one before.
const GROWTH: f64 = 1.05;

/// Bytes in all at a moment of a step: `(t_ms, bytes)`.
pub type Window = (f64, u64);

/// A rate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub mbps: f64,
    pub low: f64,
    pub high: f64,
    /// Batches after the ramp.
    pub n: usize,
    pub converged: bool,
}

impl Rate {
    /// The interval as it is sent.
    pub fn spread(&self) -> SpreadOf {
        SpreadOf { low: self.low, high: self.high, n: self.n as u32, converged: self.converged }
    }
}

/// Mean rates (Mbit/s) of consecutive spans of `batch_ms`, from the first counted byte on; a last, unfinished span
/// is left out. Counts between two windows are taken as evenly spread.
pub fn batches(windows: &[Window], batch_ms: f64) -> Vec<f64> {
    let Some(first) = windows.iter().position(|(_, bytes)| *bytes > 0) else { return Vec::new() };
    let windows = &windows[first..];
    let (start, end) = (windows[0].0, windows[windows.len() - 1].0);
    // A hundredth of a batch: the clock's rounding must not cost the last one.
    let count = ((end - start) / batch_ms + 0.01).floor().clamp(0.0, 1000.0) as usize;
    let mut rates = Vec::with_capacity(count);
    let mut before = windows[0].1 as f64;
    for i in 1..=count {
        let bytes = bytes_at(windows, start + i as f64 * batch_ms);
        // Bits in a millisecond are kbit/s.
        rates.push((bytes - before).max(0.0) * 8.0 / batch_ms / 1000.0);
        before = bytes;
    }
    rates
}

fn bytes_at(windows: &[Window], t: f64) -> f64 {
    let after = windows.partition_point(|w| w.0 < t);
    match (after.checked_sub(1).map(|i| windows[i]), windows.get(after)) {
        (Some(a), Some(b)) if b.0 > a.0 => {
            let share = (t - a.0) / (b.0 - a.0);
            a.1 as f64 + share * (b.1 as f64 - a.1 as f64)
        }
        (_, Some(b)) => b.1 as f64,
        (Some(a), None) => a.1 as f64,
        (None, None) => 0.0,
    }
}

/// The batches after the ramp.
pub fn steady(batches: &[f64]) -> &[f64] {
    let Some(middle) = median(batches) else { return &[] };
    let from = batches.iter().position(|rate| *rate >= RAMP_SHARE * middle).unwrap_or(0);
    &batches[from..]
}

/// The rate of a step; `None` below two batches after the ramp.
pub fn rate(windows: &[Window], batch_ms: f64) -> Option<Rate> {
    let all = batches(windows, batch_ms);
    let steady = steady(&all);
    let (mbps, half) = t_interval(steady)?;
    let converged = steady.len() >= MIN_BATCHES && mbps > 0.0 && half <= CONVERGED_SHARE * mbps;
    Some(Rate { mbps, low: (mbps - half).max(0.0), high: mbps + half, n: steady.len(), converged })
}

/// Whether the last batch calls for one more stream.
pub fn wants_stream(batches: &[f64]) -> bool {
    matches!(batches, [.., before, last] if *last > GROWTH * before)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Cumulative windows every 100 ms for given Mbit/s of each second.
    fn windows(seconds: &[f64]) -> Vec<Window> {
        let mut all = vec![(100.0, 1)];
        let mut bytes = 1.0;
        for (second, mbps) in seconds.iter().enumerate() {
            for tenth in 1..=10 {
                bytes += mbps * 12_500.0;
                all.push((100.0 + second as f64 * 1000.0 + f64::from(tenth) * 100.0, bytes as u64));
            }
        }
        all
    }

    #[test]
    fn the_ramp_is_left_out_of_the_rate() {
        let rate = rate(&windows(&[5.0, 15.0, 24.0, 24.1, 23.9, 24.0]), 1000.0).unwrap();
        assert!((rate.mbps - 24.0).abs() < 0.01, "{rate:?}");
        assert_eq!((rate.n, rate.converged), (4, true));
    }

    #[test]
    fn a_restless_line_does_not_converge_and_says_so() {
        let rate = rate(&windows(&[20.0, 30.0, 21.0, 29.0, 22.0, 28.0]), 1000.0).unwrap();
        assert!(!rate.converged && rate.high - rate.low > 5.0, "{rate:?}");
    }

    #[test]
    fn an_unfinished_batch_counts_nowhere() {
        assert_eq!(batches(&windows(&[10.0]), 400.0).len(), 2);
        assert!(batches(&[(0.0, 0), (100.0, 0)], 1000.0).is_empty());
    }

    #[test]
    fn a_stream_is_added_while_the_rate_grows() {
        assert!(wants_stream(&[10.0, 10.6]));
        assert!(!wants_stream(&[10.0, 10.5]));
        assert!(!wants_stream(&[10.0]));
    }

    proptest! {
        #[test]
        fn any_windows_are_survived(windows in prop::collection::vec((any::<f64>(), any::<u64>()), 0..50), batch in 1.0..2000.0) {
            let _ = rate(&windows, batch);
        }

        #[test]
        fn a_steady_line_gives_its_rate(mbps in 0.5_f64..1000.0, seconds in 5_usize..10) {
            let rate = rate(&windows(&vec![mbps; seconds]), 1000.0).unwrap();
            prop_assert!((rate.mbps / mbps - 1.0).abs() < 0.001 && rate.converged);
        }
    }
}
