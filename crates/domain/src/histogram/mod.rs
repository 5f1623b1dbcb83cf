//! A log histogram (DDSketch) of one figure: counts per bucket of 2 % width, so any quantile is right to 1 %.
//!
//! It is what a rollup row keeps instead of raw samples: merging rows merges histograms, and medians, bands and
//! distributions follow. Count, sum, sum of squares, minimum and maximum are kept exactly, so means are exact.
//! Surprise: zero is a value (it has a bucket of its own), while NaN, infinities and negatives are refused.

mod codec;

pub use codec::DecodeError;

use crate::stats::Interval;

/// The relative error of a quantile (brief of the rollups: 1 %).
pub const RELATIVE_ERROR: f64 = 0.01;
/// ln γ with γ = (1 + α) / (1 − α): the width of a bucket in log space (DDSketch, Masson et al., VLDB 2019, §2.2).
const LN_GAMMA: f64 = 0.020_000_666_706_669_524;
/// Below this a value counts as zero: 1 bit/ms and 1 ns are far below what is measured.
const MIN_POSITIVE: f64 = 1e-6;
/// Values above are put into the last bucket: 10^9 Mbit/s and 10^9 ms are beyond every measurement.
const MAX_VALUE: f64 = 1e9;
/// The first and last bucket that a value between the two bounds can fall into.
const MIN_INDEX: i16 = -691;
const MAX_INDEX: i16 = 1038;

/// Counts per logarithmic bucket with exact moments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogHistogram {
    /// Buckets in ascending order; a bucket without values is not there.
    buckets: Vec<(i16, u64)>,
    zeros: u64,
    count: u64,
    sum: f64,
    sum_of_squares: f64,
    min: f64,
    max: f64,
}

/// A value that stands for `count` samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// The bucket's middle, within 1 % of each sample in it.
    pub value: f64,
    /// How many samples.
    pub count: u64,
}

impl LogHistogram {
    /// A histogram without values.
    pub const fn new() -> Self {
        Self { buckets: Vec::new(), zeros: 0, count: 0, sum: 0.0, sum_of_squares: 0.0, min: 0.0, max: 0.0 }
    }

    /// Counts a value; `false` for what is no measurement (NaN, infinite, negative), which is not counted.
    pub fn record(&mut self, value: f64) -> bool {
        if !value.is_finite() || value < 0.0 {
            return false;
        }
        let value = value.min(MAX_VALUE);
        if value < MIN_POSITIVE {
            self.zeros = self.zeros.saturating_add(1);
        } else {
            let index = index_of(value);
            match self.buckets.binary_search_by_key(&index, |b| b.0) {
                Ok(at) => self.buckets[at].1 = self.buckets[at].1.saturating_add(1),
                Err(at) => self.buckets.insert(at, (index, 1)),
            }
        }
        (self.min, self.max) =
            if self.count == 0 { (value, value) } else { (self.min.min(value), self.max.max(value)) };
        self.count = self.count.saturating_add(1);
        self.sum += value;
        self.sum_of_squares += value * value;
        true
    }

