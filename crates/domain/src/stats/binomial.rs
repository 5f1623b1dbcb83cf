//! How unlikely a number of failures is.

/// P(X ≥ x) of a binomial with n trials of chance p, summed in logarithms so that no term overflows.
pub fn binomial_tail(x: u64, n: u64, p: f64) -> f64 {
    /// Terms so far beyond x no longer change the sum.
    const TERMS: u64 = 4096;
    if x == 0 || p >= 1.0 {
        return 1.0;
    }
    if p <= 0.0 || x > n {
        return 0.0;
    }
    let (ln_p, ln_q) = (p.ln(), (1.0 - p).ln());
    let mut ln_choose = ln_factorial(n) - ln_factorial(x) - ln_factorial(n - x);
    let mut tail = 0.0;
    for i in x..=n.min(x.saturating_add(TERMS)) {
        tail += (ln_choose + i as f64 * ln_p + (n - i) as f64 * ln_q).exp();
        ln_choose += ((n - i) as f64).ln() - (i as f64 + 1.0).ln();
    }
    tail.min(1.0)
}

/// ln n! by its sum, or by Stirling's series where the sum is long (Abramowitz and Stegun 6.1.40).
fn ln_factorial(n: u64) -> f64 {
    if n < 64 {
        return (2..=n).map(|i| (i as f64).ln()).sum();
    }
    let n = n as f64;
    n * n.ln() - n + 0.5 * (std::f64::consts::TAU * n).ln() + 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    // R: pbinom(x - 1, n, p, lower.tail = FALSE).
    #[rstest]
    #[case::none_needed(0, 10, 0.5, 1.0)]
    #[case::half_of_ten(5, 10, 0.5, 0.623_046_875)]
    #[case::all_of_three(3, 3, 0.01, 1e-6)]
    #[case::four_of_ten(4, 10, 0.01, 2.003_8e-6)]
    #[case::three_of_a_hundred_thousand(3, 100_000, 1e-5, 0.080_301)]
    #[case::as_many_as_can_be_counted(u64::MAX, u64::MAX, 0.5, 0.0)]
    #[case::more_than_there_are(4, 3, 0.5, 0.0)]
    fn tails(#[case] x: u64, #[case] n: u64, #[case] p: f64, #[case] expected: f64) {
        let got = binomial_tail(x, n, p);
        assert!((got - expected).abs() <= expected * 1e-2, "{got}");
    }
}
