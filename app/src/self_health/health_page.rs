//! The operator's page of how this server itself is.

use domain::self_health::{Check, GET_SELF_HEALTH, Group, Limit, SelfHealth};
use leptos::prelude::*;

use super::check::{CheckView, state};
use crate::{
    admin::{Door, ask},
    i18n::{Locale, lang, td_string},
    ui::{Moment, Show},
};

#[component]
pub fn SelfHealthPage() -> impl IntoView {
    let health = Resource::new(|| (), |()| ask(GET_SELF_HEALTH, ()));
    let again = Callback::new(move |()| health.refetch());
    view! {
        <Door path="/admin/health" resource=health let:health>
            <Found health=health again=again />
        </Door>
    }
}

#[component]
fn Found(health: SelfHealth, again: Callback<()>) -> impl IntoView {
    let lang = lang();
    let group = |group: Group| {
        let checks: Vec<Check> = health.checks.iter().filter(|check| check.group == group).cloned().collect();
        (!checks.is_empty()).then(|| view! { <Checks group=group checks=checks /> })
    };
    view! {
        <Head health=health.clone() />
        {Group::ALL.map(group).into_iter().collect_view()}
        <Limits limits=health.limits />
        <p class="actions">
            <button type="button" on:click=move |_| again.run(())>
                {td_string!(lang, health.again)}
            </button>
            <a class="button" href="/api/admin/health" rel="external">
                {td_string!(lang, health.raw)}
            </a>
            <a class="button" href="/api/admin/evidence" download rel="external">
                {td_string!(lang, health.evidence)}
            </a>
        </p>
        <p class="quiet">{td_string!(lang, health.evidence_where)}</p>
    }
}

/// The worst of all, and which program this is.
#[component]
fn Head(health: SelfHealth) -> impl IntoView {
    let lang = lang();
    let (class, word) = state(lang, health.status);
    let commit = health.commit.map(|commit| format!(" ({commit})")).unwrap_or_default();
    view! {
        <section class="stack">
            <p class="quiet">{td_string!(lang, health.lead)}</p>
            <p>
                <strong class=format!("state {class}")>{word}</strong>
                " · "
                {td_string!(lang, health.checked)}
                " "
                <Moment at=health.checked_at show=Show::Both />
            </p>
            <p class="quiet">
                {format!("Steadyline {}{commit} · ", health.version)}
                {td_string!(lang, health.zone, zone = health.time_zone)}
            </p>
        </section>
    }
}

fn group_words(lang: Locale, group: Group) -> &'static str {
    match group {
        Group::Machine => td_string!(lang, health.machine),
        Group::Data => td_string!(lang, health.data),
        Group::Lines => td_string!(lang, health.lines),
        Group::Clock => td_string!(lang, health.clock),
        Group::Work => td_string!(lang, health.work),
    }
}

#[component]
fn Checks(group: Group, checks: Vec<Check>) -> impl IntoView {
    let lang = lang();
    view! {
        <section class="stack">
            <h2>{group_words(lang, group)}</h2>
            <ul class="checks">
                {checks.into_iter().map(|check| view! { <CheckView check=check /> }).collect_view()}
            </ul>
        </section>
    }
}

/// How long things are kept; the meaning stands as the configuration has it.
#[component]
fn Limits(limits: Vec<Limit>) -> impl IntoView {
    let lang = lang();
    let rows = limits
        .into_iter()
        .map(|Limit { key, value, meaning }| {
            let value = if value.is_empty() { td_string!(lang, health.no_limit).to_owned() } else { value };
            view! {
                <li class="stack">
                    <p>
                        <code>{key}</code>
                        " · "
                        {value}
                    </p>
                    <p class="quiet" lang="en">
                        {meaning}
                    </p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{td_string!(lang, health.limits)}</h2>
            <ul class="checks">{rows}</ul>
        </section>
    }
}