    /// Adds all of another's values.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        (self.min, self.max) = if self.count == 0 {
            (other.min, other.max)
        } else {
            (self.min.min(other.min), self.max.max(other.max))
        };
        self.zeros = self.zeros.saturating_add(other.zeros);
        self.count = self.count.saturating_add(other.count);
        self.sum += other.sum;
        self.sum_of_squares += other.sum_of_squares;
        self.buckets = merged(&self.buckets, &other.buckets);
    }

    /// How many values.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Whether there is no value.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The sum of the values, exact.
    pub const fn sum(&self) -> f64 {
        self.sum
    }

    /// The smallest value, exact.
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest value, exact.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    /// The arithmetic mean, exact.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| (self.sum / self.count as f64).clamp(self.min, self.max))
    }

    /// The standard deviation of these values (population), from the exact moments.
    pub fn population_sd(&self) -> Option<f64> {
        // What is left of two nearly equal squares is rounding, not spread.
        const ROUNDING: f64 = 1e-12;
        let mean = self.mean()?;
        let variance = self.sum_of_squares / self.count as f64 - mean * mean;
        Some(if variance > mean * mean * ROUNDING { variance.sqrt() } else { 0.0 })
    }

    /// The standard deviation of what these values are a sample of; none with fewer than two.
    pub fn sample_sd(&self) -> Option<f64> {
        let n = self.count as f64;
        (self.count > 1).then(|| self.population_sd().map(|sd| sd * (n / (n - 1.0)).sqrt())).flatten()
    }

    /// The quantile `q` in 0–1, linearly interpolated between the two neighbouring ranks, within 1 %.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.count == 0 || q.is_nan() {
            return None;
        }
        let rank = q.clamp(0.0, 1.0) * (self.count - 1) as f64;
        let (below, share) = (rank.floor(), rank.fract());
        let low = self.value_at(below as u64);
        let high = if share > 0.0 { self.value_at(below as u64 + 1) } else { low };
        Some((low + (high - low) * share).clamp(self.min, self.max))
    }

    /// The middle value, within 1 %.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// A 95 % interval of the median by order statistics: the ranks n/2 ± 0.98 √n (normal approximation of the
    /// binomial; Conover, Practical Nonparametric Statistics, §3.2). None with fewer than six values.
    pub fn median_interval(&self) -> Option<Interval> {
        /// Below six values no pair of ranks covers the median with 95 %.
        const FEWEST: u64 = 6;
        if self.count < FEWEST {
            return None;
        }
        let n = self.count as f64;
        let reach = 1.96 * n.sqrt() / 2.0;
        let low = (n / 2.0 - reach).floor().max(0.0) as u64;
        let high = ((n / 2.0 + reach).ceil() as u64).min(self.count - 1);
        Some(Interval { low: self.value_at(low), high: self.value_at(high) })
    }

    /// How many values are at least `limit`; a value within 1 % of it may be counted on the other side.
    pub fn count_at_least(&self, limit: f64) -> u64 {
        if self.count == 0 || self.max < limit {
            return 0;
        }
        self.weighted().filter(|part| part.value >= limit).map(|part| part.count).fold(0, u64::saturating_add)
    }

    /// The distinct values with their counts, ascending.
    pub fn weighted(&self) -> impl Iterator<Item = Weighted> + '_ {
        let zeros = (self.zeros > 0).then_some(Weighted { value: 0.0, count: self.zeros });
        zeros.into_iter().chain(
            self.buckets
                .iter()
                .map(|&(index, count)| Weighted { value: middle_of(index).clamp(self.min, self.max), count }),
        )
    }

    /// The value of a zero-based rank; the ends are exact.
    fn value_at(&self, rank: u64) -> f64 {
        if rank == 0 {
            return self.min;
        }
        if rank.saturating_add(1) >= self.count {
            return self.max;
        }
        let mut seen = 0_u64;
        for part in self.weighted() {
            seen = seen.saturating_add(part.count);
            if rank < seen {
                return part.value;
            }
        }
        self.max
    }
}

impl Extend<f64> for LogHistogram {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        for value in values {
            self.record(value);
        }
    }
}

impl FromIterator<f64> for LogHistogram {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut histogram = Self::new();
        histogram.extend(values);
        histogram
    }
}

/// The bucket of a positive value: γ^(i−1) < value ≤ γ^i.
fn index_of(value: f64) -> i16 {
    ((value.ln() / LN_GAMMA).ceil() as i16).clamp(MIN_INDEX, MAX_INDEX)
}

/// The value with the same relative distance to both ends of a bucket: 2 γ^i / (γ + 1).
fn middle_of(index: i16) -> f64 {
    2.0 * (f64::from(index) * LN_GAMMA).exp() / (LN_GAMMA.exp() + 1.0)
}

