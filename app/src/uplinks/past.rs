//! A line's past as two drawings: its states, and its round trips. What is not known is drawn as not known.

use chrono::{DateTime, Utc};
use domain::uplinks::{UplinkHistory, UplinkPoint, UplinkRange};
use leptos::prelude::*;

use crate::{
    charts::{Deciles, Size, Skin, Smoke, days_ticks, hours_ticks},
    i18n::{Locale, lang, td_string},
    ui::{Cell, CellState, Chart, ChartTable, Key, Show, Strip, alive, format, offset_s, shown},
};

/// The worst state of a point that has one.
fn state(point: &UplinkPoint) -> CellState {
    match (point.down, point.degraded, point.up) {
        (1.., ..) => CellState::Down,
        (_, 1.., _) => CellState::Degraded,
        (.., 1..) => CellState::Up,
        _ => CellState::NoData,
    }
}

fn words(lang: Locale, point: &UplinkPoint) -> String {
    let when = shown(lang, point.at, Show::Both);
    if point.up + point.degraded + point.down + point.no_data == 0 {
        return td_string!(lang, uplinks.point_none, when = when);
    }
    td_string!(
        lang,
        uplinks.point,
        when = when,
        up = point.up,
        degraded = point.degraded,
        down = point.down,
        no_data = point.no_data,
        rtt = format::with_unit(lang, point.rtt_p50, "ms")
    )
}

/// The states of a range, one cell a point.
#[component]
pub fn StatesChart(past: UplinkHistory) -> impl IntoView {
    let lang = lang();
    let share = |value: Option<f64>| {
        value.map_or_else(|| td_string!(lang, shell.no_data).to_owned(), |value| format::percent(lang, value))
    };
    let title = match past.percent.up {
        Some(up) => td_string!(lang, uplinks.finding, share = format::percent(lang, up)),
        None => td_string!(lang, uplinks.nothing).to_owned(),
    };
    let shares = td_string!(
        lang,
        uplinks.shares,
        degraded = share(past.percent.degraded),
        down = share(past.percent.down),
        no_data = share(past.percent.no_data)
    );
    let cells: Vec<Cell> =
        past.points.iter().map(|point| Cell { state: state(point), words: words(lang, point) }).collect();
    view! {
        <section class="stack">
            <h2>{title.clone()}</h2>
            <p class="quiet">{shares}</p>
            <Strip cells=cells label=title />
            <Key />
        </section>
    }
}

/// The round trips of a range as smoke; a gap stays a gap.
#[component]
pub fn RoundTripChart(past: UplinkHistory) -> impl IntoView {
    let lang = lang();
    let alive = alive();
    let half = f64::from(past.bucket_s) / 2.0;
    let points = past.points.iter().map(|point| {
        (point.at.timestamp() as f64 + half, Deciles::try_from(point.rtt_deciles.as_slice()).ok())
    });
    let (from, to) = (past.start.timestamp(), past.end.timestamp());
    let smoke = Smoke { x: (from as f64, to as f64), points: points.collect(), half, ticks: vec![] };
    let (range, end) = (past.range, past.end);
    let draw = move |size: Size| {
        let offset = if alive.get() { offset_s(end) } else { 0 };
        let n = if size == Size::WIDE { 8 } else { 4 };
        let ticks = match range {
            UplinkRange::Day => hours_ticks((from, to), offset, n),
            _ => days_ticks(lang, (from, to), offset, n),
        };
        Smoke { ticks, ..smoke.clone() }.svg(lang, size, Skin::Page)
    };
    let (title, table, n) = (finding(lang, &past.points), table(lang, &past.points), past.points.len());
    let points = past.points;
    let say = move |place: usize| points.get(place).map_or_else(String::new, |point| words(lang, point));
    let subtitle = td_string!(lang, uplinks.rtt_subtitle).to_owned();
    view! { <Chart title=title subtitle=subtitle n=n draw=draw say=say table=table /> }
}

/// The middle of the points' medians, in words.
fn finding(lang: Locale, points: &[UplinkPoint]) -> String {
    let mut medians: Vec<f64> = points.iter().filter_map(|point| point.rtt_p50).collect();
    medians.sort_by(f64::total_cmp);
    match medians.get(medians.len() / 2) {
        Some(ms) => td_string!(lang, uplinks.rtt_finding, value = format::with_unit(lang, Some(*ms), "ms")),
        None => td_string!(lang, uplinks.rtt_none).to_owned(),
    }
}

fn table(lang: Locale, points: &[UplinkPoint]) -> ChartTable {
    let stamp = |at: DateTime<Utc>| format!("{}, {}", format::date(lang, at), format::clock(at));
    let rows = points.iter().filter_map(|point| {
        let number = |value| format::with_unit(lang, value, "ms");
        let lost = point.loss.map_or_else(String::new, |loss| format::percent(lang, loss));
        point.rtt_p50?;
        Some(vec![stamp(point.at), number(point.rtt_p50), number(point.rtt_p95), lost])
    });
    let head = [
        td_string!(lang, uplinks.time),
        td_string!(lang, uplinks.p50),
        td_string!(lang, uplinks.p95),
        td_string!(lang, uplinks.lost),
    ];
    ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_minute_down(4, 0, 1, 0, CellState::Down)]
    #[case::a_minute_degraded(4, 1, 0, 0, CellState::Degraded)]
    #[case::up(5, 0, 0, 0, CellState::Up)]
    #[case::up_as_far_as_known(1, 0, 0, 4, CellState::Up)]
    #[case::nothing_known(0, 0, 0, 5, CellState::NoData)]
    #[case::not_watched(0, 0, 0, 0, CellState::NoData)]
    fn a_point_is_its_worst_minute(
        #[case] up: u32,
        #[case] degraded: u32,
        #[case] down: u32,
        #[case] no_data: u32,
        #[case] expected: CellState,
    ) {
        let at = DateTime::UNIX_EPOCH;
        let point = UplinkPoint {
            at,
            up,
            degraded,
            down,
            no_data,
            rtt_p50: None,
            rtt_p95: None,
            rtt_deciles: vec![],
            loss: None,
        };
        assert_eq!(state(&point), expected);
    }
}
