//! Numbers as people say them: two or three significant digits (ux.md, Words).

/// A figure with three significant digits above 100, two below: "94", "18", "9.4", "0.85", "1200".
pub fn significant(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "–".to_owned();
    }
    if size >= 999.5 {
        let step = 10_f64.powi(size.log10().floor() as i32 - 2);
        format!("{:.0}", (value / step).round() * step)
    } else if size >= 9.95 {
        format!("{value:.0}")
    } else if size >= 0.995 {
        format!("{value:.1}")
    } else if size < 0.005 {
        "0".to_owned()
    } else {
        format!("{value:.2}")
    }
}

/// A share in per cent; whole numbers, but never "100 %" for what is not all of it.
pub fn per_cent(value: f64) -> String {
    if value > 99.0 && value < 100.0 { format!("{:.1} %", value.min(99.9)) } else { format!("{value:.0} %") }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing(0.0, "0")]
    #[case::below_one(0.854, "0.85")]
    #[case::one_digit_before_the_point(9.44, "9.4")]
    #[case::two_digits(18.4, "18")]
    #[case::three_digits(94.6, "95")]
    #[case::a_gigabit(941.2, "941")]
    #[case::thousands(1234.0, "1230")]
    #[case::next_to_ten(9.97, "10")]
    #[case::negative(-12.3, "-12")]
    #[case::no_number(f64::NAN, "–")]
    fn significant_digits(#[case] value: f64, #[case] text: &str) {
        assert_eq!(significant(value), text);
    }

    #[rstest]
    #[case::all(100.0, "100 %")]
    #[case::nearly_all(99.97, "99.9 %")]
    #[case::most(97.6, "98 %")]
    #[case::none(0.0, "0 %")]
    fn shares(#[case] value: f64, #[case] text: &str) {
        assert_eq!(per_cent(value), text);
    }
}
