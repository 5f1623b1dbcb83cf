//! What is looked at beside the lines and is no part of their state: BGP sessions, the canary. Nothing where nothing is
//! configured.

use domain::{
    bgp::{BgpDaemon, BgpSession, BgpState, LIST_BGP_DAEMONS},
    canary::{CanaryResult, CanaryVerdict, GET_CANARY_RESULT},
};
use leptos::prelude::*;

use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Loaded, Moment, Show},
};

#[component]
pub fn Beside() -> impl IntoView {
    let daemons = Resource::new(|| (), |()| api::call(LIST_BGP_DAEMONS, ()));
    let canary = Resource::new(|| (), |()| api::call(GET_CANARY_RESULT, ()));
    view! {
        <Loaded resource=daemons let:daemons>
            {(!daemons.is_empty()).then(|| view! { <Sessions daemons=daemons /> })}
        </Loaded>
        <Loaded resource=canary let:found>
            {found.map(|found| view! { <Canary found=found /> })}
        </Loaded>
    }
}

#[component]
fn Sessions(daemons: Vec<BgpDaemon>) -> impl IntoView {
    let lang = lang();
    let daemons = daemons
        .into_iter()
        .map(|daemon| {
            let note = match (&daemon.problem, daemon.asked_at) {
                (Some(problem), _) => Some(problem.clone()),
                (None, None) => Some(td_string!(lang, uplinks.bgp_unasked).to_owned()),
                (None, Some(_)) if daemon.sessions.is_empty() => {
                    Some(td_string!(lang, uplinks.bgp_none).to_owned())
                }
                _ => None,
            };
            let rows = daemon.sessions.into_iter().map(|session| row(lang, session)).collect_view();
            view! {
                <h3>{daemon.kind.name()}</h3>
                {note.map(|note| view! { <p>{note}</p> })}
                <ul>{rows}</ul>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{td_string!(lang, uplinks.bgp)}</h2>
            <p class="quiet">{td_string!(lang, uplinks.bgp_lead)}</p>
            {daemons}
        </section>
    }
}

fn row(lang: Locale, session: BgpSession) -> impl IntoView {
    let (class, word) = match session.state {
        BgpState::Established => ("state up", td_string!(lang, uplinks.bgp_established)),
        BgpState::Connecting => ("state degraded", td_string!(lang, uplinks.bgp_connecting)),
        BgpState::Idle => ("state degraded", td_string!(lang, uplinks.bgp_idle)),
        BgpState::Disabled => ("state no_data", td_string!(lang, uplinks.bgp_disabled)),
    };
    let count = |count: Option<u64>, what: &str| count.map(|count| format!("{count} {what}"));
    let facts = [
        session.remote_as.map(|number| format!("AS{number}")),
        session.neighbor,
        count(session.received, td_string!(lang, uplinks.bgp_received)),
        count(session.sent, td_string!(lang, uplinks.bgp_sent)),
        session.last_error,
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let since = session.since.map(|at| {
        view! {
            " "
            {td_string!(lang, uplinks.since)}
            " "
            <Moment at=at show=Show::Both />
        }
    });
    view! {
        <li>
            {session.name}
            ": "
            <strong class=class>{word}</strong>
            {since}
            <br />
            <span class="quiet">{facts}</span>
        </li>
    }
}

#[component]
fn Canary(found: CanaryResult) -> impl IntoView {
    let lang = lang();
    let (class, words) = match found.verdict {
        CanaryVerdict::Intact => ("state up", td_string!(lang, uplinks.canary_intact)),
        CanaryVerdict::Intercepted => ("state down", td_string!(lang, uplinks.canary_intercepted)),
        CanaryVerdict::Cached => ("state down", td_string!(lang, uplinks.canary_cached)),
        CanaryVerdict::Rewritten => ("state down", td_string!(lang, uplinks.canary_rewritten)),
        CanaryVerdict::Unreachable => ("state no_data", td_string!(lang, uplinks.canary_unreachable)),
    };
    view! {
        <section class="stack">
            <h2>{td_string!(lang, uplinks.canary)}</h2>
            <p class="quiet">{td_string!(lang, uplinks.canary_lead)}</p>
            <p>
                {found.host}
                ": "
                <strong class=class>{words}</strong>
                " "
                {td_string!(lang, uplinks.since)}
                " "
                <Moment at=found.since show=Show::Both />
            </p>
            <p class="quiet">{found.because}</p>
        </section>
    }
}
