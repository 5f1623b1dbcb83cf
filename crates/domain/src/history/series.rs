//! The points of the History charts: a fixed number a range, empty ones null, so that a gap is drawn as a gap.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::facts::WindowFacts;
use crate::{histogram::LogHistogram, stats::round};

/// How far back a chart reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SeriesRange {
    /// 96 points of 15 minutes.
    #[default]
    #[serde(rename = "24h")]
    Day,
    /// 168 points of an hour.
    #[serde(rename = "7d")]
    Week,
    /// 120 points of 6 hours.
    #[serde(rename = "30d")]
    Month,
    /// 90 points of a day.
    #[serde(rename = "90d")]
    Quarter,
    /// 122 points of 3 days.
    #[serde(rename = "1y")]
    Year,
}

/// A chart's points, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    /// As asked.
    pub range: SeriesRange,
    /// How long a point lasts, in seconds.
    pub bucket_s: u32,
    /// The first point's start.
    pub start: DateTime<Utc>,
    /// The last point's end.
    pub end: DateTime<Utc>,
    /// Always the range's number of points.
    pub points: Vec<SeriesPoint>,
    /// Valid tests in all of it.
    pub total_measurements: u64,
}

/// One point of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesPoint {
    /// When it begins.
    pub at: DateTime<Utc>,
    /// Mbit/s; null without a download in it.
    pub download: Option<Band>,
    /// Mbit/s.
    pub upload: Option<Band>,
    /// ms.
    pub ping: Option<Band>,
    /// Valid tests, failed ones included.
    pub count: u64,
    /// Tests that ended without a result.
    pub failures: u64,
}

/// The middle and the spread of one point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Band {
    /// 10th percentile.
    pub p10: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
}

impl SeriesRange {
    /// All ranges, shortest first.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// As it stands in the query.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
            Self::Year => "1y",
        }
    }

    /// How long a point lasts, in seconds; always a multiple of the rollups' 15 minutes.
    pub const fn bucket_seconds(self) -> u32 {
        match self {
            Self::Day => 900,
            Self::Week => 3600,
            Self::Month => 6 * 3600,
            Self::Quarter => 24 * 3600,
            Self::Year => 3 * 24 * 3600,
        }
    }

    /// How many points there are, with or without data.
    pub const fn points(self) -> u32 {
        match self {
            Self::Day => 96,
            Self::Week => 168,
            Self::Month => 120,
            Self::Quarter => 90,
            Self::Year => 122,
        }
    }

    /// The first point's start and the last point's end. Points begin at multiples of their length since 1970, so
    /// that a point keeps its samples from one call to the next; the last one is still running.
    pub fn bounds(self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let bucket = i64::from(self.bucket_seconds());
        let end = (now.timestamp().div_euclid(bucket) + 1).saturating_mul(bucket);
        let start = end.saturating_sub(bucket * i64::from(self.points()));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or(now);
        (at(start), at(end))
    }
}

/// The points of a chart from facts with the instant at which each stretch of them begins (rollup rows).
/// What lies outside of the range is left out.
pub fn series(
    range: SeriesRange,
    now: DateTime<Utc>,
    rows: impl IntoIterator<Item = (DateTime<Utc>, WindowFacts)>,
) -> Series {
    let (start, end) = range.bounds(now);
    let bucket_s = range.bucket_seconds();
    let mut facts = vec![WindowFacts::default(); range.points() as usize];
    for (at, row) in rows {
        let index = (at - start).num_seconds().div_euclid(i64::from(bucket_s));
        if let Some(point) = usize::try_from(index).ok().and_then(|i| facts.get_mut(i)) {
            point.merge(&row);
        }
    }
    let points = facts.iter().zip(0_i64..).map(|(facts, i)| SeriesPoint {
        at: start + Duration::seconds(i * i64::from(bucket_s)),
        download: band(&facts.download),
        upload: band(&facts.upload),
        ping: band(&facts.ping),
        count: facts.tests,
        failures: facts.failed,
    });
    Series {
        range,
        bucket_s,
        start,
        end,
        points: points.collect(),
        total_measurements: facts.iter().map(|f| f.tests).sum(),
    }
}

fn band(figures: &LogHistogram) -> Option<Band> {
    let at = |q| figures.quantile(q).map(|value| round(value, 2));
    Some(Band { p10: at(0.1)?, p50: at(0.5)?, p90: at(0.9)? })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::history::facts::facts_of;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[rstest]
    #[case::day(SeriesRange::Day, "2026-11-20T12:15:00Z", "2026-11-21T12:15:00Z")]
    #[case::week(SeriesRange::Week, "2026-11-14T13:00:00Z", "2026-11-21T13:00:00Z")]
    #[case::month(SeriesRange::Month, "2026-10-22T18:00:00Z", "2026-11-21T18:00:00Z")]
    #[case::quarter(SeriesRange::Quarter, "2026-08-24T00:00:00Z", "2026-11-22T00:00:00Z")]
    fn points_begin_at_round_instants(#[case] range: SeriesRange, #[case] start: &str, #[case] end: &str) {
        assert_eq!(range.bounds(at("2026-11-21T12:07:33Z")), (at(start), at(end)));
    }

    #[test]
    fn every_range_covers_what_its_name_says_and_goes_over_the_wire() {
        let days = [1, 7, 30, 90, 365];
        for (range, days) in SeriesRange::ALL.into_iter().zip(days) {
            let seconds = u64::from(range.points()) * u64::from(range.bucket_seconds());
            assert!(seconds >= days * 86_400 && range.bucket_seconds() % 900 == 0);
            assert_eq!(serde_json::to_value(range).unwrap(), range.word());
        }
    }

    #[test]
    fn a_gap_is_null_and_rows_outside_are_left_out() {
        let now = at("2026-11-21T12:07:33Z");
        let rows = [
            (at("2026-11-21T12:00:00Z"), facts_of(&[(50.0, 10.0, 20.0)], 1)),
            (at("2026-11-21T11:45:00Z"), facts_of(&[], 2)),
            (at("2026-11-19T12:00:00Z"), facts_of(&[(9.0, 9.0, 9.0)], 0)),
            (at("2030-01-01T00:00:00Z"), facts_of(&[(9.0, 9.0, 9.0)], 0)),
        ];
        let got = series(SeriesRange::Day, now, rows);
        assert_eq!((got.points.len(), got.total_measurements), (96, 4));
        let last = &got.points[95];
        assert_eq!(last.download, Some(Band { p10: 50.0, p50: 50.0, p90: 50.0 }));
        assert_eq!((last.count, last.failures), (2, 1));
        assert_eq!((got.points[94].download, got.points[94].failures), (None, 2));
        assert_eq!((got.points[93].count, got.points[0].at), (0, at("2026-11-20T12:15:00Z")));
    }

    #[test]
    fn no_instant_panics() {
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert_eq!(series(SeriesRange::Year, now, []).points.len(), 122);
        }
    }
}
