//! Download, upload and latency over a range, each with its finding.

use chrono::{DateTime, Utc};
use domain::history::{
    GET_SERIES, SeriesQuery,
    series::{Band, Series, SeriesPoint, SeriesRange},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    history_page::NoTests,
    tab::{range, range_choices, range_words},
    tests_in_words,
};
use crate::{
    api,
    charts::{Lines, Size, Skin, Spread, days_ticks, hours_ticks},
    i18n::{Locale, lang, td_string},
    ui::{
        Chart, ChartTable, Choices, Height, Loaded, Show, alive,
        format::{self, THIN},
        offset_s, shown,
    },
};

/// One of the three figures: its name, its unit, and where it stands in a point.
#[derive(Clone, Copy)]
struct Metric {
    name: &'static str,
    unit: &'static str,
    of: fn(&SeriesPoint) -> Option<Band>,
}

#[component]
pub fn OverviewTab() -> impl IntoView {
    let lang = lang();
    let query = use_query_map();
    let chosen = Memo::new(move |_| query.with(|q| q.get_str("range").and_then(range)).unwrap_or_default());
    let series = Resource::new(
        move || chosen.get(),
        |range| {
            let shown = api::call(GET_SERIES, SeriesQuery { range });
            // Whether there are tests at all decides what an empty range says.
            let year = api::call(GET_SERIES, SeriesQuery { range: SeriesRange::Year });
            async move {
                let shown = shown.await?;
                let ever = shown.total_measurements > 0 || year.await?.total_measurements > 0;
                Ok((shown, ever))
            }
        },
    );
    let choices = Signal::derive(move || range_choices(lang, chosen.get()));
    view! {
        <Choices label=td_string!(lang, history.range) class="ranges" choices=choices />
        <Loaded resource=series height=Height::Chart let:found>
            <Overview series=found.0 ever=found.1 />
        </Loaded>
    }
}

#[component]
fn Overview(series: Series, ever: bool) -> impl IntoView {
    let lang = lang();
    if !ever {
        return view! { <NoTests /> }.into_any();
    }
    if series.total_measurements == 0 {
        return view! { <p>{td_string!(lang, history.empty_range)}</p> }.into_any();
    }
    let metrics = [
        Metric { name: td_string!(lang, history.download), unit: "Mbit/s", of: |p| p.download },
        Metric { name: td_string!(lang, history.upload), unit: "Mbit/s", of: |p| p.upload },
        Metric { name: td_string!(lang, history.ping), unit: "ms", of: |p| p.ping },
    ];
    let charts = metrics.map(|metric| view! { <SeriesChart series=series.clone() metric=metric /> });
    view! { <div class="charts">{charts.into_iter().collect_view()}</div> }.into_any()
}

#[component]
fn SeriesChart(series: Series, metric: Metric) -> impl IntoView {
    let lang = lang();
    let alive = alive();
    let Metric { name, unit, of } = metric;
    let bands: Vec<Option<Band>> = series.points.iter().map(of).collect();
    let title = finding(lang, name, unit, &bands);
    let subtitle = td_string!(
        lang,
        history.subtitle,
        unit = unit,
        range = range_words(lang, series.range),
        tests = tests_in_words(lang, series.total_measurements)
    );
    let (from, to) = (series.start.timestamp(), series.end.timestamp());
    let half = f64::from(series.bucket_s) / 2.0;
    let points = series.points.iter().zip(&bands).map(|(point, band)| {
        let spread = band.map(|b| Spread { low: b.p10, middle: b.p50, high: b.p90 });
        (point.at.timestamp() as f64 + half, spread)
    });
    let lines = Lines { x: (from as f64, to as f64), points: points.collect(), ticks: vec![], at_least: 0.0 };
    let (end, range) = (series.end, series.range);
    let draw = move |size: Size| {
        let offset = if alive.get() { offset_s(end) } else { 0 };
        let n = if size == Size::WIDE { 8 } else { 4 };
        let ticks = match range {
            SeriesRange::Day => hours_ticks((from, to), offset, n),
            _ => days_ticks(lang, (from, to), offset, n),
        };
        Lines { ticks, ..lines.clone() }.svg(lang, size, Skin::Page)
    };
    let table = table(lang, &series, of);
    let n = series.points.len();
    let say = move |place: usize| {
        series.points.get(place).map_or_else(String::new, |point| sentence(lang, point, of(point), unit))
    };
    view! { <Chart title=title subtitle=subtitle n=n draw=draw say=say table=table /> }
}

