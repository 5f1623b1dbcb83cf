//! The head of a printed report: which line, which time, which shares. It is seen on paper alone.

use domain::uplinks::{UplinkHistory, UplinkTotals};
use leptos::prelude::*;

use crate::{
    i18n::{lang, td_string},
    ui::format,
};

#[component]
pub fn Report(past: UplinkHistory) -> impl IntoView {
    let lang = lang();
    let UplinkTotals { up, degraded, down, .. } = past.totals;
    let share = |value: Option<f64>| {
        value.map_or_else(|| td_string!(lang, shell.no_data).to_owned(), |value| format::percent(lang, value))
    };
    // A report is read in other places, too: its times are in UTC.
    let time = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
    let facts = [
        (td_string!(lang, uplinks.report_period), format!("{} – {}", time(past.start), time(past.end))),
        (td_string!(lang, uplinks.report_watched), time(past.watched_since)),
        (td_string!(lang, uplinks.report_known), (up + degraded + down).to_string()),
        (td_string!(lang, uplinks.report_share), share(past.percent.up)),
        (td_string!(lang, uplinks.report_degraded), share(past.percent.degraded)),
        (td_string!(lang, uplinks.report_down), share(past.percent.down)),
        (td_string!(lang, uplinks.report_no_data), share(past.percent.no_data)),
        (td_string!(lang, uplinks.report_faults), past.faults.len().to_string()),
    ];
    let rows = facts
        .into_iter()
        .map(|(what, value)| {
            view! {
                <tr>
                    <th scope="row">{what}</th>
                    <td>{value}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="on-paper stack">
            <p class="title">{td_string!(lang, uplinks.report, name = past.name)}</p>
            <table>
                <tbody>{rows}</tbody>
            </table>
            <p class="quiet">{td_string!(lang, uplinks.report_how)}</p>
        </section>
    }
}

/// Opens the browser's dialog for printing.
pub fn print() {
    // A browser that cannot print says so itself.
    #[cfg(feature = "hydrate")]
    let _ = leptos::prelude::window().print();
}
