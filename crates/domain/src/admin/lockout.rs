//! How long a name or an address waits after refused sign-ins.
//!
//! A name has 5 free trials, an address (a /64 for IPv6) 20, since a household shares it; each further one doubles the
//! wait from 30 s to 15 minutes. At most 96 trials a day and name reach the second factor then, each with 3 of 10^6
//! codes right: a year of guessing, the password known, succeeds with a chance of one in ten. (NIST SP 800-63B-4 §3.2.2
//! allows 100 in a row.) The wait ends by itself: who locks a name out for good would need no more than its name.

use chrono::{DateTime, TimeDelta, Utc};

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lock {
    Name,
    Address,
}

impl Lock {
    /// Trials before the first wait.
    pub const fn free(self) -> u32 {
        match self {
            Self::Name => 5,
            Self::Address => 20,
        }
    }
}

const FIRST_S: i64 = 30;
const LONGEST_S: i64 = 15 * 60;
/// Failures are forgotten a day after the last.
pub const FORGET: TimeDelta = TimeDelta::hours(24);

/// Seconds until the next trial is taken; `None`: now.
pub fn wait_s(lock: Lock, failures: u32, last: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let beyond = failures.checked_sub(lock.free())?;
    let wait = FIRST_S.checked_shl(beyond.min(16)).unwrap_or(LONGEST_S).min(LONGEST_S);
    let until = last + TimeDelta::seconds(wait);
    // A clock that was set back must not lock anybody out for longer.
    let left_ms = (until - now).num_milliseconds().min(LONGEST_S * 1000);
    (left_ms > 0).then_some((left_ms + 999) / 1000)
}

/// The count after one more failure.
pub fn counted(failures: u32, last: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
    if now - last >= FORGET { 1 } else { failures.saturating_add(1) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const LAST: &str = "2026-11-21T09:00:00Z";

    #[rstest]
    #[case::the_first(Lock::Name, 0, 0, None)]
    #[case::free_ones(Lock::Name, 4, 0, None)]
    #[case::the_fifth_waits(Lock::Name, 5, 0, Some(30))]
    #[case::and_less_as_time_passes(Lock::Name, 5, 29, Some(1))]
    #[case::until_it_is_over(Lock::Name, 5, 30, None)]
    #[case::it_doubles(Lock::Name, 7, 0, Some(120))]
    #[case::up_to_a_quarter_of_an_hour(Lock::Name, 10, 0, Some(900))]
    #[case::and_no_further(Lock::Name, u32::MAX, 0, Some(900))]
    #[case::a_household_shares_its_address(Lock::Address, 19, 0, None)]
    #[case::but_waits_too(Lock::Address, 20, 0, Some(30))]
    #[case::a_clock_set_back(Lock::Name, 5, -86_400, Some(900))]
    fn waits(#[case] lock: Lock, #[case] failures: u32, #[case] after_s: i64, #[case] wait: Option<i64>) {
        let last = LAST.parse().unwrap();
        assert_eq!(wait_s(lock, failures, last, last + TimeDelta::seconds(after_s)), wait);
    }

    #[rstest]
    #[case::one_more(4, 60, 5)]
    #[case::forgotten_after_a_day(900, 86_400, 1)]
    #[case::never_over_the_end(u32::MAX, 0, u32::MAX)]
    fn counts(#[case] failures: u32, #[case] after_s: i64, #[case] expected: u32) {
        let last: DateTime<Utc> = LAST.parse().unwrap();
        assert_eq!(counted(failures, last, last + TimeDelta::seconds(after_s)), expected);
    }

    proptest! {
        #[test]
        fn more_failures_never_wait_less(failures in 0_u32..100, more in 0_u32..100) {
            let last = LAST.parse().unwrap();
            let wait = |n| wait_s(Lock::Name, n, last, last).unwrap_or(0);
            prop_assert!(wait(failures) <= wait(failures + more));
        }
    }
}
