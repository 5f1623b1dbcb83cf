//! What changed: this week beside the last, two windows of choice, week by week.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    BeforeAfterQuery,
    facts::{DayFacts, MIN_SAMPLES, WindowFacts, mean_interval},
};
use crate::{
    error::{ApiError, ErrorCode},
    stats::{Interval, change_pct, round, significant},
};

/// The last seven days beside the seven before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// Null without tests.
    pub this_week: Option<WeekFigures>,
    /// Null without tests.
    pub last_week: Option<WeekFigures>,
    /// This against last.
    pub delta: ComparisonDelta,
    /// When this was made.
    pub generated_at: DateTime<Utc>,
}

/// The figures of a week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekFigures {
    /// Mbit/s.
    pub avg_download: Option<f64>,
    /// The t interval of the mean download.
    pub download_interval: Option<Interval>,
    /// Mbit/s.
    pub avg_upload: Option<f64>,
    /// ms.
    pub avg_ping: Option<f64>,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub outages: u64,
    /// Valid tests.
    pub total: u64,
    /// Per cent.
    pub uptime_pct: Option<f64>,
}

/// Changes in per cent; null where one side is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparisonDelta {
    /// Per cent.
    pub download_pct: Option<f64>,
    /// Per cent.
    pub upload_pct: Option<f64>,
    /// Per cent; below zero is better.
    pub ping_pct: Option<f64>,
    /// More or fewer outages.
    pub outages_delta: Option<i64>,
}

/// Two windows of choice beside each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeforeAfter {
    /// The earlier window.
    pub before: PeriodFigures,
    /// The later window.
    pub after: PeriodFigures,
    /// After against before.
    pub deltas: PeriodDeltas,
    /// In a sentence.
    pub verdict: String,
}

/// The figures of one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeriodFigures {
    /// "2026-01-01 to 2026-01-31".
    pub period: String,
    /// The window's first instant.
    pub start: DateTime<Utc>,
    /// The first instant after the window.
    pub end: DateTime<Utc>,
    /// Valid tests.
    pub count: u64,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub outages: u64,
    /// Mbit/s.
    pub avg_download: Option<f64>,
    /// The t interval of the mean download.
    pub download_interval: Option<Interval>,
    /// Mbit/s.
    pub avg_upload: Option<f64>,
    /// ms.
    pub avg_ping: Option<f64>,
}

/// Changes in per cent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeriodDeltas {
    /// Per cent.
    pub download_pct: Option<f64>,
    /// Per cent.
    pub upload_pct: Option<f64>,
    /// Per cent; below zero is better.
    pub ping_pct: Option<f64>,
}

/// Which way the weeks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// Up by more than 5 %.
    Improving,
    /// Down by more than 5 %.
    Declining,
    /// Within 5 %.
    Stable,
    /// Fewer than two weeks with enough tests.
    InsufficientData,
}

/// Week by week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpeedTrend {
    /// How many weeks were asked for.
    pub weeks: u32,
    /// Which way.
    pub trend: Trend,
    /// The last week with data against the first.
    pub trend_pct: Option<f64>,
    /// In a sentence.
    pub verdict: String,
    /// One entry a week, oldest first; a week without tests has nulls.
    pub data: Vec<TrendWeek>,
}

/// One week of the trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendWeek {
    /// "3 Nov".
    pub week_label: String,
    /// The first local day.
    pub week_start: NaiveDate,
    /// The last local day.
    pub week_end: NaiveDate,
    /// Mbit/s.
    pub avg_download: Option<f64>,
    /// The t interval of the mean download.
    pub download_interval: Option<Interval>,
    /// Mbit/s.
    pub avg_upload: Option<f64>,
    /// ms.
    pub avg_ping: Option<f64>,
    /// Valid tests.
    pub sample_count: u64,
}

/// Under this change in per cent things are as they were (rules.md B1).
pub const STABLE_PCT: f64 = 5.0;

fn two(figure: Option<f64>) -> Option<f64> {
    figure.map(|f| round(f, 2))
}

fn one(figure: Option<f64>) -> Option<f64> {
    figure.map(|f| round(f, 1))
}

/// The change of the mean download, upload and latency in per cent.
fn changes(before: &WindowFacts, after: &WindowFacts) -> PeriodDeltas {
    PeriodDeltas {
        download_pct: one(change_pct(before.download.mean(), after.download.mean())),
        upload_pct: one(change_pct(before.upload.mean(), after.upload.mean())),
        ping_pct: one(change_pct(before.ping.mean(), after.ping.mean())),
    }
}

