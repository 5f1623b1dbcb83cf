//! Two calendars of local days: how often the line was up, and how fast it was.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::facts::{DayFacts, WindowFacts};
use crate::stats::round;

/// Uptime of each local day, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UptimeCalendar {
    /// How many days were asked for.
    pub days: u32,
    /// One entry a day.
    pub calendar: Vec<UptimeDay>,
    /// All of it.
    pub summary: UptimeSummary,
}

/// One local day's uptime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UptimeDay {
    /// The local day.
    pub date: NaiveDate,
    /// Per cent; null without tests.
    pub uptime_pct: Option<f64>,
    /// Valid tests.
    pub total: u64,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub outages: u64,
    /// 0–3; 0 also without tests.
    pub level: u8,
}

/// The calendar in four figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UptimeSummary {
    /// The share of all tests of the window that were no outage, in per cent.
    pub avg_uptime_pct: Option<f64>,
    /// Days of 100 %.
    pub perfect_days: u32,
    /// Days under 90 %.
    pub outage_days: u32,
    /// Days with tests.
    pub tracked_days: u32,
}

/// The speed of each local day, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeatmapCalendar {
    /// One entry a day with tests.
    pub heatmap: Vec<HeatmapDay>,
    /// How many days were asked for.
    pub days: u32,
    /// Valid tests.
    pub total_measurements: u64,
    /// The first and last day asked for.
    pub date_range: DateRange,
}

/// One local day's speed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeatmapDay {
    /// The local day.
    pub date: NaiveDate,
    /// Mean download in Mbit/s; null where every test failed.
    pub avg_speed_mbps: Option<f64>,
    /// 0–4, against the slowest and fastest day of the window.
    pub intensity: Option<u8>,
    /// Valid tests.
    pub measurement_count: u64,
    /// "Monday" … "Sunday".
    pub weekday: String,
}

/// Two local days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DateRange {
    /// The first day.
    pub start: NaiveDate,
    /// The last day.
    pub end: NaiveDate,
}

/// Uptime in per cent from which a day has a level (rules.md B1); below the last it has 0.
const UPTIME_LEVELS: [(f64, u8); 3] = [(99.0, 3), (90.0, 2), (50.0, 1)];
/// Below this uptime in per cent a day is an outage day (rules.md B1).
const OUTAGE_DAY_PCT: f64 = 90.0;
/// Place between the slowest and the fastest day from which it has an intensity (rules.md B1); below the last, 0.
const INTENSITIES: [(f64, u8); 4] = [(0.8, 4), (0.6, 3), (0.4, 2), (0.2, 1)];
/// The intensity of days that are all equal (rules.md B1).
const ALL_EQUAL: u8 = 2;

/// The name of a weekday in full.
pub const fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// The last `days` local days, today included, oldest first.
pub fn days_until(today: NaiveDate, days: u32) -> impl Iterator<Item = NaiveDate> {
    (0..days).rev().filter_map(move |ago| today.checked_sub_days(Days::new(u64::from(ago))))
}

/// The facts by local day; a day that comes twice is one.
fn by_day(days: &[DayFacts]) -> BTreeMap<NaiveDate, WindowFacts> {
    let mut map: BTreeMap<NaiveDate, WindowFacts> = BTreeMap::new();
    for day in days {
        map.entry(day.date).or_default().merge(&day.facts);
    }
    map
}

fn uptime_level(uptime_pct: Option<f64>) -> u8 {
    let level = |pct: f64| UPTIME_LEVELS.iter().find(|(from, _)| pct >= *from).map_or(0, |&(_, level)| level);
    uptime_pct.map_or(0, level)
}

/// Uptime of the last `days` local days; a day without tests is there with nulls.
pub fn uptime_calendar(days: u32, today: NaiveDate, facts: &[DayFacts]) -> UptimeCalendar {
    let facts = by_day(facts);
    let none = WindowFacts::default();
    let mut all = WindowFacts::default();
    let mut summary =
        UptimeSummary { avg_uptime_pct: None, perfect_days: 0, outage_days: 0, tracked_days: 0 };
    let calendar = days_until(today, days).map(|date| {
        let day = facts.get(&date).unwrap_or(&none);
        let uptime = day.uptime_pct();
        all.tests += day.tests;
        all.outages += day.outages;
        summary.tracked_days += u32::from(day.tests > 0);
        summary.perfect_days += u32::from(day.tests > 0 && day.outages == 0);
        summary.outage_days += u32::from(uptime.is_some_and(|u| u < OUTAGE_DAY_PCT));
        UptimeDay {
            date,
            uptime_pct: uptime.map(|u| round(u, 2)),
            total: day.tests,
            outages: day.outages,
            level: uptime_level(uptime),
        }
    });
    let calendar = calendar.collect();
    summary.avg_uptime_pct = all.uptime_pct().map(|u| round(u, 2));
    UptimeCalendar { days, calendar, summary }
}

