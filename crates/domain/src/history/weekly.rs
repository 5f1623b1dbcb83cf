//! The week in words.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    change::STABLE_PCT,
    distribution::best_and_worst,
    facts::{HourFacts, MIN_SAMPLES, WindowFacts},
};
use crate::{
    histogram::LogHistogram,
    stats::{change_pct, per_cent, round, significant},
};

/// The week in words and figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeeklyReport {
    /// When it was made.
    pub report_date: DateTime<Utc>,
    /// "14 Nov to 21 Nov 2026".
    pub period: String,
    /// The first local day of it.
    pub first_on: NaiveDate,
    /// The last.
    pub last_on: NaiveDate,
    /// Markdown.
    pub narrative: String,
    /// The same without words, for other languages.
    pub paragraphs: Vec<Paragraph>,
    /// The figures behind it.
    pub stats: WeeklyStats,
    /// Against the week before.
    pub week_over_week: WeekOverWeek,
    /// The local hour with the best mean download; null with fewer than 5 tests in each hour.
    pub best_hour: Option<u8>,
    /// The local hour with the worst.
    pub worst_hour: Option<u8>,
}

/// A paragraph of the report.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Paragraph {
    /// There was no test.
    NoTests,
    /// The week's averages; none where no test came to a result.
    Averages {
        /// Tests of the week.
        tests: u64,
        /// Mbit/s.
        download: Option<f64>,
        /// Mbit/s.
        upload: Option<f64>,
        /// ms.
        ping: Option<f64>,
    },
    /// Against the week before; within 5 % it is the same.
    Compared {
        /// Per cent of the download.
        change: f64,
        /// Too little to speak of.
        same: bool,
    },
    /// What failed.
    Failed {
        /// Tests of the week.
        tests: u64,
        /// Those that failed or stayed under 1 Mbit/s.
        failed: u64,
        /// Per cent that went through.
        uptime: f64,
    },
    /// The best and the worst hour.
    Hours {
        /// Local.
        best: u8,
        /// Local.
        worst: u8,
    },
    /// The week was much slower.
    TestByCable,
    /// The week was much faster.
    ChangeHelped,
}

/// The week's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeeklyStats {
    /// Valid tests.
    pub tests_run: u64,
    /// Mbit/s.
    pub avg_download: Option<f64>,
    /// Mbit/s.
    pub avg_upload: Option<f64>,
    /// ms.
    pub avg_ping: Option<f64>,
    /// Per cent.
    pub uptime_pct: Option<f64>,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub outage_count: u64,
    /// Hours in outage; null until outages are kept as events.
    pub outage_hours: Option<f64>,
}

/// Changes in per cent; null where one side is missing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekOverWeek {
    /// Per cent.
    pub download_delta_pct: Option<f64>,
    /// Per cent.
    pub upload_delta_pct: Option<f64>,
}

/// From this change in per cent the week is worth advice (rules.md B1).
const ADVICE_PCT: f64 = 10.0;

/// What a weekly report is made of.
#[derive(Clone, Copy, Debug)]
pub struct WeekFacts<'a> {
    /// The last seven local days.
    pub this_week: &'a WindowFacts,
    /// The seven before.
    pub last_week: &'a WindowFacts,
    /// This week by local hour.
    pub hours: &'a [HourFacts],
    /// The last local day of the week.
    pub today: NaiveDate,
    /// When the report is made.
    pub now: DateTime<Utc>,
}

/// The week in words and figures.
pub fn weekly_report(facts: WeekFacts<'_>) -> WeeklyReport {
    let week = facts.this_week;
    let change = WeekOverWeek {
        download_delta_pct: change_pct(facts.last_week.download.mean(), week.download.mean())
            .map(|c| round(c, 1)),
        upload_delta_pct: change_pct(facts.last_week.upload.mean(), week.upload.mean()).map(|c| round(c, 1)),
    };
    let mut cells = vec![LogHistogram::new(); 24];
    for hour in facts.hours {
        if let Some(cell) = cells.get_mut(usize::from(hour.hour)) {
            cell.merge(&hour.facts.download);
        }
    }
    let ranked = best_and_worst(&cells).map(|(best, worst)| (best as u8, worst as u8));
    let two = |figure: Option<f64>| figure.map(|f| round(f, 2));
    let first = facts.today.checked_sub_days(Days::new(6)).unwrap_or(facts.today);
    let paragraphs = paragraphs(week, change, ranked);
    let narrative: Vec<String> = paragraphs.iter().map(Paragraph::english).collect();
    WeeklyReport {
        report_date: facts.now,
        period: format!("{} to {}", first.format("%-d %b"), facts.today.format("%-d %b %Y")),
        first_on: first,
        last_on: facts.today,
        narrative: narrative.join("\n\n"),
        paragraphs,
        stats: WeeklyStats {
            tests_run: week.tests,
            avg_download: two(week.download.mean()),
            avg_upload: two(week.upload.mean()),
            avg_ping: two(week.ping.mean()),
            uptime_pct: two(week.uptime_pct()),
            outage_count: week.outages,
            outage_hours: None,
        },
        week_over_week: change,
        best_hour: ranked.map(|(best, _)| best),
        worst_hour: ranked.map(|(_, worst)| worst),
    }
}

