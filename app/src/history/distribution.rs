//! How often which download speed.

use domain::history::{DistributionQuery, GET_DISTRIBUTION, distribution::Distribution};
use leptos::prelude::*;

use super::{history_page::NoTests, tests_in_words};
use crate::{
    api,
    charts::{Bar, Bars, Size, Skin, Tick},
    i18n::{Locale, lang, td_string},
    ui::{Chart, ChartTable, Figure, Height, Loaded, format},
};

#[component]
pub fn DistributionTab() -> impl IntoView {
    let found = Resource::new(|| (), |()| api::call(GET_DISTRIBUTION, DistributionQuery::default()));
    view! {
        <Loaded resource=found height=Height::Chart let:found>
            {if found.total_measurements == 0 {
                view! { <NoTests /> }.into_any()
            } else {
                view! { <Histogram found=found /> }.into_any()
            }}
        </Loaded>
    }
}

#[component]
fn Histogram(found: Distribution) -> impl IntoView {
    let lang = lang();
    let unit = |value| format::with_unit(lang, value, "Mbit/s");
    let title = td_string!(lang, history.dist_title, value = unit(found.median_speed_mbps));
    let subtitle = td_string!(lang, history.dist_sub, tests = tests_in_words(lang, found.total_measurements));
    let bars = found.histogram.iter().map(|bin| Bar {
        from: bin.range_start_mbps,
        to: bin.range_end_mbps,
        value: bin.count as f64,
    });
    let bars = Bars { bars: bars.collect(), mark: found.median_speed_mbps, ticks: vec![] };
    let draw = move |size: Size| {
        let ticks = ticks(lang, bars.x(), if size == Size::WIDE { 6 } else { 3 });
        Bars { ticks, ..bars.clone() }.svg(lang, size, Skin::Page)
    };
    let bins = found.histogram.clone();
    let n = bins.len();
    let say = move |place: usize| {
        bins.get(place).map_or_else(String::new, |bin| {
            td_string!(
                lang,
                history.dist_point,
                low = format::number(lang, bin.range_start_mbps),
                high = format::with_unit(lang, Some(bin.range_end_mbps), "Mbit/s"),
                tests = tests_in_words(lang, bin.count),
                share = format::percent(lang, bin.percentage)
            )
        })
    };
    view! {
        <Chart title=title subtitle=subtitle n=n draw=draw say=say table=table(lang, &found) />
        <dl class="figures">
            <Figure label=td_string!(lang, history.median) value=found.median_speed_mbps unit="Mbit/s" />
            <Figure label=td_string!(lang, history.mean) value=found.avg_speed_mbps unit="Mbit/s" />
            <Figure label=td_string!(lang, history.slowest) value=found.min_speed_mbps unit="Mbit/s" />
            <Figure label=td_string!(lang, history.fastest) value=found.max_speed_mbps unit="Mbit/s" />
        </dl>
    }
}

/// Even ticks from one end to the other, as the bins are even.
fn ticks(lang: Locale, (from, to): (f64, f64), n: i32) -> Vec<Tick> {
    (0..=n)
        .map(|i| from + (to - from) * f64::from(i) / f64::from(n))
        .map(|at| Tick { at, words: format::number(lang, at) })
        .collect()
}

fn table(lang: Locale, found: &Distribution) -> ChartTable {
    let head = [
        td_string!(lang, history.from),
        td_string!(lang, history.to),
        td_string!(lang, history.tests),
        td_string!(lang, history.share),
    ];
    let rows = found.histogram.iter().map(|bin| {
        let ends = [bin.range_start_mbps, bin.range_end_mbps]
            .map(|end| format::with_unit(lang, Some(end), "Mbit/s"));
        let [from, to] = ends;
        vec![from, to, bin.count.to_string(), format::percent(lang, bin.percentage)]
    });
    ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
}
