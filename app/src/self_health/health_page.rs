//! The operator's page of how this server itself is.

use domain::self_health::{Check, GET_SELF_HEALTH, Group, Limit, SelfHealth};
use leptos::prelude::*;

use super::check::{CheckView, state};
use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Loaded, Moment, Page, Show},
};

#[component]
pub fn SelfHealthPage() -> impl IntoView {
    let lang = lang();
    let health = Resource::new(|| (), |()| api::call(GET_SELF_HEALTH, ()));
    view! {
        <Page title=td_string!(lang, health.title)>
            <header class="stack">
                <h1>{td_string!(lang, health.title)}</h1>
                <p class="quiet">{td_string!(lang, health.lead)}</p>
            </header>
            <Loaded resource=health let:found>
                <Head health=found.clone() />
                {Group::ALL
                    .map(|group| {
                        let of = |check: &Check| check.group == group;
                        let checks: Vec<Check> = found.checks.iter().filter(|check| of(check)).cloned().collect();
                        (!checks.is_empty()).then(|| view! { <Checks group=group checks=checks /> })
                    })
                    .into_iter()
                    .collect_view()}
                <Limits limits=found.limits />
            </Loaded>
            <p class="actions">
                <button type="button" on:click=move |_| health.refetch()>
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
        </Page>
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
