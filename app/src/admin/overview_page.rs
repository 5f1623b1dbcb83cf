//! Who is signed in, until when, and the way out.

use domain::admin::{GET_ADMIN_SESSION, Role, SIGN_OUT, SignedInAs, access::SIGN_IN_PAGE};
use leptos::prelude::*;

use super::door::{Door, ask, leave_for};
use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Moment, Show, reason},
};

/// Fewer are soon used up.
const FEW_CODES: u64 = 3;

#[component]
pub fn OverviewPage() -> impl IntoView {
    let who = Resource::new(|| (), |()| ask(GET_ADMIN_SESSION, ()));
    view! {
        <Door path="/admin" resource=who let:who>
            <Who who=who />
        </Door>
    }
}

#[component]
fn Who(who: SignedInAs) -> impl IntoView {
    let lang = lang();
    let leave = Action::new_local(|(): &()| {
        let call = api::call(SIGN_OUT, ());
        async move { call.await.map(|_| leave_for(SIGN_IN_PAGE)) }
    });
    let failed = move || leave.value().get().and_then(Result::err).map(|error| reason(lang, &error));
    let few = (who.recovery_codes < FEW_CODES)
        .then(|| view! { <p role="status">{td_string!(lang, admin.few_codes)}</p> });
    view! {
        <section class="stack">
            <dl class="figures">
                <div class="figure">
                    <dt>{td_string!(lang, admin.signed_in)}</dt>
                    <dd>{who.name}<small>{role_words(lang, who.role)}</small></dd>
                </div>
                <div class="figure">
                    <dt>{td_string!(lang, admin.until)}</dt>
                    <dd>
                        <Moment at=who.expires_at show=Show::Both />
                        <small>{td_string!(lang, admin.until_text)}</small>
                    </dd>
                </div>
                <div class="figure">
                    <dt>{td_string!(lang, admin.codes_left)}</dt>
                    <dd>{who.recovery_codes}</dd>
                </div>
            </dl>
            {few}
            <p>
                <button
                    type="button"
                    disabled=move || leave.pending().get()
                    on:click=move |_| {
                        leave.dispatch(());
                    }
                >
                    {td_string!(lang, admin.sign_out)}
                </button>
            </p>
            <p aria-live="polite">{failed}</p>
        </section>
    }
}

pub fn role_words(lang: Locale, role: Role) -> &'static str {
    match role {
        Role::Admin => td_string!(lang, admin.role_admin),
        Role::Viewer => td_string!(lang, admin.role_viewer),
    }
}
