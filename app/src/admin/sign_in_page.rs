//! Where one signs in. The fields keep their values in the document, where a password manager puts them, and are read
//! when the form is sent; `method` keeps a browser without the program from putting a password into an address.

use domain::{
    ApiError, ErrorCode,
    admin::{NewAdminSession, SIGN_IN, WAIT_FIELD, access::next_page},
};
use leptos::{ev::SubmitEvent, html::Input, prelude::*};
use leptos_router::hooks::use_query_map;

use super::door::leave_for;
use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Page, alive, reason},
};

#[component]
pub fn SignInPage() -> impl IntoView {
    let lang = lang();
    view! {
        <Page title=td_string!(lang, admin.sign_in)>
            <header class="stack">
                <h1>{td_string!(lang, admin.sign_in)}</h1>
                <p class="quiet">{td_string!(lang, admin.sign_in_lead)}</p>
            </header>
            <Form />
        </Page>
    }
}

#[component]
fn Form() -> impl IntoView {
    let lang = lang();
    let alive = alive();
    // An action that is local owns nothing: on the server it may be dropped by another thread.
    let next = StoredValue::new(use_query_map().with_untracked(|query| query.get("next")));
    let (name, password, code) = (NodeRef::<Input>::new(), NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let enter = Action::new_local(move |asked: &NewAdminSession| {
        let call = api::call(SIGN_IN, asked.clone());
        let next = next.with_value(|next| next_page(next.as_deref()).to_owned());
        async move { call.await.map(|_| leave_for(&next)) }
    });
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = |field: NodeRef<Input>| field.get_untracked().map(|f| f.value()).unwrap_or_default();
        enter.dispatch(NewAdminSession { name: typed(name), password: typed(password), code: typed(code) });
    };
    let refused = move || {
        let refused = enter.value().get().and_then(Result::err);
        refused.map(|error| view! { <p role="alert">{words(lang, &error)}</p> })
    };
    view! {
        <form class="stack" method="post" on:submit=on_submit>
            <p class="field">
                <label for="name">{td_string!(lang, admin.name)}</label>
                <input
                    node_ref=name
                    id="name"
                    name="username"
                    autocomplete="username"
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="64"
                    required
                />
            </p>
            <p class="field">
                <label for="password">{td_string!(lang, admin.password)}</label>
                <input
                    node_ref=password
                    id="password"
                    name="password"
                    type="password"
                    autocomplete="current-password"
                    required
                />
            </p>
            <p class="field">
                <label for="code">{td_string!(lang, admin.code)}</label>
                <input
                    node_ref=code
                    id="code"
                    name="code"
                    autocomplete="one-time-code"
                    autocapitalize="characters"
                    spellcheck="false"
                    maxlength="64"
                    aria-describedby="code-hint"
                    required
                />
                <small id="code-hint">{td_string!(lang, admin.code_hint)}</small>
            </p>
            <p>
                <button class="primary" disabled=move || !alive.get() || enter.pending().get()>
                    {td_string!(lang, admin.sign_in)}
                </button>
            </p>
            <div aria-live="polite">{refused}</div>
        </form>
    }
}

/// What was wrong, as far as anybody is told, and when to try again.
fn words(lang: Locale, error: &ApiError) -> String {
    match (error.code, error.fields.get(WAIT_FIELD)) {
        (ErrorCode::Unauthenticated, _) => td_string!(lang, admin.wrong).to_owned(),
        (ErrorCode::TooMany, Some(seconds)) => td_string!(lang, admin.wait, n = seconds.clone()),
        _ => reason(lang, error),
    }
}
