//! A line's days and faults as tables.

use domain::uplinks::{UplinkDay, UplinkFault, UplinkPinPath};
use leptos::prelude::*;

use super::{
    path::Path,
    pins::{PinButton, Pinning},
    words::{reason_words, state_word},
};
use crate::{
    admin::is_operator,
    i18n::{lang, td_string},
    ui::{Moment, Show, format, reason},
};

/// Day by day, newest first; operators may pin them.
#[component]
pub fn Days(name: String, days: Vec<UplinkDay>, pinning: Pinning) -> impl IntoView {
    let (lang, operator) = (lang(), is_operator());
    let failed = move || pinning.value().get().and_then(Result::err).map(|error| reason(lang, &error));
    let share = move |value: Option<f64>| {
        let text = value.map_or_else(|| "–".to_owned(), |value| format::percent(lang, value));
        view! { <td class="number">{text}</td> }
    };
    let rows = days
        .into_iter()
        .map(|UplinkDay { date, percent, pinned, .. }| {
            let kept = pinned.then(|| view! { " · " <small>{td_string!(lang, uplinks.pinned)}</small> });
            let path = UplinkPinPath { name: name.clone(), date: date.to_string() };
            let button = operator.then(|| {
                view! {
                    <td class="no-print">
                        <PinButton path=path pinned=pinned pinning=pinning />
                    </td>
                }
            });
            view! {
                <tr>
                    <th scope="row"><time>{date.to_string()}</time> {kept}</th>
                    {share(percent.up)}
                    {share(percent.degraded)}
                    {share(percent.down)}
                    {share(percent.no_data)}
                    {button}
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
    let pin_head = operator.then(|| {
        view! {
            <th scope="col" class="no-print">
                <span class="visually-hidden">{td_string!(lang, uplinks.pin)}</span>
            </th>
        }
    });
    view! {
        <section class="stack">
            <h2>{td_string!(lang, uplinks.days)}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, uplinks.days)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{td_string!(lang, uplinks.day)}</th>
                            {head.into_iter().collect_view()}
                            {pin_head}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {operator.then(|| view! { <p aria-live="polite">{failed}</p> })}
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
