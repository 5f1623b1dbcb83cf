//! One check: state, sentence, figures with their units, and what to do.

use domain::self_health::{Check, CheckState, Figure, Lang, Quantity, Unit, mend, quantity_word, sentence};
use leptos::prelude::*;

use crate::{
    i18n::{Locale, lang, td_string},
    ui::{
        Moment, Show,
        format::{self, THIN},
    },
};

#[component]
pub fn CheckView(check: Check) -> impl IntoView {
    let lang = lang();
    let (class, word) = state(lang, check.state);
    let mend = mend(spoken(lang), check.finding).filter(|_| check.state != CheckState::Ok);
    let figures: Vec<String> = check.figures.iter().map(|figure| figure_words(lang, *figure)).collect();
    let parted = (!figures.is_empty()).then_some(" · ");
    let at = check.at.map(|at| {
        view! {
            {parted}
            {td_string!(lang, health.at)}
            " "
            <Moment at=at show=Show::Both />
        }
    });
    let quiet = !figures.is_empty() || at.is_some();
    view! {
        <li class="stack">
            <p>
                <strong class=format!("state {class}")>{word}</strong>
                {check.subject.map(|subject| view! { " · " <code>{subject}</code> })}
                " · "
                {sentence(spoken(lang), check.finding)}
            </p>
            {quiet.then(|| view! { <p class="quiet">{figures.join(" · ")} {at}</p> })}
            {check.detail.map(|said| view! { <p class="quiet"><code>{said}</code></p> })}
            {mend.map(|words| view! { <p class="notice">{coded(words)}</p> })}
        </li>
    }
}

/// A state's class and word.
pub fn state(lang: Locale, state: CheckState) -> (&'static str, &'static str) {
    match state {
        CheckState::Ok => ("up", td_string!(lang, health.ok)),
        CheckState::Degraded => ("degraded", td_string!(lang, health.degraded)),
        CheckState::Failed => ("down", td_string!(lang, health.failed)),
    }
}

/// What stands between backticks is to be typed as it stands.
fn coded(words: &str) -> Vec<AnyView> {
    let part = |(number, part): (usize, &str)| {
        let part = part.to_owned();
        if number % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    };
    words.split('`').enumerate().map(part).collect()
}

const fn spoken(lang: Locale) -> Lang {
    match lang {
        Locale::en => Lang::En,
        Locale::de => Lang::De,
    }
}

fn figure_words(lang: Locale, Figure { what, value, unit }: Figure) -> String {
    let figure = match unit {
        Unit::Bytes => bytes(lang, value),
        Unit::Seconds => seconds(lang, value),
        Unit::Milliseconds => format::with_unit(lang, Some(value), "ms"),
        Unit::Percent => format::percent(lang, value),
        Unit::Count if what == Quantity::Load => format::number(lang, value),
        Unit::Count => format::count(value as u64),
    };
    format!("{} {figure}", quantity_word(spoken(lang), what))
}

/// In the largest decimal unit that leaves a figure above 1.
fn bytes(lang: Locale, value: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")];
    let (size, unit) = UNITS.into_iter().find(|(size, _)| value >= *size).unwrap_or((1.0, "B"));
    format::with_unit(lang, Some(value / size), unit)
}

/// Seconds as such while they are few, else as people say them, with their sign.
fn seconds(lang: Locale, value: f64) -> String {
    if value.abs() < 120.0 {
        return format::with_unit(lang, Some(value), "s");
    }
    let sign = if value < 0.0 { "−" } else { "" };
    let minutes = value.abs() / 60.0;
    let (amount, unit) = if minutes < 120.0 {
        (minutes, "min")
    } else if minutes < 2880.0 {
        (minutes / 60.0, "h")
    } else {
        (minutes / 1440.0, "d")
    };
    format!("{sign}{}{THIN}{unit}", format::number(lang, amount))
}
