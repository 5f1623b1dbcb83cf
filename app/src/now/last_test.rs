//! The last result with its age, and the way to the next.

use chrono::{DateTime, Utc};
use domain::measurements::Measurement;
use leptos::prelude::*;

use crate::{
    i18n::{lang, td_string},
    ui::{Figure, Moment, Show, format},
};

/// Draws the last result.
#[component]
pub fn LastTest(now: DateTime<Utc>, test: Option<Measurement>) -> impl IntoView {
    let lang = lang();
    let Some(test) = test else {
        return view! {
            <div class="empty">
                <p>{td_string!(lang, now.first_text)}</p>
                <a class="button" href="/test">
                    {td_string!(lang, now.run)}
                </a>
            </div>
        }
        .into_any();
    };
    let failed = test.download_speed.is_none() && test.is_outage;
    let age = format::age(lang, (now - test.timestamp).num_seconds());
    view! {
        <div class="last-test">
            {failed.then(|| view! { <p>{td_string!(lang, now.failed)}</p> })}
            <dl class="figures">
                <Figure label=td_string!(lang, now.download) value=test.download_speed unit="Mbit/s" />
                <Figure label=td_string!(lang, now.upload) value=test.upload_speed unit="Mbit/s" />
                <Figure label=td_string!(lang, now.latency) value=test.ping unit="ms" />
            </dl>
            <p class="quiet">{age} " · " <Moment at=test.timestamp show=Show::Both /></p>
            <p class="actions">
                <a class="button primary" href="/test">
                    {td_string!(lang, now.run)}
                </a>
                <a class="button" href="/history">
                    {td_string!(lang, now.history)}
                </a>
            </p>
        </div>
    }
    .into_any()
}