/// What happened, in words: the last third of the range beside the first.
fn finding(lang: Locale, name: &str, unit: &str, bands: &[Option<Band>]) -> String {
    let middles: Vec<f64> = bands.iter().flatten().map(|b| b.p50).collect();
    let third = middles.len().div_ceil(3);
    let (Some(before), Some(after)) = (
        median(&middles[..third.min(middles.len())]),
        median(&middles[middles.len().saturating_sub(third)..]),
    ) else {
        return format!("{name}: {}", td_string!(lang, shell.no_data));
    };
    let value = format!("{}{THIN}{unit}", format::number(lang, after));
    // A third needs a point of its own before anything can be called steady or changed.
    if middles.len() < 3 {
        return format!("{name}: {value}");
    }
    let change = if before > 0.0 { (after / before - 1.0) * 100.0 } else { 0.0 };
    let size = format::percent(lang, change.abs().round());
    match change {
        c if c >= CHANGED_PCT => td_string!(lang, history.rose, what = name, change = size, value = value),
        c if c <= -CHANGED_PCT => td_string!(lang, history.fell, what = name, change = size, value = value),
        _ => td_string!(lang, history.steady, what = name, value = value),
    }
}

/// A change below this is called steady: twice the ±5 % that rules.md B1 calls stable for means of weeks, since
/// thirds of a range hold fewer tests.
const CHANGED_PCT: f64 = 10.0;

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

fn sentence(lang: Locale, point: &SeriesPoint, band: Option<Band>, unit: &str) -> String {
    let when = shown(lang, point.at, Show::Both);
    let Some(band) = band else { return td_string!(lang, history.point_none, when = when) };
    td_string!(
        lang,
        history.point,
        when = when,
        value = format::with_unit(lang, Some(band.p50), unit),
        low = format::number(lang, band.p10),
        high = format::number(lang, band.p90),
        tests = tests_in_words(lang, point.count)
    )
}

fn table(lang: Locale, series: &Series, of: fn(&SeriesPoint) -> Option<Band>) -> ChartTable {
    let stamp = |at: DateTime<Utc>| format!("{}, {}", format::date(lang, at), format::clock(at));
    let number = |value| format::number(lang, value);
    let rows = series.points.iter().filter_map(|point| {
        let band = of(point)?;
        let count = point.count.to_string();
        Some(vec![stamp(point.at), number(band.p50), number(band.p10), number(band.p90), count])
    });
    let head = [
        td_string!(lang, history.time_utc),
        td_string!(lang, history.median),
        td_string!(lang, history.p10),
        td_string!(lang, history.p90),
        td_string!(lang, history.tests),
    ];
    ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn bands(values: &[f64]) -> Vec<Option<Band>> {
        values.iter().map(|v| Some(Band { p10: *v, p50: *v, p90: *v })).collect()
    }

    #[rstest]
    #[case(&[100.0, 100.0, 100.0, 70.0, 70.0], "Download fell 30\u{202f}% to about 70\u{202f}Mbit/s")]
    #[case(&[100.0, 98.0, 97.0, 99.0], "Download is steady at about 99\u{202f}Mbit/s")]
    #[case(&[50.0, 50.0, 60.0], "Download rose 20\u{202f}% to about 60\u{202f}Mbit/s")]
    #[case(&[5674.0], "Download: 5674\u{202f}Mbit/s")]
    #[case(&[], "Download: no data")]
    fn the_title_says_the_finding(#[case] values: &[f64], #[case] title: &str) {
        assert_eq!(finding(Locale::en, "Download", "Mbit/s", &bands(values)), title);
    }
}
