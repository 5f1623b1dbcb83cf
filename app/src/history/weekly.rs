//! The week in figures and words, fit for print.

use domain::history::{GET_WEEKLY_REPORT, weekly::WeeklyReport};
use leptos::prelude::*;

use super::history_page::NoTests;
use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Figure, Loaded, format},
};

#[component]
pub fn WeeklyTab() -> impl IntoView {
    let found = Resource::new(|| (), |()| api::call(GET_WEEKLY_REPORT, ()));
    view! {
        <Loaded resource=found let:found>
            {if found.stats.tests_run == 0 {
                view! { <NoTests /> }.into_any()
            } else {
                view! { <Report found=found /> }.into_any()
            }}
        </Loaded>
    }
}

/// A change against the week before, as a note.
fn against(lang: Locale, change: Option<f64>) -> String {
    change.map_or_else(String::new, |change| {
        format!("{} {}", format::change(lang, change), td_string!(lang, history.vs_last))
    })
}

fn hour(lang: Locale, hour: Option<u8>) -> String {
    hour.map_or_else(|| td_string!(lang, history.not_enough).to_owned(), |hour| format!("{hour:02}:00"))
}

#[component]
fn Report(found: WeeklyReport) -> impl IntoView {
    let lang = lang();
    let stats = &found.stats;
    let change = &found.week_over_week;
    view! {
        <h2>{found.period.clone()}</h2>
        <dl class="figures">
            <Figure
                label=td_string!(lang, history.download)
                value=stats.avg_download
                unit="Mbit/s"
                note=against(lang, change.download_delta_pct)
            />
            <Figure
                label=td_string!(lang, history.upload)
                value=stats.avg_upload
                unit="Mbit/s"
                note=against(lang, change.upload_delta_pct)
            />
            <Figure label=td_string!(lang, history.ping) value=stats.avg_ping unit="ms" />
            <Figure label=td_string!(lang, history.good) value=stats.uptime_pct unit="%" />
            <Figure label=td_string!(lang, history.tests) value=Some(stats.tests_run as f64) unit="" />
            <Figure label=td_string!(lang, history.outages) value=Some(stats.outage_count as f64) unit="" />
        </dl>
        <p>
            {td_string!(lang, history.best_hour)} ": " {hour(lang, found.best_hour)} " · "
            {td_string!(lang, history.worst_hour)} ": " {hour(lang, found.worst_hour)}
        </p>
        <section class="stack" lang="en">
            {paragraphs(&found.narrative)}
        </section>
    }
}

/// The narrative's blocks: headings, lists and paragraphs; other marks are left out. The server writes it in English.
fn paragraphs(markdown: &str) -> impl IntoView + use<> {
    markdown
        .split("\n\n")
        .filter(|block| !block.trim().is_empty())
        .map(|block| {
            let plain = |line: &str| line.trim_start_matches(['#', '-', '*', ' ']).replace("**", "");
            let lines: Vec<&str> = block.lines().filter(|line| !line.trim().is_empty()).collect();
            match lines.as_slice() {
                [heading] if heading.starts_with('#') => view! { <h3>{plain(heading)}</h3> }.into_any(),
                lines if lines.iter().all(|line| line.starts_with(['-', '*'])) => {
                    let items = lines.iter().map(|line| view! { <li>{plain(line)}</li> }).collect_view();
                    view! { <ul>{items}</ul> }.into_any()
                }
                lines => {
                    let text = lines.iter().map(|line| plain(line)).collect::<Vec<_>>().join(" ");
                    view! { <p>{text}</p> }.into_any()
                }
            }
        })
        .collect_view()
}
