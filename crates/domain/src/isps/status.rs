//! The community's state: how the lines of all households are.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    CommunityStatus, Status, StatusDay,
    reliability::{DeviceFigures, provider_figures},
};
use crate::{
    privacy::{participants, suppressed_cells},
    stats::round,
};

/// Below this uptime in per cent the community is degraded (the earlier tool's `/status`, rules.md B1).
const DEGRADED_BELOW_PCT: f64 = 95.0;
/// At or below this uptime it is an outage: 40 % of tests fail (the earlier tool's community state, rules.md B1).
const OUTAGE_UP_TO_PCT: f64 = 60.0;

/// What the community's state is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommunityFacts {
    /// Each device's last 24 hours.
    pub last_day: Vec<DeviceFigures>,
    /// Each of the last seven days of the operator's zone, oldest first.
    pub days: Vec<(NaiveDate, Vec<DeviceFigures>)>,
    /// Open outages; `None` while outages are not kept as events.
    pub active_outages: Option<u64>,
    /// Open reports; `None` while there are none to keep.
    pub open_reports: Option<u64>,
}

/// The community's state as one viewer may see it.
pub fn community_status(
    facts: &CommunityFacts,
    viewer: Option<&[u8; 16]>,
    k: u64,
    now: DateTime<Utc>,
) -> Status {
    let households = |devices: &[DeviceFigures]| {
        participants(devices.iter().filter(|d| d.tests > 0).map(|d| d.household), viewer)
    };
    let suppressed = households(&facts.last_day) < k;
    let day = (!suppressed).then(|| provider_figures(&facts.last_day));
    let uptime = day.as_ref().and_then(|d| d.uptime_pct);
    let per_day: Vec<u64> = facts.days.iter().map(|(_, devices)| households(devices)).collect();
    let hidden = suppressed_cells(&per_day, k);
    let all_days: Vec<DeviceFigures> = facts.days.iter().flat_map(|(_, devices)| devices.clone()).collect();
    let week_tests = (households(&all_days) >= k).then(|| all_days.iter().map(|d| d.tests).sum());
    Status {
        status: state(facts.active_outages, uptime),
        active_outages: facts.active_outages,
        open_reports: facts.open_reports,
        avg_download_24h: day.as_ref().and_then(|d| d.download).map(|d| round(d, 2)),
        uptime_pct_24h: uptime.map(|u| round(u, 2)),
        total_measurements_7d: week_tests,
        daily_summary: facts.days.iter().zip(hidden).map(|(day, hidden)| summary(day, hidden)).collect(),
        suppressed,
        monitor: Vec::new(),
        checked_at: now,
        visitor: None,
    }
}

fn state(active_outages: Option<u64>, uptime_pct: Option<f64>) -> CommunityStatus {
    match (active_outages, uptime_pct) {
        (Some(1..), _) => CommunityStatus::Outage,
        (_, None) => CommunityStatus::Unknown,
        (_, Some(uptime)) if uptime <= OUTAGE_UP_TO_PCT => CommunityStatus::Outage,
        (_, Some(uptime)) if uptime < DEGRADED_BELOW_PCT => CommunityStatus::Degraded,
        _ => CommunityStatus::Healthy,
    }
}

fn summary((date, devices): &(NaiveDate, Vec<DeviceFigures>), hidden: bool) -> StatusDay {
    let figures = (!hidden).then(|| provider_figures(devices));
    let two = |figure: Option<f64>| figure.map(|f| round(f, 2));
    StatusDay {
        date: *date,
        tests: figures.as_ref().map(|f| f.tests),
        outages: figures.as_ref().map(|f| f.outages),
        uptime_pct: two(figures.as_ref().and_then(|f| f.uptime_pct)),
        avg_download: two(figures.as_ref().and_then(|f| f.download)),
        suppressed: hidden,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::isps::reliability::device;

    fn now() -> DateTime<Utc> {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    #[rstest]
    #[case::well(None, Some(99.0), CommunityStatus::Healthy)]
    #[case::some_fail(None, Some(94.9), CommunityStatus::Degraded)]
    #[case::many_fail(None, Some(60.0), CommunityStatus::Outage)]
    #[case::an_open_outage(Some(1), Some(100.0), CommunityStatus::Outage)]
    #[case::no_open_outage(Some(0), Some(100.0), CommunityStatus::Healthy)]
    #[case::nothing_known(None, None, CommunityStatus::Unknown)]
    fn states(#[case] open: Option<u64>, #[case] uptime: Option<f64>, #[case] expected: CommunityStatus) {
        assert_eq!(state(open, uptime), expected);
    }

    #[test]
    fn three_others_are_enough_to_tell() {
        let devices: Vec<_> = (1..=4).map(|h| device(h, 10, u64::from(h == 1) * 10, 50.0)).collect();
        let facts = CommunityFacts {
            last_day: devices.clone(),
            days: vec![("2026-11-20".parse().unwrap(), vec![]), ("2026-11-21".parse().unwrap(), devices)],
            ..CommunityFacts::default()
        };
        let got = community_status(&facts, Some(&[1; 16]), 3, now());
        assert_eq!((got.status, got.uptime_pct_24h), (CommunityStatus::Degraded, Some(75.0)));
        assert_eq!((got.avg_download_24h, got.total_measurements_7d), (Some(50.0), Some(40)));
        assert_eq!(got.daily_summary.iter().map(|d| d.tests).collect::<Vec<_>>(), [None, Some(40)]);
        let fewer = community_status(&facts, Some(&[1; 16]), 4, now());
        assert_eq!((fewer.status, fewer.total_measurements_7d), (CommunityStatus::Unknown, None));
        assert!(fewer.suppressed && fewer.daily_summary.iter().all(|d| d.tests.is_none()));
    }

    #[test]
    fn a_thin_day_cannot_be_subtracted_from_the_week() {
        let day = |date: &str, households: u8| {
            (date.parse().unwrap(), (1..=households).map(|h| device(h, 2, 0, 50.0)).collect::<Vec<_>>())
        };
        let facts = CommunityFacts {
            days: vec![day("2026-11-19", 9), day("2026-11-20", 1), day("2026-11-21", 5)],
            ..CommunityFacts::default()
        };
        let got = community_status(&facts, None, 3, now());
        assert_eq!(got.total_measurements_7d, Some(30));
        assert_eq!(got.daily_summary.iter().map(|d| d.suppressed).collect::<Vec<_>>(), [false, true, true]);
    }
}
