//! How much the delay changes from one probe to the next.

/// The mean absolute difference of consecutive round trips, in the samples' unit; none with fewer than two.
pub fn mean_absolute_difference(samples: &[f64]) -> Option<f64> {
    let samples: Vec<f64> = samples.iter().copied().filter(|v| v.is_finite()).collect();
    let steps = samples.len().checked_sub(1).filter(|&n| n > 0)?;
    Some(samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / steps as f64)
}

/// The smoothed jitter of RFC 3550 §6.4.1: J += (|D| − J) / 16, starting at zero; none with fewer than two.
pub fn rfc3550_jitter(samples: &[f64]) -> Option<f64> {
    let samples: Vec<f64> = samples.iter().copied().filter(|v| v.is_finite()).collect();
    if samples.len() < 2 {
        return None;
    }
    Some(samples.windows(2).fold(0.0, |jitter, pair| jitter + ((pair[1] - pair[0]).abs() - jitter) / 16.0))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one_sample(&[10.0], None, None)]
    #[case::steady(&[10.0, 10.0, 10.0], Some(0.0), Some(0.0))]
    #[case::one_step(&[10.0, 26.0], Some(16.0), Some(1.0))]
    #[case::up_and_down(&[10.0, 26.0, 10.0], Some(16.0), Some(1.9375))]
    #[case::a_hole_is_no_sample(&[10.0, f64::NAN, 26.0], Some(16.0), Some(1.0))]
    fn both_jitters(#[case] samples: &[f64], #[case] plain: Option<f64>, #[case] smoothed: Option<f64>) {
        assert_eq!(mean_absolute_difference(samples), plain);
        assert_eq!(rfc3550_jitter(samples), smoothed);
    }
}
