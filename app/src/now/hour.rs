//! The last 60 minutes of this line, from the device's own tests.

use chrono::{DateTime, Duration, Utc};
use domain::measurements::Measurement;
use leptos::prelude::*;

use crate::{
    i18n::{Locale, lang, td_string},
    ui::{
        Cell, CellState, Key, Strip,
        format::{self, THIN},
        local,
    },
};

const MINUTES: i64 = 60;
/// A test below this share of the usual download is degraded (rules.md B2, timeline).
const DEGRADED_BELOW: f64 = 0.6;

/// The state of one test beside the usual (median) download of the tests at hand.
fn state(test: &Measurement, usual: Option<f64>) -> CellState {
    match (test.is_outage, test.download_speed, usual) {
        (true, ..) => CellState::Down,
        (_, Some(download), Some(usual)) if download < usual * DEGRADED_BELOW => CellState::Degraded,
        _ => CellState::Up,
    }
}

/// The state of each of the 60 minutes before `now`, oldest first; the worst test of a minute speaks for it.
fn minutes(
    now: DateTime<Utc>,
    tests: &[Measurement],
) -> Vec<(DateTime<Utc>, CellState, Option<&Measurement>)> {
    let mut speeds: Vec<f64> = tests.iter().filter(|t| t.valid).filter_map(|t| t.download_speed).collect();
    speeds.sort_by(f64::total_cmp);
    let usual = speeds.get(speeds.len() / 2).copied();
    let begin = now - Duration::minutes(MINUTES);
    let mut cells: Vec<_> =
        (0..MINUTES).map(|i| (begin + Duration::minutes(i), CellState::NoData, None)).collect();
    for test in tests.iter().filter(|t| t.valid) {
        let minute = (test.timestamp - begin).num_seconds().div_euclid(60);
        let Some(cell) = usize::try_from(minute).ok().and_then(|i| cells.get_mut(i)) else { continue };
        let state = state(test, usual);
        if cell.1 == CellState::NoData || state == CellState::Down {
            *cell = (cell.0, state, Some(test));
        }
    }
    cells
}

fn words(lang: Locale, at: DateTime<Utc>, state: CellState, test: Option<&Measurement>) -> String {
    let facts = test.map(|test| {
        let download = format::with_unit(lang, test.download_speed, "Mbit/s");
        let ping = format::with_unit(lang, test.ping, "ms");
        format!(" · ↓{THIN}{download} · {ping}")
    });
    format!("{} · {}{}", local(lang, at), state.word(lang), facts.unwrap_or_default())
}

/// Draws the strip.
#[component]
pub fn Hour(now: DateTime<Utc>, tests: Vec<Measurement>) -> impl IntoView {
    let lang = lang();
    let cells = minutes(now, &tests);
    let empty = cells.iter().all(|(_, state, _)| *state == CellState::NoData);
    let cells: Vec<Cell> = cells
        .into_iter()
        .map(|(at, state, test)| Cell { state, words: words(lang, at, state, test) })
        .collect();
    let note = if empty { td_string!(lang, now.hour_empty) } else { td_string!(lang, now.hour_note) };
    view! {
        <Strip cells=cells label=td_string!(lang, now.hour) />
        <Key />
        <p class="quiet">{note}</p>
    }
}

#[cfg(test)]
mod tests {
    use domain::measurements::Source;
    use rstest::rstest;

    use super::*;

    fn test(at: DateTime<Utc>, download: Option<f64>) -> Measurement {
        Measurement {
            download_speed: download,
            is_outage: download.is_none(),
            ..Measurement::unmeasured(at, Source::Browser, "full")
        }
    }

    #[rstest]
    #[case::usual(Some(90.0), CellState::Up)]
    #[case::slow(Some(50.0), CellState::Degraded)]
    #[case::failed(None, CellState::Down)]
    fn a_test_colours_its_minute_and_no_other(#[case] download: Option<f64>, #[case] expected: CellState) {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let old = now - Duration::hours(3);
        let tests =
            [test(now - Duration::minutes(10), download), test(old, Some(100.0)), test(old, Some(100.0))];
        let cells = minutes(now, &tests);
        assert_eq!(cells.len(), 60);
        assert_eq!(cells[50].1, expected);
        assert_eq!(cells.iter().filter(|cell| cell.1 != CellState::NoData).count(), 1);
    }

    #[test]
    fn an_invalid_test_counts_nowhere() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let invalid = Measurement { valid: false, ..test(now - Duration::minutes(1), Some(5.0)) };
        assert!(minutes(now, &[invalid]).iter().all(|cell| cell.1 == CellState::NoData));
    }
}
