//! Two windows beside each other: before and after a new router, a new contract.

use domain::history::{
    BeforeAfterQuery, GET_BEFORE_AFTER,
    change::{BeforeAfter, PeriodFigures},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Loaded, Moment, Show, format},
};

/// The windows of the URL; an absent or empty end is the server's default.
fn windows(query: &ParamsMap) -> BeforeAfterQuery {
    let end = |name: &str| query.get_str(name).filter(|text| !text.is_empty()).map(str::to_owned);
    BeforeAfterQuery {
        before_start: end("before_start"),
        before_end: end("before_end"),
        after_start: end("after_start"),
        after_end: end("after_end"),
    }
}

#[component]
pub fn ChangesTab() -> impl IntoView {
    let lang = lang();
    let query = use_query_map();
    let found = Resource::new(move || query.with(windows), |windows| api::call(GET_BEFORE_AFTER, windows));
    view! {
        <p>{td_string!(lang, history.ba_help)}</p>
        <Loaded resource=found let:found>
            <Form found=found.clone() />
            <Beside found=found />
        </Loaded>
    }
}

/// The windows as they are, to change. A plain form: the URL carries it, with or without WASM.
#[component]
fn Form(found: BeforeAfter) -> impl IntoView {
    let lang = lang();
    let field = |name: &'static str, label: &'static str, at: chrono::DateTime<chrono::Utc>| {
        view! {
            <p class="field">
                <label for=name>{label}</label>
                <input type="date" id=name name=name value=at.date_naive().to_string() required />
            </p>
        }
    };
    let (from, to) = (td_string!(lang, history.from), td_string!(lang, history.to));
    let (before, after) = (&found.before, &found.after);
    view! {
        <form method="get" action="/history" class="windows no-print">
            <input type="hidden" name="tab" value="before-after" />
            <fieldset>
                <legend>{td_string!(lang, history.before)}</legend>
                {field("before_start", from, before.start)}
                {field("before_end", to, before.end)}
            </fieldset>
            <fieldset>
                <legend>{td_string!(lang, history.after)}</legend>
                {field("after_start", from, after.start)}
                {field("after_end", to, after.end)}
            </fieldset>
            <button class="primary">{td_string!(lang, history.compare)}</button>
        </form>
    }
}

#[component]
fn Beside(found: BeforeAfter) -> impl IntoView {
    let lang = lang();
    let title = match found.deltas.download_pct {
        Some(change) => td_string!(lang, history.ba_title, change = format::change(lang, change)),
        None => td_string!(lang, history.ba_none).to_owned(),
    };
    let (before, after) = (&found.before, &found.after);
    let row = |name: &'static str,
               unit: &'static str,
               of: fn(&PeriodFigures) -> Option<f64>,
               change: Option<f64>| {
        let change = change.map_or_else(|| "–".to_owned(), |change| format::change(lang, change));
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="number">{format::with_unit(lang, of(before), unit)}</td>
                <td class="number">{format::with_unit(lang, of(after), unit)}</td>
                <td class="number">{change}</td>
            </tr>
        }
    };
    let deltas = &found.deltas;
    let head = |name: &'static str, period: &PeriodFigures| {
        view! {
            <th scope="col" class="number">
                {name}
                <br />
                <Moment at=period.start show=Show::Day />
                " – "
                <Moment at=period.end show=Show::Day />
            </th>
        }
    };
    view! {
        <h2>{title}</h2>
        <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, history.changes)>
            <table class="narrow">
                <thead>
                    <tr>
                        <td></td>
                        {head(td_string!(lang, history.before), before)}
                        {head(td_string!(lang, history.after), after)}
                        <th scope="col" class="number">
                            {td_string!(lang, history.change)}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {row(td_string!(lang, history.download), "Mbit/s", |p| p.avg_download, deltas.download_pct)}
                    {row(td_string!(lang, history.upload), "Mbit/s", |p| p.avg_upload, deltas.upload_pct)}
                    {row(td_string!(lang, history.ping), "ms", |p| p.avg_ping, deltas.ping_pct)}
                    {row(td_string!(lang, history.tests), "", |p| Some(p.count as f64), None)}
                </tbody>
            </table>
        </div>
    }
}