/// Speed of the last `days` local days; days without tests are left out, as a gap.
pub fn heatmap_calendar(days: u32, today: NaiveDate, facts: &[DayFacts]) -> HeatmapCalendar {
    let facts = by_day(facts);
    let dates: Vec<NaiveDate> = days_until(today, days).collect();
    let inside: Vec<(NaiveDate, &WindowFacts)> = dates
        .iter()
        .filter_map(|date| facts.get(date).filter(|day| day.tests > 0).map(|day| (*date, day)))
        .collect();
    let means = || inside.iter().filter_map(|(_, day)| day.download.mean());
    let (slowest, fastest) = (means().fold(f64::INFINITY, f64::min), means().fold(0.0, f64::max));
    let heatmap = inside.iter().map(|&(date, day)| HeatmapDay {
        date,
        avg_speed_mbps: day.download.mean().map(|mean| round(mean, 2)),
        intensity: day.download.mean().map(|mean| intensity(mean, slowest, fastest)),
        measurement_count: day.tests,
        weekday: weekday_name(date.weekday()).to_owned(),
    });
    HeatmapCalendar {
        heatmap: heatmap.collect(),
        days,
        total_measurements: inside.iter().map(|(_, day)| day.tests).sum(),
        date_range: DateRange { start: dates.first().copied().unwrap_or(today), end: today },
    }
}

fn intensity(mean: f64, slowest: f64, fastest: f64) -> u8 {
    if fastest <= slowest {
        return ALL_EQUAL;
    }
    let place = (mean - slowest) / (fastest - slowest);
    INTENSITIES.iter().find(|(from, _)| place >= *from).map_or(0, |&(_, intensity)| intensity)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::history::facts::facts_of;

    fn day(text: &str, downloads: &[f64], failed: u64) -> DayFacts {
        let tests: Vec<_> = downloads.iter().map(|&d| (d, 10.0, 20.0)).collect();
        DayFacts { date: text.parse().unwrap(), facts: facts_of(&tests, failed) }
    }

    #[rstest]
    #[case::no_data(None, 0)]
    #[case::perfect(Some(100.0), 3)]
    #[case::at_the_cut(Some(99.0), 3)]
    #[case::good(Some(98.9), 2)]
    #[case::half(Some(50.0), 1)]
    #[case::mostly_down(Some(49.9), 0)]
    fn levels(#[case] uptime: Option<f64>, #[case] level: u8) {
        assert_eq!(uptime_level(uptime), level);
    }

    #[test]
    fn each_day_is_there_and_the_mean_is_over_tests() {
        let facts = [day("2026-11-19", &[50.0; 9], 0), day("2026-11-21", &[], 1)];
        let got = uptime_calendar(4, "2026-11-21".parse().unwrap(), &facts);
        assert_eq!(
            got.calendar.iter().map(|d| d.uptime_pct).collect::<Vec<_>>(),
            [None, Some(100.0), None, Some(0.0)]
        );
        let summary = got.summary;
        assert_eq!((summary.perfect_days, summary.outage_days, summary.tracked_days), (1, 1, 2));
        assert_eq!(summary.avg_uptime_pct, Some(90.0));
    }

    #[test]
    fn intensity_runs_from_the_slowest_to_the_fastest_day() {
        let facts = [
            day("2026-11-15", &[10.0], 0),
            day("2026-11-17", &[50.0], 0),
            day("2026-11-18", &[90.0, 110.0], 0),
            day("2026-11-19", &[], 2),
            day("2026-01-01", &[900.0], 0),
        ];
        let got = heatmap_calendar(7, "2026-11-21".parse().unwrap(), &facts);
        let cells: Vec<_> = got.heatmap.iter().map(|d| (d.intensity, d.measurement_count)).collect();
        assert_eq!(cells, [(Some(0), 1), (Some(2), 1), (Some(4), 2), (None, 2)]);
        assert_eq!(got.heatmap[0].weekday, "Sunday");
        assert_eq!((got.total_measurements, got.date_range.start), (6, "2026-11-15".parse().unwrap()));
    }

    #[test]
    fn equal_days_are_in_the_middle_and_no_days_are_no_cells() {
        let today = "2026-11-21".parse().unwrap();
        let equal = [day("2026-11-20", &[50.0], 0), day("2026-11-21", &[50.0], 0)];
        assert!(heatmap_calendar(7, today, &equal).heatmap.iter().all(|d| d.intensity == Some(2)));
        assert_eq!(heatmap_calendar(7, today, &[]).heatmap, []);
    }
}
