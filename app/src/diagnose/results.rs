//! Each test as it goes: its progress, then what it means, what to do next, and the figures.

use domain::diagnostics::{Test, TestPhase, TestStep};
use leptos::prelude::*;

use super::{facts::Facts, runner::Runner, words};
use crate::i18n::{lang, td_string};

#[component]
pub fn Results(runner: Runner) -> impl IntoView {
    let tests = Memo::new(move |_| {
        runner.steps.with(|steps| steps.iter().map(|step| step.test).collect::<Vec<Test>>())
    });
    view! {
        <For each=move || tests.get() key=|test| *test let:test>
            <One runner=runner test=test />
        </For>
    }
}

#[component]
fn One(runner: Runner, test: Test) -> impl IntoView {
    let lang = lang();
    let step =
        Memo::new(move |_| runner.steps.with(|steps| steps.iter().find(|step| step.test == test).cloned()));
    let id = format!("test-{}", test.word());
    let labelled_by = id.clone();
    let view = move || {
        step.get().map(|step| match step.phase {
            TestPhase::Running => view! {
                <progress
                    max="1"
                    value=(step.progress > 0.0).then(|| step.progress.to_string())
                    aria-label=td_string!(lang, diagnose.running)
                ></progress>
            }
            .into_any(),
            TestPhase::Failed => {
                let why = step.error.unwrap_or_default();
                view! { <p class="notice">{td_string!(lang, diagnose.failed)} " " {why}</p> }.into_any()
            }
            TestPhase::Done => view! { <Found step=step /> }.into_any(),
        })
    };
    view! {
        <section class="stack" aria-labelledby=labelled_by>
            <h2 id=id>{words::name(lang, test)}</h2>
            {view}
        </section>
    }
}

#[component]
fn Found(step: TestStep) -> impl IntoView {
    let lang = lang();
    let from = step.towards.map(|towards| words::from(lang, towards));
    step.result.map(|result| {
        let (means, next) = words::meaning(lang, &result);
        view! {
            <p class="lead">{means}</p>
            <p>
                <strong>{td_string!(lang, diagnose.next)}</strong>
                " "
                {next}
            </p>
            <Facts result=result />
            <p class="quiet">{from}</p>
        }
    })
}
