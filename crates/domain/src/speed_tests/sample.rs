//! Order statistics and intervals of small samples.

/// The value at share `p` (0–1) by linear interpolation between neighbours; `None` of nothing.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let at = p.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

/// The middle value.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The arithmetic mean.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Student's t, two-sided 95 %, for 1 to 15 degrees of freedom (NIST/SEMATECH e-Handbook §1.3.6.7.2).
const T_95: [f64; 15] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
];

/// Mean and half-width of its 95 % interval; `None` below two values.
pub fn t_interval(values: &[f64]) -> Option<(f64, f64)> {
    let centre = mean(values)?;
    let freedom = values.len().checked_sub(2)? + 1;
    // Above the table: Cornish-Fisher's first terms, within 0.3 % there.
    let t = T_95.get(freedom - 1).copied().unwrap_or(1.96 + 2.37 / freedom as f64);
    let variance = values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / freedom as f64;
    Some((centre, t * (variance / values.len() as f64).sqrt()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing(&[], 0.5, None)]
    #[case::one(&[3.0], 0.95, Some(3.0))]
    #[case::even(&[4.0, 1.0], 0.5, Some(2.5))]
    #[case::p95(&[0.0, 10.0, 20.0, 30.0, 40.0], 0.95, Some(38.0))]
    #[case::nan_is_left_out(&[f64::NAN, 1.0], 0.5, Some(1.0))]
    fn quantiles(#[case] values: &[f64], #[case] p: f64, #[case] expected: Option<f64>) {
        assert_eq!(quantile(values, p), expected);
    }

    #[test]
    fn the_interval_of_a_textbook_sample() {
        // 8, 9, 10, 11, 12: s = 1.5811, t(4) = 2.776, half = 1.963.
        let (centre, half) = t_interval(&[8.0, 9.0, 10.0, 11.0, 12.0]).unwrap();
        assert_eq!(centre, 10.0);
        assert!((half - 1.963).abs() < 0.001, "{half}");
        assert_eq!(t_interval(&[1.0]), None);
    }
}
