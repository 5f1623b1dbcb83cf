//! The line against its promise and its price; both are typed in and stand in the URL.

use domain::history::{
    ANALYZE_SLA, CostQuery, GET_COST_CALCULATOR, SlaQuery,
    contract::{CostCalculation, SlaAnalysis, SlaAnswer, SlaFigures},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use super::history_page::NoTests;
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Figure, Grade, Loaded, format},
};

/// What was promised and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Promise {
    sla: SlaQuery,
    cost: CostQuery,
}

impl Promise {
    /// From the URL; what is absent or no number is the API's default.
    fn of(query: &ParamsMap) -> Self {
        let number = |name: &str, default: f64| {
            query.get_str(name).and_then(|text| text.parse().ok()).unwrap_or(default)
        };
        let (sla, cost) = (SlaQuery::default(), CostQuery::default());
        let download = number("down", sla.promised_download);
        let upload = number("up", sla.promised_upload);
        Self {
            sla: SlaQuery {
                promised_download: download,
                promised_upload: upload,
                promised_ping: number("ping", sla.promised_ping),
                ..sla
            },
            cost: CostQuery {
                monthly_cost_usd: number("price", cost.monthly_cost_usd),
                plan_download_mbps: download,
                plan_upload_mbps: upload,
            },
        }
    }
}

#[component]
pub fn ContractTab() -> impl IntoView {
    let query = use_query_map();
    let promise = Memo::new(move |_| query.with(Promise::of));
    let sla = Resource::new(move || promise.get().sla, |sla| api::call(ANALYZE_SLA, sla));
    let cost = Resource::new(move || promise.get().cost, |cost| api::call(GET_COST_CALCULATOR, cost));
    view! {
        {move || view! { <Form promise=promise.get() /> }}
        <Loaded resource=sla let:answer>
            {match answer {
                SlaAnswer::Analysis(analysis) => view! { <Sla found=*analysis /> }.into_any(),
                SlaAnswer::NoData(_) => view! { <NoTests /> }.into_any(),
            }}
        </Loaded>
        <Loaded resource=cost let:cost>
            <Cost found=cost />
        </Loaded>
    }
}

/// A plain form: the URL carries it, with or without WASM.
#[component]
fn Form(promise: Promise) -> impl IntoView {
    let lang = lang();
    let field = |name: &'static str, label: &'static str, min: &'static str, value: f64| {
        view! {
            <p class="field">
                <label for=name>{label}</label>
                <input type="number" inputmode="decimal" step="any" min=min id=name name=name value=value required />
            </p>
        }
    };
    view! {
        <form method="get" action="/history" class="windows no-print">
            <input type="hidden" name="tab" value="sla" />
            {field("down", td_string!(lang, history.promised_download), "0.1", promise.sla.promised_download)}
            {field("up", td_string!(lang, history.promised_upload), "0.1", promise.sla.promised_upload)}
            {field("ping", td_string!(lang, history.promised_ping), "1", promise.sla.promised_ping)}
            {field("price", td_string!(lang, history.monthly), "0", promise.cost.monthly_cost_usd)}
            <button class="primary">{td_string!(lang, history.compute)}</button>
        </form>
    }
}

#[component]
fn Sla(found: SlaAnalysis) -> impl IntoView {
    let lang = lang();
    let answer = match found.sla_met {
        Some(true) => td_string!(lang, history.met),
        Some(false) => td_string!(lang, history.not_met),
        None => td_string!(lang, history.sla_few),
    };
    let note = td_string!(
        lang,
        history.sla_note,
        days = found.window_days,
        n = found.sample_count,
        failed = found.failed_count
    );
    let row = |name: &'static str,
               unit: &'static str,
               promised: f64,
               actual: &SlaFigures,
               share: Option<f64>,
               grade: String| {
        let spread = match (actual.p10, actual.p90) {
            (Some(low), Some(high)) => {
                format!(" ({}–{})", format::number(lang, low), format::number(lang, high))
            }
            _ => String::new(),
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="number">{format::with_unit(lang, Some(promised), unit)}</td>
                <td class="number">{format::with_unit(lang, actual.avg, unit)} <small>{spread}</small></td>
                <td class="number">{share.map_or_else(|| "–".to_owned(), |share| format::percent(lang, share))}</td>
                <td>
                    <Grade grade=grade />
                </td>
            </tr>
        }
    };
    let (promised, actual, share, grades) =
        (&found.promised, &found.actual, &found.sla_compliance_pct, &found.grades);
    let head = [
        td_string!(lang, history.promised),
        td_string!(lang, history.measured),
        td_string!(lang, history.reached),
    ]
    .map(|words| view! { <th scope="col" class="number">{words}</th> });
    view! {
        <section class="stack">
            <h2>{td_string!(lang, history.sla)}</h2>
            <p class="answer">{answer}</p>
            <p class="quiet">{note}</p>
            <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, history.sla)>
                <table>
                    <thead>
                        <tr>
                            <td></td>
                            {head.into_iter().collect_view()}
                            <th scope="col">{td_string!(lang, history.grade)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {row(td_string!(lang, history.download), "Mbit/s", promised.download_mbps, &actual.download, share.download, grades.download.clone())}
                        {row(td_string!(lang, history.upload), "Mbit/s", promised.upload_mbps, &actual.upload, share.upload, grades.upload.clone())}
                        {row(td_string!(lang, history.ping), "ms", promised.ping_ms, &actual.ping, None, "N/A".to_owned())}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Cost(found: CostCalculation) -> impl IntoView {
    let lang = lang();
    let unit = "USD per Mbit/s";
    view! {
        <section class="stack">
            <h2>{td_string!(lang, history.cost)}</h2>
            <dl class="figures">
                <Figure label=td_string!(lang, history.cost_plan) value=Some(found.cost_per_plan_mbps) unit=unit />
                <Figure label=td_string!(lang, history.cost_actual) value=found.cost_per_actual_mbps unit=unit />
                <Figure label=td_string!(lang, history.cost_us) value=Some(found.benchmark.us_avg_usd_per_mbps) unit=unit />
                <Figure
                    label=td_string!(lang, history.cost_world)
                    value=Some(found.benchmark.global_avg_usd_per_mbps)
                    unit=unit
                />
                <Figure label=td_string!(lang, history.cost_year) value=Some(found.annual_cost_usd) unit="USD" />
            </dl>
        </section>
    }
}
