//! Figures with their units, grades with their reasons, and what stands where nothing is yet.

use leptos::prelude::*;

use super::format;
use crate::i18n::{lang, td_string};

/// One figure: what it is, how much, in what unit, and a note on where it comes from.
#[component]
pub fn Figure(
    label: &'static str,
    /// No value is "no data", never 0.
    value: Option<f64>,
    /// None for a count.
    unit: &'static str,
    #[prop(optional, into)] note: String,
) -> impl IntoView {
    let lang = lang();
    let number = match value {
        Some(value) => view! {
            <span class="value">
                {if unit.is_empty() { format::count(value as u64) } else { format::number(lang, value) }}
            </span>
            <span class="unit">{format!("{}{unit}", format::THIN)}</span>
        }
        .into_any(),
        None => view! { <span class="none">{td_string!(lang, shell.no_data)}</span> }.into_any(),
    };
    let note = (!note.is_empty()).then(|| view! { <small>{note}</small> });
    view! {
        <div class="figure">
            <dt>{label}</dt>
            <dd>{number} {note}</dd>
        </div>
    }
}

/// A grade and why. `N/A` is drawn as a dash.
#[component]
pub fn Grade(#[prop(into)] grade: String, #[prop(optional, into)] reason: String) -> impl IntoView {
    let tone = match grade.chars().next() {
        Some('A' | 'B') => "grade good",
        Some('C' | 'D') => "grade fair",
        Some('F') => "grade poor",
        _ => "grade none",
    };
    let text = if grade == "N/A" { "–".to_owned() } else { grade };
    let reason = (!reason.is_empty()).then(|| view! { <small>{reason}</small> });
    view! {
        <span class="graded">
            <span class=tone>{text}</span>
            {reason}
        </span>
    }
}

/// What will appear here, and how to make it appear.
#[component]
pub fn Empty(
    #[prop(into)] text: String,
    /// Where the way to data leads, and its words.
    #[prop(optional)]
    action: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    let action = action.map(|(href, words)| {
        view! {
            <p>
                <a class="button primary" href=href>
                    {words}
                </a>
            </p>
        }
    });
    view! {
        <div class="empty">
            <p>{text}</p>
            {action}
        </div>
    }
}
