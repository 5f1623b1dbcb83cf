//! The visitor's own line: joining with consent, what is known of it, leaving.

use domain::buildings::{
    BuildingPath, BuildingVisitor, JOIN_BUILDING, JoinBuilding, JoinInput, LEAVE_BUILDING, OwnLine,
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::words::{failure, line_state, refusal};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Moment, Show, reason},
};

/// The section about the visitor; `changed` after joining and leaving.
#[component]
pub fn Yours(visitor: BuildingVisitor, changed: Callback<()>) -> impl IntoView {
    let lang = lang();
    let slug = visitor.building.slug.clone();
    let refused = visitor.reason.filter(|_| !visitor.registered);
    let body = match (visitor.own.clone(), refused) {
        (Some(own), _) => view! { <Own own=own slug=slug changed=changed /> }.into_any(),
        (None, Some(why)) => view! { <p class="notice">{refusal(lang, why)}</p> }.into_any(),
        (None, None) => view! { <Join visitor=visitor changed=changed /> }.into_any(),
    };
    view! {
        <section class="stack">
            <h2>{td_string!(lang, buildings.yours)}</h2>
            {body}
        </section>
    }
}

#[component]
fn Own(own: OwnLine, slug: String, changed: Callback<()>) -> impl IntoView {
    let lang = lang();
    // An action that is local owns nothing: on the server it may be dropped by another thread.
    let slug = StoredValue::new(slug);
    let leave = Action::new_local(move |(): &()| {
        let left = api::call(LEAVE_BUILDING, BuildingPath { slug: slug.get_value() });
        async move { left.await.inspect(|_| changed.run(())) }
    });
    let on_leave = move |_| {
        if confirmed(td_string!(lang, buildings.leave_ask)) {
            leave.dispatch(());
        }
    };
    let failed = move || leave.value().get().and_then(Result::err).map(|error| reason(lang, &error));
    let (word, class) = line_state(lang, own.state);
    let seen = own.last_seen.map(|at| {
        view! {
            {td_string!(lang, buildings.last_seen)}
            " "
            <Moment at=at show=Show::Both />
            " · "
        }
    });
    let declared = own.self_declared.then(|| format!(" · {}", td_string!(lang, buildings.declared)));
    view! {
        <p>
            <strong class=class>{word}</strong>
        </p>
        <p class="quiet">
            {seen} {td_string!(lang, buildings.by)} " " {own.method} " · " {own.isp} {declared}
        </p>
        <p class="actions">
            <button type="button" disabled=move || leave.pending().get() on:click=on_leave>
                {td_string!(lang, buildings.leave)}
            </button>
            <span class="quiet">{td_string!(lang, buildings.leave_text)}</span>
        </p>
        <p aria-live="polite">{failed}</p>
    }
}

#[component]
fn Join(visitor: BuildingVisitor, changed: Callback<()>) -> impl IntoView {
    let lang = lang();
    let (consent, label, provider) =
        (RwSignal::new(false), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let slug = StoredValue::new(visitor.building.slug.clone());
    let join = Action::new_local(move |wish: &JoinBuilding| {
        let joined = api::call(JOIN_BUILDING, JoinInput { slug: slug.get_value(), join: wish.clone() });
        async move { joined.await.inspect(|_| changed.run(())) }
    });
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = |signal: RwSignal<String>| Some(signal.get_untracked()).filter(|text| !text.is_empty());
        join.dispatch(JoinBuilding {
            consent: consent.get_untracked(),
            provider: text(provider),
            label: text(label),
        });
    };
    let failed = move || join.value().get().and_then(Result::err).map(|error| failure(lang, &error));
    let terms = td_string!(lang, buildings.join_text, seconds = visitor.cycle_s, days = visitor.expire_days);
    let v6 = (visitor.ip_version == 6)
        .then(|| view! { <p class="notice">{td_string!(lang, buildings.join_v6)}</p> });
    view! {
        <p>{terms}</p>
        {v6}
        <form class="stack narrow" on:submit=on_submit>
            <Choice visitor=visitor provider=provider />
            <p class="field">
                <label for="join-label">{td_string!(lang, buildings.label)}</label>
                <input id="join-label" maxlength="40" autocomplete="off" bind:value=label />
            </p>
            <label class="choice">
                <input type="checkbox" name="consent" required bind:checked=consent />
                {td_string!(lang, buildings.consent)}
            </label>
            <p>
                <button class="primary" disabled=move || join.pending().get()>
                    {td_string!(lang, buildings.join)}
                </button>
            </p>
        </form>
        <p aria-live="polite">{failed}</p>
    }
}

/// The provider: as a table says, or one to choose.
#[component]
fn Choice(visitor: BuildingVisitor, provider: RwSignal<String>) -> impl IntoView {
    let lang = lang();
    if visitor.choices.is_empty() {
        return visitor
            .isp
            .map(|isp| view! { <p class="quiet">{td_string!(lang, buildings.provider)} ": " {isp}</p> })
            .into_any();
    }
    let options = visitor
        .choices
        .into_iter()
        .map(|choice| view! { <option value=choice.slug>{choice.name}</option> })
        .collect_view();
    view! {
        <p class="field">
            <label for="join-provider">{td_string!(lang, buildings.provider)}</label>
            <select id="join-provider" required bind:value=provider>
                <option value="">{td_string!(lang, buildings.choose)}</option>
                {options}
            </select>
        </p>
    }
    .into_any()
}

/// Asks before something is deleted; nowhere but in a browser.
pub fn confirmed(question: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return leptos::prelude::window().confirm_with_message(question).unwrap_or(false);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = question;
        false
    }
}
