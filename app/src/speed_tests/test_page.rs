//! The Test page: is my line all right?

use domain::{
    measurements::{FIND_LATEST_RESULT, MeasurementResult},
    speed_tests::{
        FULL_RUN_S, TestKind,
        engine::{Failure, Phase},
    },
};
use leptos::{html::Button, prelude::*};
use leptos_router::components::A;

use super::{
    families::CompareFamilies,
    progress::Progress,
    result_view::ResultView,
    run::{Outcome, TestRun, saves_data},
    words,
};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Empty, Height, Loaded, Page},
};

#[component]
pub fn TestPage() -> impl IntoView {
    let lang = lang();
    let latest = Resource::new(|| (), |()| api::call(FIND_LATEST_RESULT, ()));
    let run = TestRun::new();
    // Nothing of a run is shown before its first start, and its end leaves the result alone on the page.
    let shows_run = Memo::new(move |_| {
        run.engine
            .with(|e| !matches!(e.phase, Phase::Ready | Phase::Done | Phase::Cancelled | Phase::Failed(_)))
    });
    let stored = move || match run.outcome.get() {
        Some(Outcome::Stored(result)) => Some(*result),
        _ => None,
    };
    let result = move || {
        if shows_run.get() {
            return view! { <Progress engine=run.engine /> }.into_any();
        }
        match stored() {
            Some(result) => view! {
                <ResultSection title=td_string!(lang, test.result) result=result />
            }
            .into_any(),
            None => view! {
                <Loaded resource=latest height=Height::Chart let:latest>
                    {match latest.result {
                        Some(result) => view! {
                            <ResultSection title=td_string!(lang, test.last_result) result=result />
                        }
                        .into_any(),
                        None => view! { <Empty text=td_string!(lang, test.none_yet) /> }.into_any(),
                    }}
                </Loaded>
            }
            .into_any(),
        }
    };
    view! {
        <Page title=td_string!(lang, test.title).to_owned() class="test">
            <h1>{td_string!(lang, test.title)}</h1>
            <p class="lead">{td_string!(lang, test.lead, seconds = FULL_RUN_S)}</p>
            <Controls run=run running=shows_run />
            <Transition>
                {move || Suspend::new(async move {
                    let both = latest.await.is_ok_and(|latest| latest.families);
                    both.then(|| view! { <CompareFamilies run=run running=shows_run /> })
                })}
            </Transition>
            <Notice run=run />
            {result}
            <Deeper />
        </Page>
    }
}

/// Where to look when a speed alone does not tell.
#[component]
fn Deeper() -> impl IntoView {
    let lang = lang();
    view! {
        <p class="actions">
            <A href="/diagnostics-advanced">{td_string!(lang, diagnose.title)}</A>
            " · "
            <A href="/security">{td_string!(lang, security.title)}</A>
        </p>
    }
}

/// The one primary action, which is cancel while a run is on its way.
#[component]
fn Controls(run: TestRun, running: Memo<bool>) -> impl IntoView {
    let lang = lang();
    let light = RwSignal::new(false);
    Effect::new(move || light.set(saves_data()));
    let start =
        move |_| run.start(if light.get_untracked() { TestKind::Light } else { TestKind::Full }, None);
    let words = move || {
        let first = run.engine.with(|e| e.phase == Phase::Ready);
        if first { td_string!(lang, test.start) } else { td_string!(lang, test.again) }
    };
    let (start_button, cancel_button) = (NodeRef::<Button>::new(), NodeRef::<Button>::new());
    // The pressed button goes; the focus follows to the one that comes, so that the keyboard does not lose its place.
    Effect::new(move |before: Option<bool>| {
        let running = running.get();
        if before.is_some_and(|before| before != running) {
            let next = if running { cancel_button } else { start_button };
            request_animation_frame(move || {
                if let Some(button) = next.get_untracked() {
                    // Fails only for an element that is gone.
                    let _ = button.focus();
                }
            });
        }
        running
    });
    view! {
        <div class="actions">
            <button type="button" class="primary" node_ref=start_button hidden=move || running.get() on:click=start>
                {words}
            </button>
            <button type="button" class="cancel" node_ref=cancel_button hidden=move || !running.get() on:click=move |_| run.cancel()>
                {td_string!(lang, test.cancel)}
            </button>
            <label class="light" hidden=move || running.get()>
                <input type="checkbox" prop:checked=light on:change:target=move |e| light.set(e.target().checked()) />
                {td_string!(lang, test.light)}
            </label>
        </div>
    }
}

/// What became of a run, said once; what is seen elsewhere on the page is only read out.
#[component]
fn Notice(run: TestRun) -> impl IntoView {
    let lang = lang();
    let said = move || {
        let phase = run.engine.with(|e| e.phase.clone());
        let words = match (run.outcome.get(), phase) {
            (Some(Outcome::Stored(result)), _) => {
                return Some((words::sentence(lang, &result), "visually-hidden"));
            }
            (Some(Outcome::Kept), _) => Some(td_string!(lang, test.kept).to_owned()),
            (Some(Outcome::Refused(why)), _) => Some(why),
            (_, Phase::Cancelled) => Some(td_string!(lang, test.cancelled).to_owned()),
            // The comparison says it in its table.
            (_, Phase::Failed(_)) if run.family.get().is_some() => None,
            (_, Phase::Failed(Failure::NoServer)) => Some(td_string!(lang, test.no_server).to_owned()),
            (_, Phase::Failed(Failure::LostLine)) => Some(td_string!(lang, test.lost_line).to_owned()),
            (_, Phase::Failed(Failure::Refused)) => Some(td_string!(lang, test.refused).to_owned()),
            _ => None,
        };
        words.map(|words| (words, "notice"))
    };
    view! {
        <div role="status" aria-live="polite">
            {move || said().map(|(words, class)| view! { <p class=class>{words}</p> })}
        </div>
    }
}

#[component]
fn ResultSection(title: &'static str, result: MeasurementResult) -> impl IntoView {
    view! {
        <section class="result" aria-label=title>
            <h2>{title}</h2>
            <ResultView result=result own=true />
        </section>
    }
}
