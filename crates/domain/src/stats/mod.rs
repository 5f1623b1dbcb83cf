//! The arithmetic of samples: what a figure is and how sure it is.
//!
//! Pure functions over slices; a missing sample gives no figure (`None`), never zero. Values that are no numbers
//! (NaN, infinities) are nobody's measurement and are left out. Shares and percentiles are in per cent or 0–1 as
//! named; intervals are at 95 %.

mod binomial;
mod correlation;
mod figures;
mod interval;
mod jitter;

use serde::{Deserialize, Serialize};

pub use binomial::binomial_tail;
pub use correlation::{pearson, spearman};
pub use figures::{per_cent, significant};
pub use interval::{bootstrap_interval, t_interval, t_interval_of, wilson_interval, wilson_interval_of};
pub use jitter::{mean_absolute_difference, rfc3550_jitter};

/// A 95 % interval around a figure, in the figure's own unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Both ends multiplied (a share as per cent).
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }

    /// Both ends rounded to `digits` decimals.
    #[must_use]
    pub fn rounded(self, digits: u32) -> Self {
        Self { low: round(self.low, digits), high: round(self.high, digits) }
    }
}

/// Rounds to `digits` decimals, half away from zero.
pub fn round(value: f64, digits: u32) -> f64 {
    let factor = 10_f64.powi(digits.min(12) as i32);
    let scaled = value * factor;
    if scaled.is_finite() { scaled.round() / factor } else { value }
}

/// The finite values in ascending order.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The quantile `q` (0–1) of ascending values, linearly interpolated between neighbouring ranks
/// (Hyndman and Fan's type 7, as in R, NumPy and spreadsheets).
pub fn quantile_of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    if q.is_nan() {
        return None;
    }
    let rank = q.clamp(0.0, 1.0) * last as f64;
    let below = (rank.floor() as usize).min(last);
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (rank - below as f64))
}

/// The quantile `q` (0–1) of values in any order.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    quantile_of_sorted(&sorted(values), q)
}

/// The middle value; of an even number the mean of the two in the middle.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The arithmetic mean.
pub fn mean(values: &[f64]) -> Option<f64> {
    let (n, sum) = values.iter().filter(|v| v.is_finite()).fold((0_u64, 0.0), |(n, sum), v| (n + 1, sum + v));
    (n > 0).then(|| sum / n as f64)
}

/// The standard deviation of these values as the whole population.
pub fn population_sd(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let (n, squares) = values
        .iter()
        .filter(|v| v.is_finite())
        .fold((0_u64, 0.0), |(n, sum), v| (n + 1, sum + (v - mean) * (v - mean)));
    Some((squares / n as f64).sqrt())
}

/// The standard deviation of what these values are a sample of; none with fewer than two.
pub fn sample_sd(values: &[f64]) -> Option<f64> {
    let n = values.iter().filter(|v| v.is_finite()).count() as f64;
    (n > 1.0).then(|| population_sd(values).map(|sd| sd * (n / (n - 1.0)).sqrt())).flatten()
}

/// The change from `before` to `after` in per cent; none without a base above zero.
pub fn change_pct(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    let (before, after) = (before?, after?);
    (before > 0.0 && after.is_finite()).then(|| (after - before) / before * 100.0).filter(|c| c.is_finite())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::of_nothing(&[], None)]
    #[case::of_one(&[7.0], Some(7.0))]
    #[case::of_an_odd_number(&[9.0, 1.0, 5.0], Some(5.0))]
    #[case::of_an_even_number(&[4.0, 1.0, 3.0, 2.0], Some(2.5))]
    #[case::zero_counts(&[0.0, 0.0, 9.0], Some(0.0))]
    #[case::no_number_is_left_out(&[f64::NAN, 3.0], Some(3.0))]
    fn the_median(#[case] values: &[f64], #[case] expected: Option<f64>) {
        assert_eq!(median(values), expected);
    }

    // NumPy: numpy.percentile([15, 20, 35, 40, 50], q).
    #[rstest]
    #[case::the_smallest(0.0, 15.0)]
    #[case::between_two(0.4, 29.0)]
    #[case::on_one(0.5, 35.0)]
    #[case::near_the_top(0.95, 48.0)]
    #[case::the_largest(1.0, 50.0)]
    #[case::beyond_the_ends(7.0, 50.0)]
    fn quantiles_interpolate_linearly(#[case] q: f64, #[case] expected: f64) {
        let got = quantile(&[50.0, 15.0, 40.0, 20.0, 35.0], q).unwrap();
        assert!((got - expected).abs() < 1e-9, "{got}");
    }

    #[test]
    fn deviations_differ_by_bessel() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(population_sd(&values), Some(2.0));
        assert!((sample_sd(&values).unwrap() - 2.138_089_935).abs() < 1e-9);
        assert_eq!(sample_sd(&[1.0]), None);
    }

    #[rstest]
    #[case::half_up(2.345, 2, 2.35)]
    #[case::negative(-1.25, 1, -1.3)]
    #[case::too_big_to_scale(f64::MAX, 3, f64::MAX)]
    fn rounding(#[case] value: f64, #[case] digits: u32, #[case] expected: f64) {
        assert_eq!(round(value, digits), expected);
    }

    #[rstest]
    #[case::up(Some(50.0), Some(75.0), Some(50.0))]
    #[case::from_nothing(Some(0.0), Some(75.0), None)]
    #[case::without_a_base(None, Some(75.0), None)]
    fn changes(#[case] before: Option<f64>, #[case] after: Option<f64>, #[case] expected: Option<f64>) {
        assert_eq!(change_pct(before, after), expected);
    }

    proptest! {
        #[test]
        fn a_quantile_lies_between_the_ends_and_rises(
            values in prop::collection::vec(any::<f64>(), 0..50), a in any::<f64>(), b in any::<f64>(),
        ) {
            let ascending = sorted(&values);
            let (low, high) = (a.min(b), a.max(b));
            let (low, high) = (quantile_of_sorted(&ascending, low), quantile_of_sorted(&ascending, high));
            let finite_span = ascending.last().zip(ascending.first()).is_some_and(|(x, n)| (x - n).is_finite());
            if let (Some(low), Some(high), true) = (low, high, finite_span) {
                prop_assert!(low <= high + high.abs() * 1e-12);
                prop_assert!(ascending[0] <= low + low.abs() * 1e-12);
            }
            let _ = (mean(&values), population_sd(&values), sample_sd(&values), median(&values));
        }
    }
}
