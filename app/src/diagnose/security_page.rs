//! The page of what others can see: the resolver, addresses by WebRTC, open ports, and a VPN's difference.

use domain::{
    ApiError,
    diagnostics::{DnsLeak, ResolverKind, SCAN_PORTS},
};
use leptos::prelude::*;

use super::{
    facts::Ports,
    look::{Candidate, Look, ask_resolvers, candidates, look},
    words,
};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Page, format, reason},
};

#[component]
pub fn SecurityPage() -> impl IntoView {
    let lang = lang();
    view! {
        <Page title=td_string!(lang, security.title).to_owned() class="test">
            <h1>{td_string!(lang, security.title)}</h1>
            <p class="lead">{td_string!(lang, security.lead)}</p>
            <Resolver />
            <WebRtc />
            <OwnPorts />
            <Vpn />
        </Page>
    }
}

/// A button that is busy while its work goes on, and what came of it, read out.
#[component]
fn Try<T: Clone + Send + Sync + 'static, V: IntoView + 'static>(
    work: Action<(), Result<T, ApiError>>,
    words: &'static str,
    #[prop(into, default = Signal::stored(true))] allowed: Signal<bool>,
    children: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let lang = lang();
    let answer = move || {
        if work.pending().get() {
            return Some(view! { <p>{td_string!(lang, security.looking)}</p> }.into_any());
        }
        work.value().get().map(|answer| match answer {
            Ok(found) => children(found).into_any(),
            // The server's sentence says what is missing and who can mend it.
            Err(error) if error.code == domain::ErrorCode::Unavailable => {
                view! { <p class="notice">{error.detail}</p> }.into_any()
            }
            Err(error) => view! { <p class="notice">{reason(lang, &error)}</p> }.into_any(),
        })
    };
    view! {
        <p class="actions">
            <button
                type="button"
                disabled=move || work.pending().get() || !allowed.get()
                on:click=move |_| {
                    work.dispatch(());
                }
            >
                {words}
            </button>
        </p>
        <div aria-live="polite" class="stack">{answer}</div>
    }
}

#[component]
fn Resolver() -> impl IntoView {
    let lang = lang();
    let ask = Action::new_local(|(): &()| ask_resolvers());
    view! {
        <section class="stack">
            <h2>{td_string!(lang, security.dns)}</h2>
            <p class="quiet">{td_string!(lang, security.dns_text)}</p>
            <Try work=ask words=td_string!(lang, security.dns_start) let:found>
                <Leak found=found />
            </Try>
        </section>
    }
}

#[component]
fn Leak(found: DnsLeak) -> impl IntoView {
    let lang = lang();
    let means = match found.dns_leaked {
        _ if found.resolvers.is_empty() => td_string!(lang, security.dns_nobody),
        Some(true) => td_string!(lang, security.dns_leaked),
        Some(false) => td_string!(lang, security.dns_fine),
        None => td_string!(lang, security.dns_unknown),
    };
    let kind = move |kind| match kind {
        ResolverKind::Own => td_string!(lang, security.own),
        ResolverKind::WellKnown => td_string!(lang, security.well_known),
        ResolverKind::Foreign => td_string!(lang, security.foreign),
        ResolverKind::Unknown => td_string!(lang, security.unknown),
    };
    let items = found
        .resolvers
        .into_iter()
        .map(|one| view! { <li>{one.ip} " " {one.isp} " · " {kind(one.kind)}</li> })
        .collect_view();
    view! {
        <p class="lead">{means}</p>
        <ul class="evidence">{items}</ul>
        <p class="quiet">{td_string!(lang, security.dns_from)}</p>
    }
}

#[component]
fn WebRtc() -> impl IntoView {
    let lang = lang();
    let ask = Action::new_local(|(): &()| candidates());
    view! {
        <section class="stack">
            <h2>{td_string!(lang, security.rtc)}</h2>
            <p class="quiet">{td_string!(lang, security.rtc_text)}</p>
            <Try work=ask words=td_string!(lang, security.rtc_start) let:found>
                <Shown found=found />
            </Try>
        </section>
    }
}