fn paragraphs(week: &WindowFacts, change: WeekOverWeek, hours: Option<(u8, u8)>) -> Vec<Paragraph> {
    let tests = week.tests;
    if tests == 0 {
        return vec![Paragraph::NoTests];
    }
    let averages = Paragraph::Averages {
        tests,
        download: week.download.mean(),
        upload: week.upload.mean(),
        ping: week.ping.mean(),
    };
    let change = change.download_delta_pct;
    let compared = change.map(|change| Paragraph::Compared { change, same: change.abs() <= STABLE_PCT });
    let failed = week.uptime_pct().map(|uptime| Paragraph::Failed { tests, failed: week.outages, uptime });
    let hours = hours.map(|(best, worst)| Paragraph::Hours { best, worst });
    let advice = change.and_then(|change| advice(change, week));
    [Some(averages), compared, failed, hours, advice].into_iter().flatten().collect()
}

/// Advice where the week stands out; a week with too few tests gives none.
fn advice(change: f64, week: &WindowFacts) -> Option<Paragraph> {
    if week.download.count() < MIN_SAMPLES {
        None
    } else if change <= -ADVICE_PCT {
        Some(Paragraph::TestByCable)
    } else if change >= ADVICE_PCT {
        Some(Paragraph::ChangeHelped)
    } else {
        None
    }
}

impl Paragraph {
    /// In the API's English, as Markdown.
    pub fn english(&self) -> String {
        let text = match *self {
            Self::NoTests => "No tests this week. Run one to have something to compare next week.",
            Self::Averages { tests, download, upload, ping } => {
                return averages(tests, [download, upload, ping]);
            }
            Self::Compared { same: true, .. } => "That is much as last week.",
            Self::Compared { change, .. } => {
                let way = if change > 0.0 { "faster" } else { "slower" };
                return format!("That is {} % {way} than last week.", significant(change.abs()));
            }
            Self::Failed { failed: 0, tests: 1, .. } => "It went through.",
            Self::Failed { failed: 0, .. } => "Every test went through.",
            Self::Failed { failed, uptime, .. } => {
                let tests = if failed == 1 { "One test".to_owned() } else { format!("{failed} tests") };
                return format!("{tests} failed or crawled; {} of the tests went through.", per_cent(uptime));
            }
            Self::Hours { best, worst } => {
                return format!("Fastest around **{best}:00**, slowest around **{worst}:00**.");
            }
            Self::TestByCable => {
                "Test once by cable and once at another hour: it tells whether Wi-Fi or the evening rush is the cause."
            }
            Self::ChangeHelped => "If you changed something (router, place, cable), it helped.",
        };
        text.to_owned()
    }
}

fn averages(tests: u64, [download, upload, ping]: [Option<f64>; 3]) -> String {
    let tests = if tests == 1 { "one test".to_owned() } else { format!("{tests} tests") };
    let parts: Vec<String> = [
        download.map(|d| format!("**{} Mbit/s** down", significant(d))),
        upload.map(|u| format!("**{} Mbit/s** up", significant(u))),
        ping.map(|p| format!("**{} ms**", significant(p))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        return format!("You ran {tests} this week, and none came to a result.");
    }
    format!("You ran {tests} this week. On average: {}.", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::history::facts::facts_of;

    fn report(this: &WindowFacts, last: &WindowFacts, hours: &[HourFacts]) -> WeeklyReport {
        weekly_report(WeekFacts {
            this_week: this,
            last_week: last,
            hours,
            today: "2026-11-21".parse().unwrap(),
            now: "2026-11-21T12:00:00Z".parse().unwrap(),
        })
    }

    #[test]
    fn a_week_without_tests_says_what_to_do() {
        let got = report(&WindowFacts::default(), &WindowFacts::default(), &[]);
        assert_eq!(got.narrative, "No tests this week. Run one to have something to compare next week.");
        assert_eq!((got.stats.avg_download, got.stats.uptime_pct, got.best_hour), (None, None, None));
        assert_eq!(got.period, "15 Nov to 21 Nov 2026");
    }

    #[test]
    fn a_slow_week_in_full() {
        let this = facts_of(&[(40.0, 10.0, 20.0); 9], 1);
        let last = facts_of(&[(50.0, 10.0, 20.0); 9], 0);
        let at = |hour, download| HourFacts { hour, facts: facts_of(&[(download, 1.0, 9.0); 5], 0) };
        let got = report(&this, &last, &[at(4, 60.0), at(20, 20.0)]);
        assert_eq!(
            got.narrative.split("\n\n").collect::<Vec<_>>(),
            [
                "You ran 10 tests this week. On average: **40 Mbit/s** down, **10 Mbit/s** up, **20 ms**.",
                "That is 20 % slower than last week.",
                "One test failed or crawled; 90 % of the tests went through.",
                "Fastest around **4:00**, slowest around **20:00**.",
                "Test once by cable and once at another hour: it tells whether Wi-Fi or the evening rush is the cause.",
            ]
        );
        assert_eq!((got.best_hour, got.worst_hour), (Some(4), Some(20)));
    }

    #[rstest]
    #[case::faster(60.0, "That is 20 % faster than last week.")]
    #[case::the_same(51.0, "That is much as last week.")]
    fn compared_to_last_week(#[case] download: f64, #[case] sentence: &str) {
        let last = facts_of(&[(50.0, 10.0, 20.0); 3], 0);
        let got = report(&facts_of(&[(download, 10.0, 20.0); 3], 0), &last, &[]);
        assert!(got.narrative.contains(sentence), "{}", got.narrative);
        assert!(!got.narrative.contains("helped"), "three tests are no ground for advice");
    }

    #[test]
    fn a_week_of_failures_has_no_averages() {
        let got = report(&facts_of(&[], 2), &WindowFacts::default(), &[]);
        assert!(got.narrative.starts_with("You ran 2 tests this week, and none came to a result."));
        assert_eq!((got.stats.outage_count, got.stats.uptime_pct), (2, Some(0.0)));
    }
}
