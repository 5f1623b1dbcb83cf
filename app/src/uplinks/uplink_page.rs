//! One line: how it is now, its past in a range of the URL, its days and faults.

use chrono::{DateTime, Utc};
use domain::{
    ErrorCode,
    uplinks::{FIND_UPLINK, GET_UPLINK_HISTORY, UplinkHistoryInput, UplinkPath},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    card::UplinkCard,
    past::{RoundTripChart, StatesChart},
    pins::pinning,
    report::{Report, print},
    tables::{Days, Faults},
    words::{name as shown_name, range, range_choices},
};
use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Choices, Empty, Height, Loaded, Moment, Page, Show, on_live, set_status},
};

#[component]
pub fn UplinkPage() -> impl IntoView {
    let lang = lang();
    let (params, query) = (use_params_map(), use_query_map());
    let name = Memo::new(move |_| params.with(|params| params.get("name").unwrap_or_default()));
    let chosen = Memo::new(move |_| query.with(|q| q.get_str("range").and_then(range)).unwrap_or_default());
    let found = Resource::new(
        move || (name.get(), chosen.get()),
        |(name, range)| {
            let uplink = api::call(FIND_UPLINK, UplinkPath { name: name.clone() });
            let past = api::call(GET_UPLINK_HISTORY, UplinkHistoryInput { name, range });
            async move {
                // Not there is an answer with a page of its own, not a failure to retry.
                match uplink.await {
                    Ok(uplink) => Ok(Some((uplink, past.await?))),
                    Err(error) if error.code == ErrorCode::NotFound => Ok(None),
                    Err(error) => Err(error),
                }
            }
        },
    );
    on_live("uplink_minute", move || found.refetch());
    let pinning = pinning(move || found.refetch());
    let choices = Signal::derive(move || range_choices(lang, &name.get(), chosen.get()));
    let file =
        move |kind: &str| format!("/api/uplinks/{}/history{kind}?range={}", name.get(), chosen.get().word());
    // A text of its own: what the address says may be gone before the head is written.
    let title = format!("{} · {}", name.get_untracked(), td_string!(lang, uplinks.title));
    view! {
        <Page title=title>
            <p class="no-print">
                <a href="/uplinks">{td_string!(lang, uplinks.all)}</a>
            </p>
            <Loaded resource=found height=Height::Chart let:found>
                {match found {
                    Some((uplink, past)) => {
                        let zone_days = past.days.clone();
                        view! {
                            <Report past=past.clone() />
                            <header class="stack">
                                <h1>{shown_name(&uplink)}</h1>
                                <UplinkCard uplink=uplink />
                            </header>
                            <Choices label=td_string!(lang, uplinks.range) class="ranges" choices=choices />
                            <div class="charts">
                                <StatesChart past=past.clone() />
                                <RoundTripChart past=past.clone() />
                            </div>
                            <Faults faults=past.faults />
                            {dropped(lang, past.rounds_dropped_to)}
                            <Days name=name.get_untracked() days=zone_days pinning=pinning />
                            <p class="actions no-print">
                                <a class="button" href=file(".csv") download rel="external">
                                    {td_string!(lang, uplinks.csv)}
                                </a>
                                <a class="button" href=file("") download rel="external">
                                    {td_string!(lang, uplinks.json)}
                                </a>
                                <button type="button" on:click=move |_| print()>
                                    {td_string!(lang, uplinks.print)}
                                </button>
                            </p>
                        }
                        .into_any()
                    }
                    None => view! { <Missing /> }.into_any(),
                }}
            </Loaded>
        </Page>
    }
}

/// No line has this name.
#[component]
fn Missing() -> impl IntoView {
    let lang = lang();
    set_status(404);
    let action = ("/uplinks", td_string!(lang, uplinks.all));
    view! {
        <h1>{td_string!(lang, uplinks.title)}</h1>
        <Empty text=td_string!(lang, uplinks.missing) action=action />
    }
}

/// Up to when single rounds gave way to the limit of their size.
fn dropped(lang: Locale, to: Option<DateTime<Utc>>) -> Option<impl IntoView> {
    to.map(|at| {
        view! {
            <p class="quiet">{td_string!(lang, uplinks.dropped)} " " <Moment at=at show=Show::Both /> "."</p>
        }
    })
}
