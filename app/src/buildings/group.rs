//! One provider, or the whole building: its state in words and shape, the last 60 minutes.

use domain::buildings::BuildingGroup;
use leptos::prelude::*;

use super::words::{cell, group_state, sentence};
use crate::{
    i18n::{lang, td_string},
    ui::{Cell, Moment, Show, Strip, local},
};

#[component]
pub fn Group(group: BuildingGroup, k: u64) -> impl IntoView {
    let lang = lang();
    let name =
        if group.slug.is_empty() { td_string!(lang, buildings.whole).to_owned() } else { group.isp.clone() };
    let (word, class) = group_state(lang, group.state);
    let since = group.since.map(|at| {
        view! {
            " · "
            {td_string!(lang, buildings.since)}
            " "
            <Moment at=at show=Show::Both />
        }
    });
    let cells: Vec<Cell> = group
        .sparkline
        .iter()
        .map(|minute| {
            let state = cell(minute.state);
            Cell { state, words: format!("{} · {}", local(lang, minute.minute), state.word(lang)) }
        })
        .collect();
    let label = format!("{name}: {}", td_string!(lang, buildings.hour));
    let strip = (!cells.is_empty()).then(|| view! { <Strip cells=cells label=label /> });
    view! {
        <section class="stack">
            <h2>{name}</h2>
            <p>
                <strong class=class>{word}</strong>
                {since}
            </p>
            <p class="quiet">{sentence(lang, &group, k)}</p>
            {strip}
        </section>
    }
}
