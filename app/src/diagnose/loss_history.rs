//! Loss over the days: a train of echoes that is kept for this device, and those kept before.

use domain::{
    diagnostics::{LIST_PACKET_LOSS, LossHistoryQuery, LossPoint, LossRun, LossRunOrder, RUN_PACKET_LOSS},
    public_target::PublicTarget,
};
use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Loaded, Moment, Show, format, reason},
};

/// Echoes of a kept train: the most that the route takes, since few echoes tell little.
const ECHOES: u16 = 30;

#[component]
pub fn LossHistory() -> impl IntoView {
    let lang = lang();
    let kept = Resource::new(
        || (),
        |()| {
            let kept = api::call(LIST_PACKET_LOSS, LossHistoryQuery::default());
            async move {
                match kept.await {
                    // Nobody's history is an empty one: to begin it takes no more than the button above.
                    Err(error) if error.needs_device() => Ok(Vec::new()),
                    answer => answer,
                }
            }
        },
    );
    view! {
        <section class="stack">
            <h2>{td_string!(lang, diagnose.kept)}</h2>
            <p class="quiet">{td_string!(lang, diagnose.kept_text)}</p>
            <Measure kept=kept />
            <Loaded resource=kept aside=true let:points>
                <Kept points=points />
            </Loaded>
        </section>
    }
}

#[component]
fn Measure(kept: Resource<Result<Vec<LossPoint>, domain::ApiError>>) -> impl IntoView {
    let lang = lang();
    let (target, refused) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let run = Action::new_local(|order: &LossRunOrder| api::call(RUN_PACKET_LOSS, order.clone()));
    Effect::new(move |_| {
        if run.value().with(|answer| matches!(answer, Some(Ok(run)) if run.kept)) {
            kept.refetch();
        }
    });
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = target.get_untracked();
        let named =
            Some(text.trim()).filter(|text| !text.is_empty()).map(str::parse::<PublicTarget>).transpose();
        refused.set(named.as_ref().err().map(ToString::to_string));
        if let Ok(named) = named {
            let order = LossRunOrder { count: ECHOES, ..LossRunOrder::default() };
            run.dispatch(match named {
                Some(target) => LossRunOrder { target, ..order },
                None => order,
            });
        }
    };
    let answer = move || {
        run.value().get().map(|answer| match answer {
            Ok(run) => said(lang, &run),
            Err(error) => reason(lang, &error),
        })
    };
    view! {
        <form class="windows" on:submit=on_submit>
            <p class="field">
                <label for="loss-target">{td_string!(lang, diagnose.kept_host)}</label>
                <input
                    id="loss-target"
                    name="target"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="253"
                    placeholder="1.1.1.1"
                    aria-describedby="loss-refused"
                    bind:value=target
                />
                <small id="loss-refused" role="alert">{move || refused.get()}</small>
            </p>
            <button disabled=move || run.pending().get()>{td_string!(lang, diagnose.kept_run)}</button>
        </form>
        <p role="status" aria-live="polite">{answer}</p>
    }
}

fn said(lang: Locale, run: &LossRun) -> String {
    let mut text =
        td_string!(lang, diagnose.kept_result, target = run.target.clone(), lost = run.lost, sent = run.sent)
            .to_string();
    if !run.kept {
        text.push(' ');
        text.push_str(td_string!(lang, diagnose.kept_not));
    }
    text
}

/// The newest first, as people read.
#[component]
fn Kept(points: Vec<LossPoint>) -> impl IntoView {
    let lang = lang();
    if points.is_empty() {
        return view! { <p class="quiet">{td_string!(lang, diagnose.kept_none)}</p> }.into_any();
    }
    let rows = points.into_iter().rev().map(|point| {
        view! {
            <tr>
                <td><Moment at=point.timestamp show=Show::Both /></td>
                <td>{point.target}</td>
                <td>{format::percent(lang, point.loss_pct)}</td>
                <td>{format::with_unit(lang, point.avg_ping_ms, "ms")}</td>
                <td>{format::with_unit(lang, point.jitter_ms, "ms")}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, diagnose.kept)>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{td_string!(lang, diagnose.kept_when)}</th>
                        <th scope="col">{td_string!(lang, diagnose.kept_target)}</th>
                        <th scope="col">{td_string!(lang, diagnose.lost_share)}</th>
                        <th scope="col">{td_string!(lang, diagnose.delay)}</th>
                        <th scope="col">{td_string!(lang, diagnose.jitter)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
