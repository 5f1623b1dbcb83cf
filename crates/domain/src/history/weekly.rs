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
    /// Markdown.
    pub narrative: String,
    /// The figures behind it.
    pub stats: WeeklyStats,
    /// Against the week before.
    pub week_over_week: WeekOverWeek,
    /// The local hour with the best mean download; null with fewer than 5 tests in each hour.
    pub best_hour: Option<u8>,
    /// The local hour with the worst.
    pub worst_hour: Option<u8>,
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
    WeeklyReport {
        report_date: facts.now,
        period: format!("{} to {}", first.format("%-d %b"), facts.today.format("%-d %b %Y")),
        narrative: narrative(week, change, ranked),
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

/// The report's paragraphs, as Markdown.
fn narrative(week: &WindowFacts, change: WeekOverWeek, hours: Option<(u8, u8)>) -> String {
    if week.tests == 0 {
        return "No tests this week. Run one to have something to compare next week.".to_owned();
    }
    let mut paragraphs = vec![averages(week)];
    paragraphs.extend(change.download_delta_pct.map(compared));
    paragraphs.push(reliability(week));
    if let Some((best, worst)) = hours {
        paragraphs.push(format!("Fastest around **{best}:00**, slowest around **{worst}:00**."));
    }
    paragraphs.extend(change.download_delta_pct.and_then(|c| advice(c, week)).map(str::to_owned));
    paragraphs.join("\n\n")
}

fn averages(week: &WindowFacts) -> String {
    let tests = if week.tests == 1 { "one test".to_owned() } else { format!("{} tests", week.tests) };
    let parts: Vec<String> = [
        week.download.mean().map(|d| format!("**{} Mbit/s** down", significant(d))),
        week.upload.mean().map(|u| format!("**{} Mbit/s** up", significant(u))),
        week.ping.mean().map(|p| format!("**{} ms**", significant(p))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        return format!("You ran {tests} this week, and none came to a result.");
    }
    format!("You ran {tests} this week. On average: {}.", parts.join(", "))
}

fn compared(change: f64) -> String {
    let size = significant(change.abs());
    if change > STABLE_PCT {
        format!("That is {size} % faster than last week.")
    } else if change < -STABLE_PCT {
        format!("That is {size} % slower than last week.")
    } else {
        "That is much as last week.".to_owned()
    }
}

fn reliability(week: &WindowFacts) -> String {
    match (week.outages, week.uptime_pct()) {
        (0, _) if week.tests == 1 => "It went through.".to_owned(),
        (0, _) => "Every test went through.".to_owned(),
        (1, Some(uptime)) => {
            format!("One test failed or crawled; {} of the tests went through.", per_cent(uptime))
        }
        (n, Some(uptime)) => {
            format!("{n} tests failed or crawled; {} of the tests went through.", per_cent(uptime))
        }
        (_, None) => String::new(),
    }
}

/// Advice where the week stands out; a week with too few tests gives none.
fn advice(change: f64, week: &WindowFacts) -> Option<&'static str> {
    if week.download.count() < MIN_SAMPLES {
        None
    } else if change <= -ADVICE_PCT {
        Some(
            "Test once by cable and once at another hour: it tells whether Wi-Fi or the evening rush is the cause.",
        )
    } else if change >= ADVICE_PCT {
        Some("If you changed something (router, place, cable), it helped.")
    } else {
        None
    }
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