/// The last seven days beside the seven before.
pub fn comparison(this_week: &WindowFacts, last_week: &WindowFacts, now: DateTime<Utc>) -> Comparison {
    let figures = |facts: &WindowFacts| {
        (facts.tests > 0).then(|| WeekFigures {
            avg_download: two(facts.download.mean()),
            download_interval: mean_interval(&facts.download).map(|i| i.rounded(2)),
            avg_upload: two(facts.upload.mean()),
            avg_ping: two(facts.ping.mean()),
            outages: facts.outages,
            total: facts.tests,
            uptime_pct: two(facts.uptime_pct()),
        })
    };
    let PeriodDeltas { download_pct, upload_pct, ping_pct } = changes(last_week, this_week);
    let both = this_week.tests > 0 && last_week.tests > 0;
    Comparison {
        this_week: figures(this_week),
        last_week: figures(last_week),
        delta: ComparisonDelta {
            download_pct,
            upload_pct,
            ping_pct,
            outages_delta: both.then(|| this_week.outages as i64 - last_week.outages as i64),
        },
        generated_at: now,
    }
}

/// A stretch of time: from, and up to but not with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first instant.
    pub start: DateTime<Utc>,
    /// The first instant after it.
    pub end: DateTime<Utc>,
}

impl BeforeAfterQuery {
    /// The two windows asked for; an end that is no date, or not after its start, is the caller's mistake (400).
    pub fn periods(&self, now: DateTime<Utc>) -> Result<(Period, Period), ApiError> {
        let instant = |name: &str, text: &Option<String>, days_ago: i64| match text.as_deref() {
            None | Some("") => Ok(now - Duration::days(days_ago)),
            Some(text) => parse_instant(text).ok_or_else(|| {
                let why = "write a date as 2026-01-31 or an instant as 2026-01-31T18:00:00Z";
                ApiError::new(ErrorCode::Malformed, format!("{name} is no date: {why}")).with_field(name, why)
            }),
        };
        let before = Period {
            start: instant("before_start", &self.before_start, 60)?,
            end: instant("before_end", &self.before_end, 30)?,
        };
        let after = Period {
            start: instant("after_start", &self.after_start, 30)?,
            end: instant("after_end", &self.after_end, 0)?,
        };
        for (name, period) in [("before_end", before), ("after_end", after)] {
            if period.end <= period.start {
                let why = "must be later than the start";
                return Err(
                    ApiError::new(ErrorCode::Malformed, format!("{name} {why}")).with_field(name, why)
                );
            }
        }
        Ok((before, after))
    }
}

/// An ISO 8601 date or instant; without an offset it is UTC. Years are those that a calendar of tests can hold.
fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    use chrono::Datelike;

    let text = text.trim();
    // A plus sign in a query string arrives as a space.
    let text = text.replacen(' ', if text.matches(':').count() >= 3 { "+" } else { "T" }, 1);
    let parsed = DateTime::parse_from_rfc3339(&text)
        .map(|at| at.with_timezone(&Utc))
        .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").map(|at| at.and_utc()))
        .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M").map(|at| at.and_utc()))
        .or_else(|_| {
            NaiveDate::parse_from_str(&text, "%Y-%m-%d")
                .map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc())
        });
    parsed.ok().filter(|at| (1970..=9999).contains(&at.year()))
}

/// Two windows of choice beside each other.
pub fn before_after(before: (Period, &WindowFacts), after: (Period, &WindowFacts)) -> BeforeAfter {
    let figures = |(period, facts): (Period, &WindowFacts)| PeriodFigures {
        period: format!("{} to {}", period.start.format("%Y-%m-%d"), period.end.format("%Y-%m-%d")),
        start: period.start,
        end: period.end,
        count: facts.tests,
        outages: facts.outages,
        avg_download: two(facts.download.mean()),
        download_interval: mean_interval(&facts.download).map(|i| i.rounded(2)),
        avg_upload: two(facts.upload.mean()),
        avg_ping: two(facts.ping.mean()),
    };
    let deltas = changes(before.1, after.1);
    let verdict = before_after_verdict(before.1, after.1, deltas.download_pct);
    BeforeAfter { before: figures(before), after: figures(after), deltas, verdict }
}

fn before_after_verdict(before: &WindowFacts, after: &WindowFacts, change: Option<f64>) -> String {
    let enough = before.download.count() >= MIN_SAMPLES && after.download.count() >= MIN_SAMPLES;
    let Some(change) = change.filter(|_| enough) else {
        return "Not enough to compare: each window needs 5 tests with a download.".to_owned();
    };
    let size = significant(change.abs());
    let finding = match direction(change) {
        Trend::Improving => format!("Download is {size} % faster than before."),
        Trend::Declining => format!("Download is {size} % slower than before."),
        _ => "Download is as it was before.".to_owned(),
    };
    if direction(change) != Trend::Stable && overlap(before, after) {
        return format!("{finding} The difference is within the usual spread of the tests.");
    }
    finding
}

