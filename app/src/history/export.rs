//! The device's tests to take along.

use leptos::prelude::*;

use crate::i18n::{lang, td_string};

/// The windows on offer in days; the last is the API's longest.
const DAYS: [u32; 3] = [30, 365, 3650];

/// Links that the router leaves to the browser (`rel="external"`).
#[component]
pub fn ExportTab() -> impl IntoView {
    let lang = lang();
    let rows = DAYS
        .into_iter()
        .map(|days| {
            let words = match days {
                3650 => td_string!(lang, history.all).to_owned(),
                days => td_string!(lang, history.last_days, n = days),
            };
            let link = |format: &'static str, words: &'static str| {
                view! {
                    <a class="button" rel="external" download href=format!("/api/export/{format}?days={days}")>
                        {words}
                    </a>
                }
            };
            view! {
                <h2>{words}</h2>
                <p class="actions">
                    {link("csv", td_string!(lang, history.csv))} {link("json", td_string!(lang, history.json))}
                </p>
            }
        })
        .collect_view();
    view! {
        <p>{td_string!(lang, history.export_text)}</p>
        <section class="stack">{rows}</section>
    }
}
