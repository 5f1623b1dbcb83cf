//! The verdict: a sentence, its proof in one line, and behind quiet words why and what to do.

use domain::verdict::{Confidence, Evidence, Place, Side, Verdict};
use leptos::prelude::*;

use crate::{
    i18n::{Locale, lang, td_string},
    ui::Moment,
};

/// The sentence of a place; the server's own in English, where it knows more than the place.
fn sentence(lang: Locale, verdict: &Verdict) -> String {
    if lang == Locale::en {
        return verdict.sentence.clone();
    }
    match verdict.place {
        Place::Device => td_string!(lang, now.device),
        Place::Line => td_string!(lang, now.line),
        Place::Building => td_string!(lang, now.building),
        Place::Provider => td_string!(lang, now.provider),
        Place::Transit => td_string!(lang, now.transit),
        Place::Service => td_string!(lang, now.service),
        Place::Wide => td_string!(lang, now.wide),
        Place::None => td_string!(lang, now.none),
        Place::Unknown => td_string!(lang, now.unknown),
    }
    .to_owned()
}

fn confidence(lang: Locale, confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => td_string!(lang, now.low),
        Confidence::Medium => td_string!(lang, now.medium),
        Confidence::High => td_string!(lang, now.high),
    }
}

fn what_to_do(lang: Locale, place: Place) -> &'static str {
    match place {
        Place::None => td_string!(lang, now.do_none),
        Place::Device => td_string!(lang, now.do_device),
        Place::Line => td_string!(lang, now.do_line),
        Place::Unknown => td_string!(lang, now.do_unknown),
        Place::Building | Place::Provider | Place::Transit | Place::Service | Place::Wide => {
            td_string!(lang, now.do_wait)
        }
    }
}

/// Draws the verdict.
#[component]
pub fn VerdictView(verdict: Verdict) -> impl IntoView {
    let lang = lang();
    let known = verdict.place != Place::Unknown;
    let sure = known.then(|| format!("{}. ", confidence(lang, verdict.confidence)));
    let since = verdict.since.map(|at| {
        view! {
            {td_string!(lang, now.since)}
            " "
            <Moment at=at />
            ". "
        }
    });
    let first = verdict.evidence.iter().find(|e| e.side == Side::For).map(|e| {
        view! { <span lang="en">{format!("{} ", e.text)}</span> }
    });
    view! {
        <div class="verdict" aria-live="polite">
            <h1>{sentence(lang, &verdict)}</h1>
            <p class="proof">
                {first} {sure} {since} {td_string!(lang, now.as_of)} " " <Moment at=verdict.facts_at /> "."
            </p>
            {(!known)
                .then(|| {
                    view! {
                        <p>
                            <a class="button primary" href="/test">
                                {td_string!(lang, now.first)}
                            </a>
                        </p>
                    }
                })}
            <div class="quiet-actions">
                <details>
                    <summary>{td_string!(lang, now.why)}</summary>
                    <Reasons verdict=verdict.clone() />
                </details>
                <details>
                    <summary>{td_string!(lang, now.what)}</summary>
                    <p>{what_to_do(lang, verdict.place)}</p>
                </details>
            </div>
        </div>
    }
}

/// The evidence for and against, and what would tell more. The server writes these sentences in English.
#[component]
fn Reasons(verdict: Verdict) -> impl IntoView {
    let lang = lang();
    let sided = |side: Side| -> Vec<String> {
        verdict.evidence.iter().filter(|e: &&Evidence| e.side == side).map(|e| e.text.clone()).collect()
    };
    let list = |title: &'static str, texts: Vec<String>| {
        (!texts.is_empty()).then(|| {
            let items = texts.into_iter().map(|text| view! { <li lang="en">{text}</li> }).collect_view();
            view! {
                <h3>{title}</h3>
                <ul>{items}</ul>
            }
        })
    };
    view! {
        <div class="evidence">
            {list(td_string!(lang, now.pro), sided(Side::For))}
            {list(td_string!(lang, now.con), sided(Side::Against))}
            {list(td_string!(lang, now.would), verdict.would_change.clone())}
        </div>
    }
}