/// Whether the intervals of the two mean downloads share a value.
fn overlap(a: &WindowFacts, b: &WindowFacts) -> bool {
    match (mean_interval(&a.download), mean_interval(&b.download)) {
        (Some(a), Some(b)) => a.low <= b.high && b.low <= a.high,
        _ => true,
    }
}

fn direction(change_pct: f64) -> Trend {
    if change_pct > STABLE_PCT {
        Trend::Improving
    } else if change_pct < -STABLE_PCT {
        Trend::Declining
    } else {
        Trend::Stable
    }
}

/// The last `weeks` of seven local days, the last one ending today, from the facts of local days.
pub fn speed_trend(weeks: u32, today: NaiveDate, days: &[DayFacts]) -> SpeedTrend {
    let weeks_of_facts: Vec<(NaiveDate, NaiveDate, WindowFacts)> =
        (0..weeks).rev().filter_map(|ago| week_of(today, ago, days)).collect();
    let data = weeks_of_facts.iter().map(|(start, end, facts)| TrendWeek {
        week_label: start.format("%-d %b").to_string(),
        week_start: *start,
        week_end: *end,
        avg_download: two(facts.download.mean()),
        download_interval: mean_interval(&facts.download).map(|i| i.rounded(2)),
        avg_upload: two(facts.upload.mean()),
        avg_ping: two(facts.ping.mean()),
        sample_count: facts.tests,
    });
    let data = data.collect();
    let full: Vec<&WindowFacts> =
        weeks_of_facts.iter().map(|w| &w.2).filter(|f| f.download.count() >= MIN_SAMPLES).collect();
    let change = match full.as_slice() {
        [first, .., last] => change_pct(first.download.mean(), last.download.mean()),
        _ => None,
    };
    let trend = change.map_or(Trend::InsufficientData, direction);
    let size = change.map_or_else(String::new, |c| significant(c.abs()));
    let mut verdict = match trend {
        Trend::Improving => format!("Download rose by {size} % over these weeks."),
        Trend::Declining => format!("Download fell by {size} % over these weeks."),
        Trend::Stable => "Download held steady over these weeks.".to_owned(),
        Trend::InsufficientData => "Not enough to tell: it takes two weeks with 5 tests each.".to_owned(),
    };
    if let (Trend::Improving | Trend::Declining, [first, .., last]) = (trend, full.as_slice())
        && overlap(first, last)
    {
        verdict.push_str(" The difference is within the usual spread of the tests.");
    }
    SpeedTrend { weeks, trend, trend_pct: one(change), verdict, data }
}

