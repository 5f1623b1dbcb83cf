//! One line where a fault of this server itself impairs what a public page shows.

use domain::self_health::Affected;
use leptos::prelude::*;

use crate::i18n::{lang, td_string};

#[component]
pub fn MonitorNote(affected: Vec<Affected>) -> impl IntoView {
    let lang = lang();
    let words = |affected: Affected| match affected {
        Affected::Storing => td_string!(lang, health.note_storing),
        Affected::Lines => td_string!(lang, health.note_lines),
        Affected::Times => td_string!(lang, health.note_times),
    };
    let said: Vec<&str> = affected.into_iter().map(words).collect();
    (!said.is_empty()).then(|| view! { <p class="notice">{said.join(" ")}</p> })
}
