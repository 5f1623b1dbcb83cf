//! A run on its way: the large number, the curve drawing itself, the steps ticking off.

use domain::{
    measurements::StepKind,
    speed_tests::{
        engine::{Engine, Failure, Phase},
        latency, rate, sample,
    },
};
use leptos::prelude::*;

use super::curve;
use crate::{
    charts::{Size, Skin},
    i18n::{Locale, lang, td_string},
    ui::format,
};

/// The large number is the mean of the last second.
const LAST_MS: f64 = 1000.0;
/// The live curve is at least this wide, so that it does not run away at the start.
const CURVE_S: f64 = 12.0;

/// Draws the run.
#[component]
pub fn Progress(engine: RwSignal<Engine>) -> impl IntoView {
    let lang = lang();
    let number = Memo::new(move |_| engine.with(|e| large(lang, e)));
    let status = Memo::new(move |_| engine.with(|e| status(lang, e)));
    let drawing =
        move |size| engine.with(|e| curve::lines(&curve::so_far(e), CURVE_S).svg(lang, size, Skin::Page));
    view! {
        <div class="dial" aria-hidden="true">
            <span class="large">{move || number.get().0}</span>
            <span class="unit">{move || number.get().1}</span>
        </div>
        <p class="status" role="status" aria-live="polite">
            {status}
        </p>
        <div class="chart live" aria-hidden="true">
            <div class="variant wide">
                <div inner_html=move || drawing(Size::WIDE)></div>
            </div>
            <div class="variant narrow">
                <div inner_html=move || drawing(Size::NARROW)></div>
            </div>
        </div>
        <ol class="steps">
            {(0..4).map(|i| view! { <Step engine=engine index=i /> }).collect_view()}
        </ol>
    }
}

/// One step: a sign and a word for its state, its figure when it has one.
#[component]
fn Step(engine: RwSignal<Engine>, index: usize) -> impl IntoView {
    let lang = lang();
    let name = [
        td_string!(lang, test.step_idle),
        td_string!(lang, test.step_download),
        td_string!(lang, test.step_upload),
        td_string!(lang, test.step_loaded),
    ][index];
    let state = Memo::new(move |_| engine.with(|e| state(e, index)));
    let word = move || match state.get() {
        "done" => td_string!(lang, test.done),
        "running" => td_string!(lang, test.running),
        _ => td_string!(lang, test.waiting),
    };
    let figure = Memo::new(move |_| engine.with(|e| figure(lang, e, index)));
    view! {
        <li class=move || format!("step {}", state.get())>
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d=move || sign(state.get()) />
            </svg>
            <span class="name">{name}</span>
            <span class="figure-text">{figure}</span>
            <span class="visually-hidden">{word}</span>
        </li>
    }
}

const fn sign(state: &str) -> &'static str {
    match state.as_bytes() {
        b"done" => "M5 13l4 4L19 7",
        b"running" => "M12 5v7l4 3M12 3a9 9 0 1 0 .01 0",
        _ => "M12 3a9 9 0 1 0 .01 0",
    }
}

/// `waiting`, `running` or `done`; the last step is measured inside the two before it.
fn state(engine: &Engine, index: usize) -> &'static str {
    let at = match engine.phase {
        Phase::Draining(i) | Phase::Measuring(i) => i,
        Phase::Delivering | Phase::Done => 4,
        _ => return if engine.done.len() > index { "done" } else { "waiting" },
    };
    match (index, at) {
        (_, 4) => "done",
        (3, 1 | 2) => "running",
        (3, _) => "waiting",
        (i, at) if i < at => "done",
        (i, at) if i == at => "running",
        _ => "waiting",
    }
}

fn figure(lang: Locale, engine: &Engine, index: usize) -> String {
    let step = |kind| engine.done.iter().find(|step| step.kind == kind);
    let mbps = |kind, plan: usize| {
        let rate = step(kind).and_then(|s| rate::rate(&s.windows, engine.plan[plan].batch_ms));
        rate.map(|r| format!("{}{}Mbit/s", format::number(lang, r.mbps), format::THIN))
    };
    let ms = |value: Option<f64>| value.map(|ms| format!("{}{}ms", format::number(lang, ms), format::THIN));
    let loaded = |kind| step(kind).and_then(|s| latency::loaded(&s.rtt_ms));
    let text = match index {
        0 => ms(step(StepKind::Idle).and_then(|s| sample::median(&s.rtt_ms))),
        1 => mbps(StepKind::Download, 1),
        2 => mbps(StepKind::Upload, 2),
        _ => match (ms(loaded(StepKind::Download)), ms(loaded(StepKind::Upload))) {
            (Some(down), Some(up)) => Some(format!("↓ {down}  ↑ {up}")),
            (Some(down), None) => Some(format!("↓ {down}")),
            _ => None,
        },
    };
    text.unwrap_or_default()
}

/// The large number and its unit.
fn large(lang: Locale, engine: &Engine) -> (String, &'static str) {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format::number(lang, v));
    match engine.measuring().map(|planned| planned.kind) {
        Some(StepKind::Idle) => (number(engine.step.rtts.last().copied()), "ms"),
        Some(_) => (number(engine.step.rate_over(LAST_MS)), "Mbit/s"),
        None => ("–".to_owned(), ""),
    }
}

/// What goes on, in words; changes with the steps only, so that it is not chatty.
fn status(lang: Locale, engine: &Engine) -> String {
    match engine.phase {
        Phase::Ready | Phase::Done => String::new(),
        Phase::Asking => td_string!(lang, test.asking).to_owned(),
        Phase::Queued(n) => td_string!(lang, test.queued, n = n),
        Phase::Connecting => td_string!(lang, test.connecting).to_owned(),
        Phase::Draining(_) => td_string!(lang, test.draining).to_owned(),
        Phase::Measuring(0) => td_string!(lang, test.step_idle).to_owned(),
        Phase::Measuring(1) => td_string!(lang, test.step_download).to_owned(),
        Phase::Measuring(_) => td_string!(lang, test.step_upload).to_owned(),
        Phase::Delivering => td_string!(lang, test.delivering).to_owned(),
        Phase::Cancelled => td_string!(lang, test.cancelled).to_owned(),
        Phase::Failed(Failure::NoServer) => td_string!(lang, test.no_server).to_owned(),
        Phase::Failed(Failure::LostLine) => td_string!(lang, test.lost_line).to_owned(),
        Phase::Failed(Failure::Refused) => td_string!(lang, test.refused).to_owned(),
    }
}