/// The seven local days that end `ago` weeks before today, with their facts.
fn week_of(today: NaiveDate, ago: u32, days: &[DayFacts]) -> Option<(NaiveDate, NaiveDate, WindowFacts)> {
    let end = today.checked_sub_days(Days::new(u64::from(ago) * 7))?;
    let start = end.checked_sub_days(Days::new(6))?;
    let mut facts = WindowFacts::default();
    for day in days.iter().filter(|d| (start..=end).contains(&d.date)) {
        facts.merge(&day.facts);
    }
    Some((start, end, facts))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::history::facts::facts_of;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_week_without_tests_is_null_and_so_is_each_change() {
        let got = comparison(&facts_of(&[(50.0, 10.0, 20.0)], 0), &WindowFacts::default(), now());
        assert_eq!((got.this_week.is_some(), got.last_week), (true, None));
        assert_eq!((got.delta.download_pct, got.delta.outages_delta), (None, None));
    }

    #[test]
    fn two_weeks_beside_each_other() {
        let this = facts_of(&[(60.0, 10.0, 30.0)], 1);
        let last = facts_of(&[(50.0, 10.0, 20.0)], 3);
        let delta = comparison(&this, &last, now()).delta;
        assert_eq!((delta.download_pct, delta.ping_pct), (Some(20.0), Some(50.0)));
        assert_eq!((delta.upload_pct, delta.outages_delta), (Some(0.0), Some(-2)));
    }

    #[rstest]
    #[case::a_date("2026-01-31", Some("2026-01-31T00:00:00Z"))]
    #[case::an_instant("2026-01-31T18:00:00Z", Some("2026-01-31T18:00:00Z"))]
    #[case::an_offset("2026-01-31T18:00:00+02:00", Some("2026-01-31T16:00:00Z"))]
    #[case::a_plus_that_became_a_space("2026-01-31T18:00:00 02:00", Some("2026-01-31T16:00:00Z"))]
    #[case::without_offset("2026-01-31T18:00:00", Some("2026-01-31T18:00:00Z"))]
    #[case::from_a_form("2026-01-31T18:00", Some("2026-01-31T18:00:00Z"))]
    #[case::with_a_space("2026-01-31 18:00:00", Some("2026-01-31T18:00:00Z"))]
    #[case::no_date("yesterday", None)]
    #[case::no_such_day("2026-02-30", None)]
    #[case::a_year_beyond("+262142-12-31", None)]
    fn ends_of_windows(#[case] text: &str, #[case] expected: Option<&str>) {
        let query =
            BeforeAfterQuery { after_start: Some("2026-02-01".into()), ..BeforeAfterQuery::default() };
        let query = BeforeAfterQuery {
            before_start: Some("1999-01-01".into()),
            before_end: Some(text.into()),
            ..query
        };
        match query.periods(now()) {
            Ok((before, _)) => assert_eq!(Some(before.end), expected.map(|e| e.parse().unwrap())),
            Err(error) => {
                assert_eq!((expected, error.code), (None, ErrorCode::Malformed));
                assert!(error.fields.contains_key("before_end"));
            }
        }
    }

    #[test]
    fn windows_default_to_the_last_two_months_and_never_run_backwards() {
        let (before, after) = BeforeAfterQuery::default().periods(now()).unwrap();
        assert_eq!((now() - before.start).num_days(), 60);
        assert_eq!((before.end, after.end), (after.start, now()));
        let backwards =
            BeforeAfterQuery { after_end: Some("2020-01-01".into()), ..BeforeAfterQuery::default() };
        assert!(backwards.periods(now()).unwrap_err().fields.contains_key("after_end"));
    }

    #[rstest]
    #[case::faster(&[(50.0, 9.0, 9.0); 5], &[(75.0, 9.0, 9.0); 5], "Download is 50 % faster than before.")]
    #[case::slower(&[(50.0, 9.0, 9.0); 5], &[(40.0, 9.0, 9.0); 5], "Download is 20 % slower than before.")]
    #[case::the_same(&[(50.0, 9.0, 9.0); 5], &[(52.0, 9.0, 9.0); 5], "Download is as it was before.")]
    #[case::too_few(&[(50.0, 9.0, 9.0); 4], &[(52.0, 9.0, 9.0); 5], "Not enough to compare: each window needs 5 tests with a download.")]
    fn before_and_after(
        #[case] before: &[(f64, f64, f64)],
        #[case] after: &[(f64, f64, f64)],
        #[case] verdict: &str,
    ) {
        let (first, second) = BeforeAfterQuery::default().periods(now()).unwrap();
        let got = before_after((first, &facts_of(before, 0)), (second, &facts_of(after, 0)));
        assert_eq!(got.verdict, verdict);
        assert_eq!(got.before.period, "2026-09-22 to 2026-10-22");
    }

    #[test]
    fn a_change_within_the_spread_says_so() {
        let before = facts_of(
            &[(20.0, 9.0, 9.0), (40.0, 9.0, 9.0), (60.0, 9.0, 9.0), (80.0, 9.0, 9.0), (30.0, 9.0, 9.0)],
            0,
        );
        let after = facts_of(
            &[(30.0, 9.0, 9.0), (50.0, 9.0, 9.0), (60.0, 9.0, 9.0), (90.0, 9.0, 9.0), (40.0, 9.0, 9.0)],
            0,
        );
        let (first, second) = BeforeAfterQuery::default().periods(now()).unwrap();
        assert!(
            before_after((first, &before), (second, &after)).verdict.ends_with("usual spread of the tests.")
        );
    }

    #[test]
    fn weeks_are_padded_and_a_thin_week_decides_nothing() {
        let days = [
            DayFacts { date: day("2026-10-25"), facts: facts_of(&[(50.0, 9.0, 9.0); 5], 0) },
            DayFacts { date: day("2026-11-10"), facts: facts_of(&[(500.0, 9.0, 9.0); 2], 0) },
            DayFacts { date: day("2026-11-21"), facts: facts_of(&[(40.0, 9.0, 9.0); 5], 0) },
        ];
        let got = speed_trend(4, day("2026-11-21"), &days);
        assert_eq!((got.trend, got.trend_pct, got.data.len()), (Trend::Declining, Some(-20.0), 4));
        assert_eq!(got.data.iter().map(|w| w.sample_count).collect::<Vec<_>>(), [5, 0, 2, 5]);
        assert_eq!(got.data[3].week_end, day("2026-11-21"));
        assert_eq!(speed_trend(4, day("2026-11-21"), &days[..2]).trend, Trend::InsufficientData);
    }
}
