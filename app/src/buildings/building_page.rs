//! A building: the visitor's own line, the neighbours provider by provider, what happened.

use std::time::Duration;

use domain::{
    ApiError, ErrorCode,
    buildings::{
        BuildingDashboard, BuildingEvent, BuildingPath, GET_BUILDING_DASHBOARD, GET_BUILDING_STATUS,
        LIST_BUILDING_EVENTS,
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{events::Events, group::Group, visitor::Yours};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Empty, Height, Key, Loaded, Moment, Page, Show, set_status},
};

/// Lines are asked once a minute.
const REFRESH: Duration = Duration::from_mins(1);

#[component]
pub fn BuildingPage() -> impl IntoView {
    let lang = lang();
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()));
    let visitor = Resource::new(
        move || slug.get(),
        |slug| {
            let visitor = api::call(GET_BUILDING_STATUS, BuildingPath { slug });
            async move { there(visitor.await) }
        },
    );
    let neighbours = Resource::new(
        move || slug.get(),
        |slug| {
            let dashboard = api::call(GET_BUILDING_DASHBOARD, BuildingPath { slug: slug.clone() });
            let events = api::call(LIST_BUILDING_EVENTS, BuildingPath { slug });
            async move {
                match there(dashboard.await)? {
                    Some(dashboard) => Ok(Some((dashboard, events.await?))),
                    None => Ok(None),
                }
            }
        },
    );
    Effect::new(move || {
        if let Ok(timer) = set_interval_with_handle(move || neighbours.refetch(), REFRESH) {
            on_cleanup(move || timer.clear());
        }
    });
    let changed = Callback::new(move |()| {
        visitor.refetch();
        neighbours.refetch();
    });
    view! {
        <Page title=td_string!(lang, buildings.title)>
            <Loaded resource=visitor let:visitor>
                {match visitor {
                    Some(visitor) => view! {
                        <header class="stack">
                            <h1>{visitor.building.name.clone()}</h1>
                            <p class="quiet">{td_string!(lang, buildings.lead)}</p>
                        </header>
                        <Yours visitor=visitor changed=changed />
                    }
                    .into_any(),
                    None => {
                        set_status(404);
                        let action = ("/building", td_string!(lang, buildings.all));
                        view! {
                            <h1>{td_string!(lang, buildings.title)}</h1>
                            <Empty text=td_string!(lang, buildings.missing) action=action />
                        }
                        .into_any()
                    }
                }}
            </Loaded>
            <Loaded resource=neighbours height=Height::Strip aside=true let:neighbours>
                {neighbours.map(|(dashboard, events)| view! { <Neighbours dashboard=dashboard events=events /> })}
            </Loaded>
        </Page>
    }
}

/// Not there is an answer with a page of its own, not a failure to retry.
fn there<T>(answer: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[component]
fn Neighbours(dashboard: BuildingDashboard, events: Vec<BuildingEvent>) -> impl IntoView {
    let lang = lang();
    let k = dashboard.k;
    let poster = format!("/building/{}/poster", dashboard.building.slug);
    let nobody =
        dashboard.providers.is_empty().then(|| view! { <Empty text=td_string!(lang, buildings.nobody) /> });
    let key = (!dashboard.providers.is_empty()).then(|| view! { <Key /> });
    let groups = dashboard
        .whole
        .into_iter()
        .chain(dashboard.providers)
        .map(|group| view! { <Group group=group k=k /> })
        .collect_view();
    let checked = dashboard.checked_at.map(|at| {
        view! {
            <p class="quiet">
                {td_string!(lang, buildings.checked)} " " <Moment at=at show=Show::Both />
            </p>
        }
    });
    view! {
        {nobody}
        <div class="charts">{groups}</div>
        {key}
        {checked}
        <Events events=events />
        <p class="actions">
            <a class="button" href=poster>
                {td_string!(lang, buildings.poster)}
            </a>
            <a href="/building">{td_string!(lang, buildings.all)}</a>
        </p>
    }
}
