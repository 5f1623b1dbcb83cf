//! The verdict: a sentence, its proof in one line, and behind quiet words why and what to do.

use domain::{
    speed_tests::FULL_RUN_S,
    verdict::{Confidence, Place, Side, Verdict},
};
use leptos::prelude::*;

use super::words;
use crate::{
    i18n::{Locale, lang, td_string},
    ui::Moment,
};

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
    let first = verdict
        .evidence
        .iter()
        .find(|e| e.side == Side::For)
        .map(|e| format!("{} ", words::fact(lang, &e.fact)));
    view! {
        <div class="verdict" aria-live="polite">
            <h1>{words::sentence(lang, &verdict.finding)}</h1>
            <p class="proof">
                {first} {sure} {since} {td_string!(lang, now.as_of)} " " <Moment at=verdict.facts_at /> "."
            </p>
            {(!known)
                .then(|| {
                    view! {
                        <p>
                            <a class="button primary" href="/test">
                                {td_string!(lang, now.first, seconds = FULL_RUN_S)}
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

/// The evidence for and against, and what would tell more.
#[component]
fn Reasons(verdict: Verdict) -> impl IntoView {
    let lang = lang();
    let sided = |side: Side| -> Vec<String> {
        verdict.evidence.iter().filter(|e| e.side == side).map(|e| words::fact(lang, &e.fact)).collect()
    };
    let list = |title: &'static str, texts: Vec<String>| {
        (!texts.is_empty()).then(|| {
            let items = texts.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
            view! {
                <h3>{title}</h3>
                <ul>{items}</ul>
            }
        })
    };
    let wishes = verdict.wishes.iter().map(|wish| words::wish(lang, wish)).collect();
    view! {
        <div class="evidence">
            {list(td_string!(lang, now.pro), sided(Side::For))}
            {list(td_string!(lang, now.con), sided(Side::Against))}
            {list(td_string!(lang, now.would), wishes)}
        </div>
    }
}
