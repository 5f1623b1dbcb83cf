//! An uplink's past in a fixed number of points, and in days.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    State,
    minute::{Minute, MinuteNumber, minute_of},
    wire::{UplinkDay, UplinkPoint, UplinkShares, UplinkTotals},
};
use crate::{histogram::LogHistogram, stats::round};

/// Minutes of a strip (ux.md).
const STRIP_MINUTES: i64 = 60;

/// How far back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum UplinkRange {
    /// 288 points of 5 minutes.
    #[default]
    #[serde(rename = "24h")]
    Day,
    /// 288 points of 15 minutes.
    #[serde(rename = "72h")]
    ThreeDays,
    /// 168 points of an hour.
    #[serde(rename = "7d")]
    Week,
    /// 180 points of 4 hours.
    #[serde(rename = "30d")]
    Month,
    /// 180 points of 12 hours.
    #[serde(rename = "90d")]
    Quarter,
}

impl UplinkRange {
    /// All ranges, shortest first.
    pub const ALL: [Self; 5] = [Self::Day, Self::ThreeDays, Self::Week, Self::Month, Self::Quarter];

    /// As it stands in the query.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::ThreeDays => "72h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// How long a point lasts, in seconds.
    pub const fn bucket_seconds(self) -> u32 {
        match self {
            Self::Day => 300,
            Self::ThreeDays => 900,
            Self::Week => 3600,
            Self::Month => 4 * 3600,
            Self::Quarter => 12 * 3600,
        }
    }

    /// How many points there are, with or without data.
    pub const fn points(self) -> u32 {
        match self {
            Self::Day | Self::ThreeDays => 288,
            Self::Week => 168,
            Self::Month | Self::Quarter => 180,
        }
    }

    /// The first point's start and the last point's end; points begin at multiples of their length since 1970.
    pub fn bounds(self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let bucket = i64::from(self.bucket_seconds());
        let end = (now.timestamp().div_euclid(bucket) + 1).saturating_mul(bucket);
        let start = end.saturating_sub(bucket * i64::from(self.points()));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or(now);
        (at(start), at(end))
    }
}

/// Minutes with data and what was measured in them; minutes without data are what is missing to the time that passed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Minutes up.
    pub up: u32,
    /// Minutes degraded.
    pub degraded: u32,
    /// Minutes down.
    pub down: u32,
    /// Echoes sent.
    pub sent: u32,
    /// Echoes lost.
    pub lost: u32,
    /// Round trips in ms.
    pub round_trips: LogHistogram,
}

impl Tally {
    /// Adds a minute.
    pub fn add(&mut self, minute: &Minute) {
        match minute.worst.state {
            State::NoData => {}
            State::Up => self.up += 1,
            State::Degraded => self.degraded += 1,
            State::Down => self.down += 1,
        }
        self.sent += minute.sent;
        self.lost += minute.lost;
        self.round_trips.merge(&minute.round_trips);
    }

    /// Adds another time's.
    pub fn merge(&mut self, other: &Self) {
        self.up += other.up;
        self.degraded += other.degraded;
        self.down += other.down;
        self.sent += other.sent;
        self.lost += other.lost;
        self.round_trips.merge(&other.round_trips);
    }

    /// With the minutes of which nothing is known: those of the watch from `start` to `end` without a state.
    fn totals(&self, start: DateTime<Utc>, end: DateTime<Utc>, watched: Watched) -> UplinkTotals {
        let from = minute_of(start).max(watched.from);
        let passed = (minute_of(end).min(watched.end) - from).max(0);
        let known = self.up + self.degraded + self.down;
        let no_data = u32::try_from(passed).unwrap_or(u32::MAX).saturating_sub(known);
        UplinkTotals { up: self.up, degraded: self.degraded, down: self.down, no_data }
    }
}

/// The minutes that should have data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    from: MinuteNumber,
    end: MinuteNumber,
}

impl Watched {
    /// From the minute in which the watch began to the newest one; the running minute counts once it holds something.
    pub fn new(since: DateTime<Utc>, newest: Option<MinuteNumber>, now: DateTime<Utc>) -> Self {
        let running = minute_of(now);
        Self { from: minute_of(since), end: if newest == Some(running) { running + 1 } else { running } }
    }

    /// The 60 minutes of a strip, oldest first.
    pub fn strip(self) -> impl Iterator<Item = MinuteNumber> {
        self.end - STRIP_MINUTES..self.end
    }
}

