//! The page of the diagnostics: choose tests, watch them, read what they mean.

use domain::{
    diagnostics::{StreamQuery, Test, Tests},
    public_target::PublicTarget,
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    loss_history::LossHistory,
    results::Results,
    runner::{Progress, Runner},
    words,
};
use crate::{
    i18n::{lang, td_string},
    ui::Page,
};

#[component]
pub fn AdvancedPage() -> impl IntoView {
    let lang = lang();
    let runner = Runner::new();
    view! {
        <Page title=td_string!(lang, diagnose.title).to_owned() class="test">
            <h1>{td_string!(lang, diagnose.title)}</h1>
            <p class="lead">{td_string!(lang, diagnose.lead)}</p>
            <Choose runner=runner />
            <Said runner=runner />
            <Results runner=runner />
            <LossHistory />
            <section class="stack">
                <h2>{td_string!(lang, diagnose.bounds)}</h2>
                <p class="quiet">{td_string!(lang, diagnose.bounds_text)}</p>
            </section>
        </Page>
    }
}

/// Which tests, towards whom, and the one button, which is cancel while they run.
#[component]
fn Choose(runner: Runner) -> impl IntoView {
    let lang = lang();
    let chosen = RwSignal::new(vec![Test::Loss, Test::Dns, Test::Families]);
    let (target, consent) = (RwSignal::new(String::new()), RwSignal::new(false));
    let refused = RwSignal::new(None::<String>);
    let running = Memo::new(move |_| runner.progress.get() == Progress::Running);
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        if running.get_untracked() {
            return runner.cancel();
        }
        let text = target.get_untracked();
        let text = text.trim();
        let named = (!text.is_empty()).then(|| text.parse::<PublicTarget>()).transpose();
        refused.set(named.as_ref().err().map(ToString::to_string));
        let tests = Tests(chosen.get_untracked());
        if let Ok(target) = named
            && !tests.0.is_empty()
        {
            runner.start(&StreamQuery { tests, target, consent: consent.get_untracked() });
        }
    };
    let boxes = Test::ALL.map(|test| view! { <TestBox test=test chosen=chosen disabled=running /> });
    let asks_consent = move || chosen.with(|chosen| chosen.contains(&Test::Ports));
    let button = move || {
        if running.get() { td_string!(lang, diagnose.cancel) } else { td_string!(lang, diagnose.start) }
    };
    view! {
        <form class="stack" on:submit=on_submit>
            <fieldset class="choices">
                <legend>{td_string!(lang, diagnose.tests)}</legend>
                {boxes.into_iter().collect_view()}
            </fieldset>
            <p class="field">
                <label for="target">{td_string!(lang, diagnose.target)}</label>
                <input
                    id="target"
                    name="target"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="253"
                    aria-describedby="target-hint target-refused"
                    bind:value=target
                />
                <small id="target-hint">{td_string!(lang, diagnose.target_hint)}</small>
                <small id="target-refused" role="alert">{move || refused.get()}</small>
            </p>
            <label class="choice" hidden=move || !asks_consent()>
                <input type="checkbox" prop:checked=consent on:change:target=move |e| consent.set(e.target().checked()) />
                {td_string!(lang, diagnose.consent)}
            </label>
            <p class="actions">
                <button class=move || if running.get() { "cancel" } else { "primary" }>{button}</button>
            </p>
        </form>
    }
}

/// One test to choose, with what it tells.
#[component]
fn TestBox(test: Test, chosen: RwSignal<Vec<Test>>, disabled: Memo<bool>) -> impl IntoView {
    let lang = lang();
    let is_chosen = move || chosen.with(|chosen| chosen.contains(&test));
    let choose = move |yes: bool| {
        chosen.update(|chosen| {
            chosen.retain(|other| *other != test);
            if yes {
                chosen.push(test);
            }
        });
    };
    view! {
        <label class="choice">
            <input
                type="checkbox"
                name=test.word()
                checked=is_chosen()
                disabled=move || disabled.get()
                on:change:target=move |e| choose(e.target().checked())
            />
            {words::name(lang, test)}
        </label>
    }
}

/// What became of it all, said once.
#[component]
fn Said(runner: Runner) -> impl IntoView {
    let lang = lang();
    let said = move || {
        Some(match runner.progress.get() {
            Progress::Ready => td_string!(lang, diagnose.none_yet),
            Progress::Running => return None,
            Progress::Done => td_string!(lang, diagnose.done),
            Progress::Cancelled => td_string!(lang, diagnose.cancelled),
            Progress::Lost => td_string!(lang, diagnose.lost),
        })
    };
    view! {
        <div role="status" aria-live="polite">
            {move || said().map(|words| view! { <p class="notice">{words}</p> })}
        </div>
    }
}
