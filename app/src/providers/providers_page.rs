//! The list of providers by reliability, each with its sample; without enough of it, without figures.

use domain::isps::{IspReliability, IspReliabilityQuery, LIST_ISP_RELIABILITY};
use leptos::prelude::*;

use crate::{
    api,
    i18n::{lang, td_string},
    ui::{
        Empty, Grade, Height, Loaded, Page,
        format::{self, THIN},
    },
};

#[component]
pub fn ProvidersPage() -> impl IntoView {
    let lang = lang();
    let isps = Resource::new(|| (), |()| api::call(LIST_ISP_RELIABILITY, IspReliabilityQuery::default()));
    view! {
        <Page title=td_string!(lang, providers.title)>
            <header class="stack">
                <h1>{td_string!(lang, providers.title)}</h1>
                <p class="quiet">{td_string!(lang, providers.lead)}</p>
            </header>
            <Loaded resource=isps height=Height::Chart let:isps>
                {if isps.is_empty() {
                    let action = ("/test", td_string!(lang, providers.run));
                    view! { <Empty text=td_string!(lang, providers.empty) action=action /> }.into_any()
                } else {
                    view! { <List isps=isps /> }.into_any()
                }}
            </Loaded>
        </Page>
    }
}

#[component]
fn List(isps: Vec<IspReliability>) -> impl IntoView {
    let lang = lang();
    let rows = isps.into_iter().map(|isp| view! { <Row isp=isp /> }).collect_view();
    let head = [
        td_string!(lang, providers.good),
        td_string!(lang, providers.download),
        td_string!(lang, providers.upload),
        td_string!(lang, providers.ping),
        td_string!(lang, providers.n),
    ]
    .map(|words| view! { <th scope="col" class="number">{words}</th> });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, providers.title)>
            <table class="providers">
                <thead>
                    <tr>
                        <th scope="col">{td_string!(lang, providers.provider)}</th>
                        <th scope="col">{td_string!(lang, providers.grade)}</th>
                        {head.into_iter().collect_view()}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="quiet">{td_string!(lang, providers.note)}</p>
    }
}

#[component]
fn Row(isp: IspReliability) -> impl IntoView {
    let lang = lang();
    if isp.suppressed {
        return view! {
            <tr>
                <th scope="row">{isp.isp}</th>
                <td colspan="6" class="quiet">
                    {td_string!(lang, providers.too_few)}
                </td>
            </tr>
        }
        .into_any();
    }
    let share = isp.uptime_pct.map_or_else(|| "–".to_owned(), |share| format::percent(lang, share));
    let interval = isp.uptime_interval.map(|i| {
        let (low, high) =
            (format::fixed(lang, i.low, 1), format!("{}{THIN}%", format::fixed(lang, i.high, 1)));
        view! { <small>{td_string!(lang, providers.interval, low = low, high = high)}</small> }
    });
    let number = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), format::count);
    let cell = |value, unit| view! { <td class="number">{format::with_unit(lang, value, unit)}</td> };
    view! {
        <tr>
            <th scope="row">{isp.isp}</th>
            <td>
                <Grade grade=isp.grade />
            </td>
            <td class="number">{share} <br /> {interval}</td>
            {cell(isp.avg_download, "Mbit/s")}
            {cell(isp.avg_upload, "Mbit/s")}
            {cell(isp.avg_ping, "ms")}
            <td class="number">{number(isp.total_tests)} " · " {number(isp.devices)}</td>
        </tr>
    }
    .into_any()
}