/// Echoes lost in per cent; `None` where none was sent.
pub fn loss_percent(sent: u32, lost: u32) -> Option<f64> {
    (sent > 0).then(|| round(f64::from(lost) / f64::from(sent) * 100.0, 2))
}

/// The points of a range from tallies with the instant at which each stretch of them begins, and their sum.
/// What lies outside of the range is left out.
pub fn history(
    range: UplinkRange,
    watched: Watched,
    now: DateTime<Utc>,
    rows: impl IntoIterator<Item = (DateTime<Utc>, Tally)>,
) -> (Vec<UplinkPoint>, UplinkTotals) {
    let (start, _) = range.bounds(now);
    let bucket = TimeDelta::seconds(i64::from(range.bucket_seconds()));
    let mut tallies = vec![Tally::default(); range.points() as usize];
    for (at, row) in rows {
        let index = (at - start).num_seconds().div_euclid(bucket.num_seconds());
        if let Some(tally) = usize::try_from(index).ok().and_then(|index| tallies.get_mut(index)) {
            tally.merge(&row);
        }
    }
    let mut all = UplinkTotals::default();
    let mut points = Vec::with_capacity(tallies.len());
    for (tally, at) in tallies.iter().zip(std::iter::successors(Some(start), |at| Some(*at + bucket))) {
        let UplinkTotals { up, degraded, down, no_data } = tally.totals(at, at + bucket, watched);
        let rtt = |q| tally.round_trips.quantile(q).map(|ms| round(ms, 2));
        let loss = loss_percent(tally.sent, tally.lost);
        let rtt_deciles = (1..10).filter_map(|tenth| rtt(f64::from(tenth) / 10.0)).collect();
        points.push(UplinkPoint {
            at,
            up,
            degraded,
            down,
            no_data,
            rtt_p50: rtt(0.5),
            rtt_p95: rtt(0.95),
            rtt_deciles,
            loss,
        });
        all.up += up;
        all.degraded += degraded;
        all.down += down;
        all.no_data += no_data;
    }
    (points, all)
}

/// A day with its two ends in the operator's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySpan {
    /// The day.
    pub date: NaiveDate,
    /// Its first instant.
    pub start: DateTime<Utc>,
    /// The next day's first instant.
    pub end: DateTime<Utc>,
}

/// Days newest first, without those before the watch began; `rows` as for [`history`].
pub fn days(
    spans: &[DaySpan],
    watched: Watched,
    rows: &[(DateTime<Utc>, Tally)],
    pinned: &BTreeSet<NaiveDate>,
) -> Vec<UplinkDay> {
    let mut days: Vec<UplinkDay> = spans
        .iter()
        .filter(|span| minute_of(span.end) > watched.from)
        .map(|span| {
            let mut tally = Tally::default();
            rows.iter()
                .filter(|(at, _)| (span.start..span.end).contains(at))
                .for_each(|(_, row)| tally.merge(row));
            let totals = tally.totals(span.start, span.end, watched);
            UplinkDay {
                date: span.date,
                totals,
                percent: percent(totals),
                pinned: pinned.contains(&span.date),
            }
        })
        .collect();
    days.sort_by_key(|day| std::cmp::Reverse(day.date));
    days
}

