//! What most tests reach: nine percentiles of the three figures.

use domain::history::{
    GET_PERCENTILES,
    distribution::{PercentileSet, Percentiles},
};
use leptos::prelude::*;

use super::history_page::NoTests;
use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Height, Loaded, format},
};

#[component]
pub fn PercentilesTab() -> impl IntoView {
    let found = Resource::new(|| (), |()| api::call(GET_PERCENTILES, ()));
    view! {
        <Loaded resource=found height=Height::Chart let:found>
            {if found.total_measurements == 0 {
                view! { <NoTests /> }.into_any()
            } else {
                view! { <Table found=found /> }.into_any()
            }}
        </Loaded>
    }
}

/// Where a percentile stands in a set.
type Of = fn(&PercentileSet) -> Option<f64>;

/// The rows: which percentile, and where it stands.
const ROWS: [(u8, Of); 9] = [
    (1, |s| s.p1),
    (5, |s| s.p5),
    (10, |s| s.p10),
    (25, |s| s.p25),
    (50, |s| s.p50),
    (75, |s| s.p75),
    (90, |s| s.p90),
    (95, |s| s.p95),
    (99, |s| s.p99),
];

/// The three sentences that matter, where there is data for them.
fn sentences(lang: Locale, found: &Percentiles) -> Vec<String> {
    let unit = |value: f64, unit| format::with_unit(lang, Some(value), unit);
    let down =
        found.download_speed_mbps.p10.map(|v| td_string!(lang, history.pct_down, value = unit(v, "Mbit/s")));
    let up = found.upload_speed_mbps.p10.map(|v| td_string!(lang, history.pct_up, value = unit(v, "Mbit/s")));
    let ping = found.ping_ms.p90.map(|v| td_string!(lang, history.pct_ping, value = unit(v, "ms")));
    [down, up, ping].into_iter().flatten().collect()
}

#[component]
fn Table(found: Percentiles) -> impl IntoView {
    let lang = lang();
    let sentences = sentences(lang, &found).into_iter().map(|s| view! { <p>{s}</p> }).collect_view();
    let cell = move |value: Option<f64>| {
        let text = value.map_or_else(|| "–".to_owned(), |value| format::number(lang, value));
        view! { <td class="number">{text}</td> }
    };
    let rows = ROWS
        .iter()
        .map(|(percentile, of)| {
            view! {
                <tr>
                    <th scope="row">{format!("{percentile}{}", format::THIN)} "%"</th>
                    {cell(of(&found.download_speed_mbps))}
                    {cell(of(&found.upload_speed_mbps))}
                    {cell(of(&found.ping_ms))}
                </tr>
            }
        })
        .collect_view();
    let caption = td_string!(lang, history.pct_caption, n = format::count(found.total_measurements));
    view! {
        <div class="lead stack">{sentences}</div>
        <table class="narrow">
            <caption>{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{td_string!(lang, history.percentile)}</th>
                    <th scope="col" class="number">
                        {td_string!(lang, history.download)}
                        <br />
                        "Mbit/s"
                    </th>
                    <th scope="col" class="number">
                        {td_string!(lang, history.upload)}
                        <br />
                        "Mbit/s"
                    </th>
                    <th scope="col" class="number">
                        {td_string!(lang, history.ping)}
                        <br />
                        "ms"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
