//! When a server tests its own lines by itself: every so often, never in quiet hours, within a volume a day.

use std::str::FromStr;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

/// What the operator allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// From one test of a line to the next.
    pub every: TimeDelta,
    /// No test begins within these.
    pub quiet: Option<QuietHours>,
    /// Bytes of a day of the operator's zone, all lines together.
    pub daily_bytes: u64,
}

/// A time of the day, over midnight where it ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: NaiveTime,
    to: NaiveTime,
}

/// Whether a line is to be tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Now.
    Now,
    /// The last test was not long ago.
    NotYet,
    /// It is a quiet hour.
    Quiet,
    /// Today's volume is used up.
    Spent,
}

impl QuietHours {
    fn holds(self, time: NaiveTime) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        }
    }
}

impl FromStr for QuietHours {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "it is no time of day such as 22:00-06:30";
        let (from, to) = text.split_once('-').ok_or(WRONG)?;
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| WRONG);
        Ok(Self { from: time(from)?, to: time(to)? })
    }
}

/// Whether a line whose last test began at `last` is to be tested, at this time of the operator's day.
pub fn due(
    schedule: &Schedule,
    last: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    local: NaiveTime,
    spent_bytes: u64,
) -> Due {
    if last.is_some_and(|last| now - last < schedule.every) {
        Due::NotYet
    } else if schedule.quiet.is_some_and(|quiet| quiet.holds(local)) {
        Due::Quiet
    } else if spent_bytes >= schedule.daily_bytes {
        Due::Spent
    } else {
        Due::Now
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::first(None, "12:00", 0, Due::Now)]
    #[case::soon_after(Some(5), "12:00", 0, Due::NotYet)]
    #[case::in_time(Some(6), "12:00", 0, Due::Now)]
    #[case::before_midnight(Some(9), "23:30", 0, Due::Quiet)]
    #[case::after_midnight(Some(9), "06:29", 0, Due::Quiet)]
    #[case::the_morning_after(Some(9), "06:30", 0, Due::Now)]
    #[case::volume_left(Some(9), "12:00", 999, Due::Now)]
    #[case::volume_gone(Some(9), "12:00", 1000, Due::Spent)]
    fn when(
        #[case] hours_ago: Option<i64>,
        #[case] local: NaiveTimeText,
        #[case] spent: u64,
        #[case] expected: Due,
    ) {
        let quiet = Some("22:00-06:30".parse().unwrap());
        let schedule = Schedule { every: TimeDelta::hours(6), quiet, daily_bytes: 1000 };
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let last = hours_ago.map(|hours| now - TimeDelta::hours(hours));
        let local = NaiveTime::parse_from_str(local, "%H:%M").unwrap();
        assert_eq!(due(&schedule, last, now, local, spent), expected);
    }

    type NaiveTimeText = &'static str;

    #[rstest]
    #[case("13:00-14:00", "13:59", true)]
    #[case("13:00-14:00", "14:00", false)]
    #[case("13:00-13:00", "13:00", false)]
    fn quiet_hours(#[case] hours: &str, #[case] time: NaiveTimeText, #[case] quiet: bool) {
        let hours: QuietHours = hours.parse().unwrap();
        assert_eq!(hours.holds(NaiveTime::parse_from_str(time, "%H:%M").unwrap()), quiet);
    }

    #[rstest]
    #[case("22:00")]
    #[case("22-6")]
    #[case("25:00-06:00")]
    fn no_times_of_day(#[case] text: &str) {
        assert!(text.parse::<QuietHours>().is_err());
    }
}
