//! Which steps of the one-time code are taken (RFC 6238).

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

pub const DIGITS: u32 = 6;
/// Seconds of one step: what every app takes for granted.
pub const STEP_S: i64 = 30;

/// The step of an instant.
pub fn step_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(STEP_S)
}

/// The steps whose code is taken now: this one, the one before and the one after, for clocks that are apart (RFC 6238
/// §5.2), and none that was used already or lies before one that was.
pub fn taken_steps(now: DateTime<Utc>, last_used: Option<i64>) -> RangeInclusive<i64> {
    let step = step_of(now);
    let first = last_used.map_or(step - 1, |used| (step - 1).max(used.saturating_add(1)));
    first..=step + 1
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::never_used(None, &[99, 100, 101])]
    #[case::used_long_ago(Some(7), &[99, 100, 101])]
    #[case::the_one_before_was_used(Some(99), &[100, 101])]
    #[case::this_one_was_used(Some(100), &[101])]
    #[case::the_next_was_used(Some(101), &[])]
    #[case::a_clock_set_back(Some(5000), &[])]
    fn steps(#[case] last_used: Option<i64>, #[case] expected: &[i64]) {
        let now = DateTime::from_timestamp(100 * STEP_S + 29, 0).unwrap();
        assert_eq!(taken_steps(now, last_used).collect::<Vec<_>>(), expected);
    }
}
