//! A line's days and faults as tables.

use domain::uplinks::{UplinkDay, UplinkFault};
use leptos::prelude::*;

use super::{
    path::Path,
    words::{reason_words, state_word},
};
use crate::{
    i18n::{lang, td_string},
    ui::{Moment, Show, format},
};

/// Day by day, newest first.
#[component]
pub fn Days(days: Vec<UplinkDay>) -> impl IntoView {
    let lang = lang();
    let share = move |value: Option<f64>| {
        let text = value.map_or_else(|| "–".to_owned(), |value| format::percent(lang, value));
        view! { <td class="number">{text}</td> }
    };
    let rows = days
        .into_iter()
        .map(|UplinkDay { date, percent, pinned, .. }| {
            let kept = pinned.then(|| view! { " · " <small>{td_string!(lang, uplinks.pinned)}</small> });
            view! {
                <tr>
                    <th scope="row"><time>{date.to_string()}</time> {kept}</th>
                    {share(percent.up)}
                    {share(percent.degraded)}
                    {share(percent.down)}
                    {share(percent.no_data)}
                </tr>
            }
        })
        .collect_view();
    let head = [
        td_string!(lang, uplinks.up),
        td_string!(lang, uplinks.degraded),
        td_string!(lang, uplinks.down),
        td_string!(lang, uplinks.no_data),
    ]
    .map(|words| view! { <th scope="col" class="number">{words}</th> });
    view! {
        <section class="stack">
            <h2>{td_string!(lang, uplinks.days)}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, uplinks.days)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{td_string!(lang, uplinks.day)}</th>
                            {head.into_iter().collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

/// What went wrong, newest first.
#[component]
pub fn Faults(faults: Vec<UplinkFault>) -> impl IntoView {
    let lang = lang();
    let none = faults.is_empty().then(|| view! { <p>{td_string!(lang, uplinks.no_faults)}</p> });
    let items = faults
        .into_iter()
        .map(|fault| {
            let lasted = match fault.to {
                Some(to) => format::duration(lang, (to - fault.from).num_seconds()),
                None => td_string!(lang, uplinks.lasts).to_owned(),
            };
            view! {
                <li>
                    <Moment at=fault.from show=Show::Both />
                    " · "
                    {lasted}
                    " · "
                    <strong>{state_word(lang, fault.state)}</strong>
                    " · "
                    {reason_words(lang, fault.reason)}
                    {fault.trace.map(|trace| view! { <Path trace=trace /> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{td_string!(lang, uplinks.faults)}</h2>
            {none}
            <ul class="evidence">{items}</ul>
        </section>
    }
}
