//! How long a session lasts: until nobody used it for a while, and never beyond its whole life.

use chrono::{DateTime, TimeDelta, Utc};

/// `admin.session_idle_minutes`, `admin.session_hours`. The defaults, 1 and 12 hours, lie within NIST SP 800-63B-4 §2.2.3
/// (AAL2: an hour without use, 24 hours in all).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    pub idle: TimeDelta,
    pub whole: TimeDelta,
}

impl Lifetime {
    /// When a session ends if it is not used again.
    pub fn ends_at(self, created: DateTime<Utc>, seen: DateTime<Utc>) -> DateTime<Utc> {
        (created + self.whole).min(seen + self.idle)
    }

    pub fn is_over(self, created: DateTime<Utc>, seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now >= self.ends_at(created, seen)
    }
}

/// A use is noted once a minute: one write and not one a request.
pub const NOTE_EVERY: TimeDelta = TimeDelta::minutes(1);

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::fresh(0, 0, false)]
    #[case::used(0, 59, false)]
    #[case::idle(0, 60, true)]
    #[case::used_all_day(719, 719, false)]
    #[case::whole_life(715, 720, true)]
    fn lifetimes(#[case] seen_min: i64, #[case] now_min: i64, #[case] over: bool) {
        let rule = Lifetime { idle: TimeDelta::hours(1), whole: TimeDelta::hours(12) };
        let created: DateTime<Utc> = "2026-11-21T09:00:00Z".parse().unwrap();
        let at = |minutes| created + TimeDelta::minutes(minutes);
        assert_eq!(rule.is_over(created, at(seen_min), at(now_min)), over);
    }
}
