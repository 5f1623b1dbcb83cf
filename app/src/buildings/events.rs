//! Outages and their ends.

use domain::buildings::{BuildingEvent, BuildingEventKind};
use leptos::prelude::*;

use crate::{
    i18n::{Locale, lang, td_string},
    ui::{Moment, Show, format},
};

#[component]
pub fn Events(events: Vec<BuildingEvent>) -> impl IntoView {
    let lang = lang();
    let none = events.is_empty().then(|| view! { <p>{td_string!(lang, buildings.no_events)}</p> });
    let items = events
        .into_iter()
        .map(|event| {
            let what = words(lang, &event);
            view! {
                <li>
                    <Moment at=event.at show=Show::Both />
                    " · "
                    {what}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{td_string!(lang, buildings.events)}</h2>
            {none}
            <ul class="evidence">{items}</ul>
        </section>
    }
}

fn words(lang: Locale, event: &BuildingEvent) -> String {
    let kind = match event.kind {
        BuildingEventKind::Outage => td_string!(lang, buildings.event_outage),
        BuildingEventKind::Recovery => td_string!(lang, buildings.event_recovery),
    };
    let who = event.isp.clone().unwrap_or_else(|| td_string!(lang, buildings.whole).to_owned());
    let figures = event.x.zip(event.n).map(|(x, n)| td_string!(lang, buildings.event_figures, x = x, n = n));
    let lasted = event
        .lasted_s
        .map(|seconds| td_string!(lang, buildings.event_lasted, time = format::duration(lang, seconds)));
    [Some(format!("{kind}: {who}")), figures, lasted].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
