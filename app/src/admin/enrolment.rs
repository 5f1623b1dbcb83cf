//! A new second factor, shown once: the code to scan, its address, and the recovery codes.

use domain::admin::Enrolment;
use leptos::prelude::*;

use crate::{
    i18n::{lang, td_string},
    ui::qr,
};

#[component]
pub fn ShownOnce(enrolment: Enrolment) -> impl IntoView {
    let lang = lang();
    let drawing = qr::svg(&enrolment.uri).map(|svg| view! { <div class="qr" inner_html=svg></div> });
    let codes = enrolment.recovery_codes.into_iter().map(|code| view! { <li><code>{code}</code></li> });
    view! {
        <section class="stack" role="status">
            <h2>{td_string!(lang, admin.enrolled)} " " {enrolment.name}</h2>
            <p>{td_string!(lang, admin.scan)}</p>
            <div class="pair">{drawing}</div>
            <details>
                <summary>{td_string!(lang, admin.no_camera)}</summary>
                <p class="scroll" tabindex="0"><code>{enrolment.uri}</code></p>
            </details>
            <p>{td_string!(lang, admin.recovery_text)}</p>
            <ul class="codes">{codes.collect_view()}</ul>
            <p class="quiet">{td_string!(lang, admin.once)}</p>
        </section>
    }
}