#[component]
fn Shown(found: Vec<Candidate>) -> impl IntoView {
    let lang = lang();
    let open: Vec<_> = found.iter().filter(|one| !one.is_hidden()).map(|one| one.address.clone()).collect();
    let means = match (found.is_empty(), open.is_empty()) {
        (true, _) => td_string!(lang, security.rtc_none),
        (false, true) => td_string!(lang, security.rtc_hidden),
        (false, false) => td_string!(lang, security.rtc_open),
    };
    view! {
        <p class="lead">{means}</p>
        <ul class="evidence">{open.into_iter().map(|one| view! { <li>{one}</li> }).collect_view()}</ul>
        <p class="quiet">{td_string!(lang, security.rtc_from)}</p>
    }
}

#[component]
fn OwnPorts() -> impl IntoView {
    let lang = lang();
    let consent = RwSignal::new(false);
    let ask = Action::new_local(|(): &()| api::call(SCAN_PORTS, ()));
    view! {
        <section class="stack">
            <h2>{td_string!(lang, diagnose.ports)}</h2>
            <p class="quiet">{td_string!(lang, security.ports_text)}</p>
            <label class="choice">
                <input type="checkbox" prop:checked=consent on:change:target=move |e| consent.set(e.target().checked()) />
                {td_string!(lang, diagnose.consent)}
            </label>
            <Try work=ask words=td_string!(lang, security.ports_start) allowed=consent let:found>
                {
                    let (means, next) = words::ports(lang, &found);
                    view! {
                        <p class="lead">{means}</p>
                        <p>{next}</p>
                        <Ports found=found />
                    }
                }
            </Try>
        </section>
    }
}

/// Two looks of this browser beside each other; they stay in this page.
#[component]
fn Vpn() -> impl IntoView {
    let lang = lang();
    let (without, with) = (Action::new_local(|(): &()| look()), Action::new_local(|(): &()| look()));
    let both = move || match (without.value().get(), with.value().get()) {
        (Some(Ok(without)), Some(Ok(with))) => Some(view! { <Compared without=without with=with /> }),
        _ => None,
    };
    let seen = move |look: Look| view! { <p>{look.address} " " {look.isp}</p> };
    view! {
        <section class="stack">
            <h2>{td_string!(lang, security.vpn)}</h2>
            <p class="quiet">{td_string!(lang, security.vpn_text)}</p>
            <Try work=without words=td_string!(lang, security.vpn_without) children=seen />
            <Try work=with words=td_string!(lang, security.vpn_with) children=seen />
            {both}
        </section>
    }
}

#[component]
fn Compared(without: Look, with: Look) -> impl IntoView {
    let lang = lang();
    let means = if without.address == with.address {
        td_string!(lang, security.vpn_same).to_owned()
    } else {
        match without.slower_with(&with) {
            Some(share) if share >= 1.0 => {
                td_string!(lang, security.vpn_slower, share = format::said(lang, share))
            }
            Some(_) => td_string!(lang, security.vpn_no_slower).to_owned(),
            None => td_string!(lang, security.vpn_no_rate).to_owned(),
        }
    };
    let row = |name: &'static str, before: String, after: String| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="number">{before}</td>
                <td class="number">{after}</td>
            </tr>
        }
    };
    let number = |value, unit| format::with_unit(lang, value, unit);
    view! {
        <p class="lead">{means}</p>
        <table>
            <thead>
                <tr>
                    <td></td>
                    <th scope="col" class="number">{td_string!(lang, security.without)}</th>
                    <th scope="col" class="number">{td_string!(lang, security.with)}</th>
                </tr>
            </thead>
            <tbody>
                {row(td_string!(lang, security.address), without.address, with.address)}
                {row(td_string!(lang, diagnose.delay), number(without.rtt_ms, "ms"), number(with.rtt_ms, "ms"))}
                {row(
                    td_string!(lang, security.rate),
                    number(without.mbps, "Mbit/s"),
                    number(with.mbps, "Mbit/s"),
                )}
            </tbody>
        </table>
        <p class="quiet">{td_string!(lang, security.vpn_from)}</p>
    }
}