/// Two ascending lists of buckets as one.
fn merged(a: &[(i16, u64)], b: &[(i16, u64)]) -> Vec<(i16, u64)> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while let (Some(&x), Some(&y)) = (a.get(i), b.get(j)) {
        match x.0.cmp(&y.0) {
            std::cmp::Ordering::Less => {
                out.push(x);
                i += 1;
            }
            std::cmp::Ordering::Greater => {
                out.push(y);
                j += 1;
            }
            std::cmp::Ordering::Equal => {
                out.push((x.0, x.1.saturating_add(y.1)));
                i += 1;
                j += 1;
            }
        }
    }
    out.extend_from_slice(&a[i..]);
    out.extend_from_slice(&b[j..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact_quantile(values: &[f64], q: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = q * (sorted.len() - 1) as f64;
        let low = sorted[rank.floor() as usize];
        let high = sorted[rank.ceil() as usize];
        low + (high - low) * rank.fract()
    }

    #[test]
    fn an_empty_one_has_no_figures() {
        let empty = LogHistogram::new();
        assert_eq!((empty.mean(), empty.median(), empty.min(), empty.sample_sd()), (None, None, None, None));
    }

    #[test]
    fn zero_is_a_value_and_nonsense_is_not() {
        let mut h = LogHistogram::new();
        assert!(h.record(0.0));
        for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
            assert!(!h.record(nonsense));
        }
        assert!(h.record(10.0));
        assert_eq!((h.count(), h.mean(), h.min()), (2, Some(5.0), Some(0.0)));
    }

    #[test]
    fn one_value_comes_back_exactly() {
        let h: LogHistogram = [93.7].into_iter().collect();
        assert_eq!((h.median(), h.quantile(0.99), h.mean()), (Some(93.7), Some(93.7), Some(93.7)));
    }

    #[test]
    fn ln_gamma_is_what_its_definition_says() {
        let gamma = (1.0 + RELATIVE_ERROR) / (1.0 - RELATIVE_ERROR);
        assert!((LN_GAMMA - gamma.ln()).abs() < 1e-15);
        assert!(index_of(MIN_POSITIVE) > MIN_INDEX && index_of(MAX_VALUE) < MAX_INDEX);
    }

    #[test]
    fn equal_values_have_no_spread_at_all() {
        let h: LogHistogram = [236.870_319_414_088_93; 5].into_iter().collect();
        assert_eq!((h.mean(), h.population_sd(), h.sample_sd()), (h.max(), Some(0.0), Some(0.0)));
    }

    #[test]
    fn counting_above_a_limit_is_exact_away_from_it() {
        let h: LogHistogram = [0.0, 10.0, 79.0, 81.0, 200.0].into_iter().collect();
        let counts = [0.0, 0.5, 80.0, 190.0, 201.0].map(|limit| h.count_at_least(limit));
        assert_eq!(counts, [5, 4, 2, 1, 0]);
    }

    #[test]
    fn the_interval_of_the_median_needs_six_values_and_holds_the_median() {
        let five: LogHistogram = (1..=5).map(f64::from).collect();
        assert_eq!(five.median_interval(), None);
        let hundred: LogHistogram = (1..=100).map(f64::from).collect();
        let interval = hundred.median_interval().unwrap();
        assert!(interval.low > 38.0 && interval.low < 42.0, "{interval:?}");
        assert!(interval.high > 59.0 && interval.high < 63.0, "{interval:?}");
    }

    proptest! {
        #[test]
        fn a_quantile_is_within_one_per_cent(
            values in prop::collection::vec(prop_oneof![Just(0.0), 0.001..1e6_f64], 1..200), q in 0.0..=1.0_f64,
        ) {
            let h: LogHistogram = values.iter().copied().collect();
            let exact = exact_quantile(&values, q);
            let got = h.quantile(q).unwrap();
            prop_assert!((got - exact).abs() <= exact * (RELATIVE_ERROR + 1e-9) + 1e-9, "{got} for {exact}");
        }

        #[test]
        fn merging_is_counting_all(
            a in prop::collection::vec(0.0..1e5_f64, 0..80), b in prop::collection::vec(0.0..1e5_f64, 0..80),
        ) {
            let mut left: LogHistogram = a.iter().copied().collect();
            let right: LogHistogram = b.iter().copied().collect();
            let all: LogHistogram = a.iter().chain(&b).copied().collect();
            left.merge(&right);
            prop_assert_eq!(left.count(), all.count());
            prop_assert_eq!(left.quantile(0.9), all.quantile(0.9));
            prop_assert_eq!((left.min(), left.max()), (all.min(), all.max()));
            prop_assert!((left.sum() - all.sum()).abs() <= 1e-9 * all.sum().abs());
        }

        #[test]
        fn quantiles_rise(values in prop::collection::vec(0.0..1e5_f64, 1..80), p in 0.0..=1.0_f64, q in 0.0..=1.0_f64) {
            let h: LogHistogram = values.into_iter().collect();
            let (low, high) = (p.min(q), p.max(q));
            prop_assert!(h.quantile(low) <= h.quantile(high));
        }
    }
}
