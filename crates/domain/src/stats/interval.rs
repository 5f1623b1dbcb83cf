//! 95 % intervals: of a mean (Student), of a share (Wilson), of any figure (bootstrap).

use rand::{Rng, RngExt};

use super::{Interval, mean, quantile_of_sorted, sample_sd, sorted};

/// The 97.5 % quantile of Student's t for 1–30 degrees of freedom (NIST/SEMATECH e-Handbook, §1.3.6.7.2).
const T_975: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];
/// The 97.5 % quantile of the normal distribution (same source).
const Z_975: f64 = 1.959_964;

/// The 97.5 % quantile of t beyond the table: the first three terms of the expansion in 1/n
/// (Abramowitz and Stegun 26.7.5), right to three decimals from 31 degrees of freedom on.
fn t_975(degrees: u64) -> Option<f64> {
    match degrees {
        0 => None,
        1..=30 => T_975.get(degrees as usize - 1).copied(),
        _ => {
            let (z, n) = (Z_975, degrees as f64);
            let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * n * n);
            Some(z + (z.powi(3) + z) / (4.0 * n) + second)
        }
    }
}

/// The t interval of a mean from its sample's size and deviation; none with fewer than two samples.
pub fn t_interval_of(count: u64, mean: f64, sample_sd: f64) -> Option<Interval> {
    let reach = t_975(count.checked_sub(1)?)? * sample_sd / (count as f64).sqrt();
    (mean.is_finite() && reach.is_finite()).then_some(Interval { low: mean - reach, high: mean + reach })
}

/// The t interval of the mean of a sample; none with fewer than two values.
pub fn t_interval(values: &[f64]) -> Option<Interval> {
    let count = values.iter().filter(|v| v.is_finite()).count() as u64;
    t_interval_of(count, mean(values)?, sample_sd(values)?)
}

/// The Wilson interval of a share `hits / n`, within 0–1 (Wilson 1927; NIST e-Handbook §7.2.4.1).
/// None without trials.
pub fn wilson_interval(hits: u64, n: u64) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    wilson_interval_of(hits.min(n) as f64 / n as f64, n as f64)
}

/// The Wilson interval of a share that was not counted in whole trials (a mean over devices), with an effective
/// number of trials.
pub fn wilson_interval_of(share: f64, n: f64) -> Option<Interval> {
    if !(n.is_finite() && n > 0.0 && share.is_finite()) {
        return None;
    }
    let share = share.clamp(0.0, 1.0);
    let z2 = Z_975 * Z_975;
    let middle = share + z2 / (2.0 * n);
    let reach = Z_975 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    Some(Interval {
        low: ((middle - reach) / scale).clamp(0.0, share),
        high: ((middle + reach) / scale).clamp(share, 1.0),
    })
}

/// The percentile bootstrap interval of `figure` (Efron and Tibshirani 1993, ch. 13), for figures without a
/// formula. The caller brings the chance, so the same seed gives the same interval. None with fewer than two values.
pub fn bootstrap_interval(
    values: &[f64],
    rounds: u32,
    rng: &mut impl Rng,
    figure: impl Fn(&[f64]) -> Option<f64>,
) -> Option<Interval> {
    let values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if values.len() < 2 || rounds == 0 {
        return None;
    }
    let mut figures = Vec::with_capacity(rounds as usize);
    let mut draw = Vec::with_capacity(values.len());
    for _ in 0..rounds {
        draw.clear();
        draw.extend((0..values.len()).map(|_| values[rng.random_range(0..values.len())]));
        figures.extend(figure(&draw));
    }
    let figures = sorted(&figures);
    Some(Interval { low: quantile_of_sorted(&figures, 0.025)?, high: quantile_of_sorted(&figures, 0.975)? })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;
    use rand::TryRng;
    use rstest::rstest;

    use super::*;
    use crate::stats::median;

    /// SplitMix64: a generator of a few lines, so that the tests need no other crate.
    struct SplitMix(u64);

    impl TryRng for SplitMix {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok((self.try_next_u64()? >> 32) as u32)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            Ok(z ^ (z >> 31))
        }

        fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
            for chunk in out.chunks_mut(8) {
                let bytes = self.try_next_u64()?.to_le_bytes();
                chunk.copy_from_slice(&bytes[..chunk.len()]);
            }
            Ok(())
        }
    }

    #[test]
    fn the_t_interval_of_a_known_sample() {
        // Mean 3, sd 1.5811, t(4) = 2.776: 3 ± 1.9629.
        let interval = t_interval(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!(
            (interval.low - 1.0371).abs() < 1e-3 && (interval.high - 4.9629).abs() < 1e-3,
            "{interval:?}"
        );
        assert_eq!(t_interval(&[1.0]), None);
    }

    #[rstest]
    #[case::next_to_the_table(31, 2.040)]
    #[case::sixty(60, 2.000)]
    #[case::many(100_000, 1.960)]
    fn t_beyond_the_table(#[case] degrees: u64, #[case] expected: f64) {
        assert!((t_975(degrees).unwrap() - expected).abs() < 2e-3);
    }

    // Agresti and Coull 1998 and R's prop.test(correct = FALSE).
    #[rstest]
    #[case::none_of_ten(0, 10, 0.0, 0.277_5)]
    #[case::all_of_ten(10, 10, 0.722_5, 1.0)]
    #[case::half(5, 10, 0.236_6, 0.763_4)]
    #[case::many(950, 1000, 0.934_7, 0.961_9)]
    fn wilson(#[case] hits: u64, #[case] n: u64, #[case] low: f64, #[case] high: f64) {
        let got = wilson_interval(hits, n).unwrap();
        assert!((got.low - low).abs() < 1e-3 && (got.high - high).abs() < 1e-3, "{got:?}");
    }

    #[test]
    fn no_trials_have_no_share() {
        assert_eq!(wilson_interval(0, 0), None);
    }

    #[test]
    fn the_bootstrap_repeats_with_its_seed_and_holds_the_median() {
        let values: Vec<f64> = (1..=40).map(f64::from).collect();
        let first = bootstrap_interval(&values, 500, &mut SplitMix(7), median).unwrap();
        let again = bootstrap_interval(&values, 500, &mut SplitMix(7), median).unwrap();
        assert_eq!(first, again);
        assert!(first.low < 20.5 && 20.5 < first.high && first.high - first.low < 25.0, "{first:?}");
        assert_eq!(bootstrap_interval(&[1.0], 500, &mut SplitMix(7), median), None);
    }

    proptest! {
        #[test]
        fn wilson_holds_the_share_and_narrows(hits in 0_u64..1000, more in 0_u64..1000) {
            let n = hits + more;
            prop_assume!(n > 0);
            let few = wilson_interval(hits, n).unwrap();
            let many = wilson_interval(hits * 4, n * 4).unwrap();
            let share = hits as f64 / n as f64;
            prop_assert!(few.low <= share && share <= few.high);
            prop_assert!(many.high - many.low <= few.high - few.low + 1e-12);
        }

        #[test]
        fn nothing_panics(values in prop::collection::vec(any::<f64>(), 0..30), seed in any::<u64>()) {
            let _ = t_interval(&values);
            let _ = bootstrap_interval(&values, 20, &mut SplitMix(seed), median);
        }
    }
}
