//! Joining another browser: a code with its QR here, a field for a code there.

use domain::me::{CREATE_PAIR_CODE, JOIN_PAIR, PairCode, PairPath};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Moment, qr, reason},
};

#[component]
pub fn Pairing() -> impl IntoView {
    let lang = lang();
    let make = Action::new_local(|(): &()| api::call(CREATE_PAIR_CODE, ()));
    let answer = move || {
        make.value().get().map(|answer| match answer {
            Ok(code) => view! { <Code code=code /> }.into_any(),
            Err(error) => view! { <p role="alert">{reason(lang, &error)}</p> }.into_any(),
        })
    };
    view! {
        <section class="stack">
            <h2>{td_string!(lang, settings.pair)}</h2>
            <p class="quiet">{td_string!(lang, settings.pair_text)}</p>
            <p>
                <button
                    type="button"
                    disabled=move || make.pending().get()
                    on:click=move |_| {
                        make.dispatch(());
                    }
                >
                    {td_string!(lang, settings.pair_make)}
                </button>
            </p>
            <div aria-live="polite">{answer}</div>
            <Join />
        </section>
    }
}

/// The code, to read and to scan; it opens this page on the other device with the code filled in.
#[component]
fn Code(code: PairCode) -> impl IntoView {
    let lang = lang();
    let origin = leptos::prelude::window().location().origin().unwrap_or_default();
    let drawing = qr::svg(&format!("{origin}/settings?pair={}", code.code));
    view! {
        <div class="pair">
            {drawing.map(|svg| view! { <div class="qr" inner_html=svg></div> })}
            <p class="code">{code.code}</p>
            <p class="quiet">{td_string!(lang, settings.pair_valid)} " " <Moment at=code.expires_at /></p>
        </div>
    }
}

#[component]
fn Join() -> impl IntoView {
    let lang = lang();
    let query = use_query_map();
    let code = RwSignal::new(query.with_untracked(|q| q.get("pair")).unwrap_or_default());
    let join = Action::new_local(|code: &String| api::call(JOIN_PAIR, PairPath { code: code.clone() }));
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        join.dispatch(code.get_untracked().trim().to_owned());
    };
    let answer = move || {
        join.value().get().map(|answer| match answer {
            Ok(_) => td_string!(lang, settings.pair_done).to_owned(),
            Err(error) => reason(lang, &error),
        })
    };
    view! {
        <form class="windows" on:submit=on_submit>
            <p class="field">
                <label for="pair-code">{td_string!(lang, settings.pair_have)}</label>
                <input
                    id="pair-code"
                    name="pair"
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    maxlength="20"
                    required
                    bind:value=code
                />
            </p>
            <button disabled=move || join.pending().get()>{td_string!(lang, settings.pair_join)}</button>
        </form>
        <p aria-live="polite">{answer}</p>
    }
}
