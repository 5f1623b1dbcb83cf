//! Settings of the building check while it runs, and how its last cycle went.

use domain::buildings::{BuildingMetrics, BuildingSettings, OutageRule, UPDATE_ADMIN_SETTINGS};
use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    api,
    i18n::{lang, td_string},
    ui::reason,
};

#[component]
pub fn Metrics(metrics: BuildingMetrics) -> impl IntoView {
    let lang = lang();
    let BuildingMetrics { up, down, unknown, open_outages: open, .. } = metrics;
    let cycle = match metrics.cycle {
        Some(cycle) => {
            let (asked, answered, ms) = (cycle.asked, cycle.answered, cycle.took_ms);
            td_string!(lang, buildings.cycle, asked = asked, answered = answered, ms = ms)
        }
        None => td_string!(lang, buildings.cycle_none).to_owned(),
    };
    view! {
        <p>
            {td_string!(lang, buildings.metrics, up = up, down = down, unknown = unknown, open = open)} " "
            {cycle}
        </p>
    }
}

/// A number in its field.
#[component]
fn Number(
    id: &'static str,
    words: &'static str,
    value: RwSignal<String>,
    min: &'static str,
    max: &'static str,
    #[prop(default = "1")] step: &'static str,
) -> impl IntoView {
    view! {
        <p class="field">
            <label for=id>{words}</label>
            <input id=id type="number" min=min max=max step=step required bind:value=value />
        </p>
    }
}

#[component]
pub fn Settings(settings: BuildingSettings) -> impl IntoView {
    let lang = lang();
    let cycle_s = RwSignal::new(settings.cycle_s.to_string());
    let tries = RwSignal::new(settings.tries.to_string());
    let expire_days = RwSignal::new(settings.expire_days.to_string());
    let threshold = RwSignal::new(settings.threshold.to_string());
    let min_endpoints = RwSignal::new(settings.min_endpoints.to_string());
    let rule = RwSignal::new(settings.rule.word().to_owned());
    let save = Action::new_local(|settings: &BuildingSettings| api::call(UPDATE_ADMIN_SETTINGS, *settings));
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let is_fixed = rule.get_untracked() == OutageRule::Fixed.word();
        save.dispatch(BuildingSettings {
            // What is no number keeps what holds now.
            cycle_s: cycle_s.get_untracked().parse().unwrap_or(settings.cycle_s),
            tries: tries.get_untracked().parse().unwrap_or(settings.tries),
            expire_days: expire_days.get_untracked().parse().unwrap_or(settings.expire_days),
            rule: if is_fixed { OutageRule::Fixed } else { OutageRule::Statistical },
            threshold: threshold.get_untracked().parse().unwrap_or(settings.threshold),
            min_endpoints: min_endpoints.get_untracked().parse().unwrap_or(settings.min_endpoints),
        });
    };
    let answer = move || {
        save.value().get().map(|answer| match answer {
            Ok(_) => td_string!(lang, buildings.saved).to_owned(),
            Err(error) => reason(lang, &error),
        })
    };
    let rules = [
        (OutageRule::Statistical, td_string!(lang, buildings.rule_statistical)),
        (OutageRule::Fixed, td_string!(lang, buildings.rule_fixed)),
    ]
    .map(|(rule, words)| view! { <option value=rule.word()>{words}</option> });
    view! {
        <form class="stack narrow" on:submit=on_submit>
            <h2>{td_string!(lang, buildings.settings)}</h2>
            <Number id="cycle_s" words=td_string!(lang, buildings.cycle_s) value=cycle_s min="2" max="600" />
            <Number id="tries" words=td_string!(lang, buildings.tries) value=tries min="1" max="5" />
            <Number id="expire_days" words=td_string!(lang, buildings.expire_days) value=expire_days min="1" max="30" />
            <p class="field">
                <label for="rule">{td_string!(lang, buildings.rule)}</label>
                <select id="rule" bind:value=rule>
                    {rules.into_iter().collect_view()}
                </select>
            </p>
            <Number
                id="threshold"
                words=td_string!(lang, buildings.threshold)
                value=threshold
                min="0.05"
                max="1"
                step="0.05"
            />
            <Number
                id="min_endpoints"
                words=td_string!(lang, buildings.min_endpoints)
                value=min_endpoints
                min="2"
                max="10000"
            />
            <p>
                <button disabled=move || save.pending().get()>{td_string!(lang, buildings.save)}</button>
            </p>
            <p aria-live="polite">{answer}</p>
        </form>
    }
}
