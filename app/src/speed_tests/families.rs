//! IPv4 and IPv6 side by side: one run over each of the operator's two names, one after the other.

use domain::{
    measurements::Measurement,
    speed_tests::{TestKind, engine::Phase},
};
use leptos::prelude::*;

use super::run::{Outcome, TestRun};
use crate::{
    i18n::{lang, td_string},
    ui::format,
};

/// In the order in which they are measured.
const FAMILIES: [u8; 2] = [4, 6];

/// How one run of the comparison ended: its figures, or none where this family does not reach the server.
type Ended = Option<Measurement>;

/// The end of a run, once it has one; a cancelled run ends the comparison.
fn ended(outcome: Option<Outcome>, phase: &Phase) -> Option<Ended> {
    match (outcome, phase) {
        (Some(Outcome::Stored(result)), Phase::Done) => Some(Some(result.measurement)),
        (_, Phase::Done | Phase::Failed(_)) => Some(None),
        _ => None,
    }
}

/// The button that compares, and below it the comparison.
#[component]
pub fn CompareFamilies(run: TestRun, running: Memo<bool>) -> impl IntoView {
    let lang = lang();
    let done = RwSignal::new(None::<Vec<Ended>>);
    let start = move |family| run.start(TestKind::Full, Some(family));
    Effect::new(move || {
        let (outcome, phase) = (run.outcome.get(), run.engine.with(|e| e.phase.clone()));
        let Some(mut ends) = done.get_untracked().filter(|ends| ends.len() < FAMILIES.len()) else { return };
        if phase == Phase::Cancelled {
            done.set(None);
        } else if let Some(end) = ended(outcome, &phase) {
            ends.push(end);
            let next = FAMILIES.get(ends.len()).copied();
            done.set(Some(ends));
            if let Some(family) = next {
                start(family);
            }
        }
    });
    let begin = move |_| {
        done.set(Some(Vec::new()));
        start(FAMILIES[0]);
    };
    let table = move || {
        let ends = done.get().filter(|ends| ends.len() == FAMILIES.len());
        ends.map(|ends| view! { <Comparison ends=ends /> })
    };
    view! {
        <p class="actions" hidden=move || running.get()>
            <button type="button" on:click=begin>
                {td_string!(lang, test.compare_families)}
            </button>
        </p>
        {table}
    }
}

#[component]
fn Comparison(ends: Vec<Ended>) -> impl IntoView {
    let lang = lang();
    let rows: [(&'static str, fn(&Measurement) -> Option<f64>, &'static str); 5] = [
        (td_string!(lang, test.download), |m| m.download_speed, "Mbit/s"),
        (td_string!(lang, test.upload), |m| m.upload_speed, "Mbit/s"),
        (td_string!(lang, test.ping), |m| m.ping, "ms"),
        (td_string!(lang, test.loaded_down), |m| m.loaded_ping_down, "ms"),
        (td_string!(lang, test.loaded_up), |m| m.loaded_ping_up, "ms"),
    ];
    let head = FAMILIES.map(|family| view! { <th scope="col" class="number">{format!("IPv{family}")}</th> });
    let rows = rows.map(|(name, of, unit)| {
        let cells = ends.iter().map(|end| {
            let text = match end {
                Some(test) => format::with_unit(lang, of(test), unit),
                None => td_string!(lang, test.not_reachable).to_owned(),
            };
            view! { <td class="number">{text}</td> }
        });
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    view! {
        <table class="families">
            <caption>{td_string!(lang, test.families)}</caption>
            <thead>
                <tr>
                    <td></td>
                    {head.into_iter().collect_view()}
                </tr>
            </thead>
            <tbody>{rows.into_iter().collect_view()}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use domain::speed_tests::engine::Failure;

    use super::*;

    #[test]
    fn a_run_ends_with_figures_or_without_and_not_before() {
        assert_eq!(ended(None, &Phase::Measuring(1)), None);
        assert_eq!(ended(None, &Phase::Delivering), None);
        assert_eq!(
            ended(None, &Phase::Failed(Failure::LostLine)),
            Some(None),
            "this family does not get through"
        );
        assert_eq!(ended(Some(Outcome::Kept), &Phase::Done), Some(None), "no figures are known yet");
        assert_eq!(ended(None, &Phase::Cancelled), None);
    }
}