/// Shares in per cent: of the minutes with data, and beside them the share without.
pub fn percent(totals: UplinkTotals) -> UplinkShares {
    let known = totals.up + totals.degraded + totals.down;
    let share = |part: u32, of: u32| (of > 0).then(|| round(f64::from(part) / f64::from(of) * 100.0, 3));
    UplinkShares {
        up: share(totals.up, known),
        degraded: share(totals.degraded, known),
        down: share(totals.down, known),
        no_data: share(totals.no_data, known + totals.no_data),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    const NOW: &str = "2026-11-21T09:02:30Z";

    /// Watched since then, the running minute with data.
    fn watched(since: &str) -> Watched {
        Watched::new(at(since), Some(minute_of(at(NOW))), at(NOW))
    }

    fn up(minutes: u32) -> Tally {
        Tally { up: minutes, sent: 72 * minutes, ..Tally::default() }
    }

    #[rstest]
    #[case(UplinkRange::Day, 24)]
    #[case(UplinkRange::ThreeDays, 72)]
    #[case(UplinkRange::Week, 168)]
    #[case(UplinkRange::Month, 720)]
    #[case(UplinkRange::Quarter, 2160)]
    fn a_range_is_as_long_as_its_word(#[case] range: UplinkRange, #[case] hours: u32) {
        assert_eq!(range.points() * range.bucket_seconds(), hours * 3600);
        assert_eq!(serde_json::to_value(range).unwrap(), range.word());
        let (points, totals) = history(range, watched(NOW), at(NOW), []);
        assert_eq!(points.len(), range.points() as usize, "padded without any row");
        assert_eq!(
            totals,
            UplinkTotals { no_data: 1, ..UplinkTotals::default() },
            "before the watch nothing is missing"
        );
    }

    #[test]
    fn what_is_missing_is_no_data_and_what_is_to_come_is_nothing() {
        let rows = [(at("2026-11-21T08:50:00Z"), up(5)), (at("2026-11-21T09:00:00Z"), up(3))];
        let (points, totals) = history(UplinkRange::Day, watched("2026-11-21T08:48:00Z"), at(NOW), rows);
        let last: Vec<_> = points[284..].iter().map(|p| (p.up, p.no_data)).collect();
        // 08:45: watched for two of five; 08:50: five; 08:55: none; 09:00: two passed, the third runs.
        assert_eq!(last, [(0, 2), (5, 0), (0, 5), (3, 0)]);
        assert_eq!(totals, UplinkTotals { up: 8, no_data: 7, ..UplinkTotals::default() });
        assert_eq!(points[285].loss, Some(0.0));
        assert_eq!((points[286].loss, points[286].rtt_p50), (None, None), "no data is null, never 0");
    }

    #[test]
    fn smoke_is_nine_deciles_or_nothing() {
        let mut row = up(5);
        row.round_trips.extend((1..=100).map(f64::from));
        let (points, _) =
            history(UplinkRange::Day, watched(NOW), at(NOW), [(at("2026-11-21T08:50:00Z"), row)]);
        let smoke = &points[285].rtt_deciles;
        assert_eq!((smoke.len(), smoke.is_sorted()), (9, true), "{smoke:?}");
        assert!((smoke[4] - 50.0).abs() < 1.0 && points[286].rtt_deciles.is_empty(), "{smoke:?}");
    }

    #[test]
    fn percentages_leave_no_data_out() {
        let shares = percent(UplinkTotals { up: 90, degraded: 5, down: 5, no_data: 100 });
        assert_eq!((shares.up, shares.degraded, shares.down), (Some(90.0), Some(5.0), Some(5.0)));
        assert_eq!(shares.no_data, Some(50.0));
        let nothing = percent(UplinkTotals { no_data: 7, ..UplinkTotals::default() });
        assert_eq!((nothing.up, nothing.no_data), (None, Some(100.0)));
        assert_eq!(percent(UplinkTotals::default()).no_data, None);
    }

    #[test]
    fn a_day_has_the_length_of_its_zone() {
        // The day on which Berlin's clocks go back lasts 25 hours.
        let span = DaySpan {
            date: "2026-10-25".parse().unwrap(),
            start: at("2026-10-24T22:00:00Z"),
            end: at("2026-10-25T23:00:00Z"),
        };
        let before = DaySpan {
            date: "2026-10-24".parse().unwrap(),
            start: at("2026-10-23T22:00:00Z"),
            end: span.start,
        };
        let rows = [(at("2026-10-24T22:00:00Z"), up(60)), (at("2026-10-25T23:00:00Z"), up(60))];
        let pinned = BTreeSet::from([span.date]);
        let days = days(&[before, span], watched("2026-10-24T22:00:00Z"), &rows, &pinned);
        assert!(days[0].pinned);
        assert_eq!(days.len(), 1, "no day before the watch began");
        assert_eq!(days[0].totals, UplinkTotals { up: 60, no_data: 24 * 60, ..UplinkTotals::default() });
    }

    #[rstest]
    #[case::running(Some(minute_of(at(NOW))), "2026-11-21T09:02:00Z")]
    #[case::just_begun(Some(minute_of(at(NOW)) - 1), "2026-11-21T09:01:00Z")]
    #[case::empty(None, "2026-11-21T09:01:00Z")]
    fn a_strip_is_sixty_minutes(#[case] newest: Option<i64>, #[case] last: &str) {
        let minutes: Vec<_> = Watched::new(at(NOW), newest, at(NOW)).strip().collect();
        assert_eq!((minutes.len(), minutes.last().copied()), (60, Some(minute_of(at(last)))));
    }
}
