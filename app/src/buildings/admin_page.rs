//! The operator's page: buildings, endpoints, settings of the building check.

use domain::buildings::{GET_ADMIN_METRICS, GET_ADMIN_SETTINGS, LIST_ADMIN_BUILDINGS, LIST_ADMIN_ENDPOINTS};
use leptos::prelude::*;

use super::{
    admin::{Buildings, CreateBuilding},
    admin_endpoints::{AddEndpoint, Endpoints},
    admin_settings::{Metrics, Settings},
};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Height, Loaded, Page},
};

#[component]
pub fn AdminBuildingsPage() -> impl IntoView {
    let lang = lang();
    let found = Resource::new(
        || (),
        |()| {
            let buildings = api::call(LIST_ADMIN_BUILDINGS, ());
            let endpoints = api::call(LIST_ADMIN_ENDPOINTS, ());
            let metrics = api::call(GET_ADMIN_METRICS, ());
            let settings = api::call(GET_ADMIN_SETTINGS, ());
            async move { Ok((buildings.await?, endpoints.await?, metrics.await?, settings.await?)) }
        },
    );
    let changed = Callback::new(move |()| found.refetch());
    view! {
        <Page title=td_string!(lang, buildings.admin_title)>
            <h1>{td_string!(lang, buildings.admin_title)}</h1>
            <Loaded resource=found height=Height::Chart let:found>
                {
                    let (buildings, endpoints, metrics, settings) = found;
                    view! {
                        <Metrics metrics=metrics />
                        <Buildings buildings=buildings.clone() changed=changed />
                        <CreateBuilding changed=changed />
                        <Endpoints endpoints=endpoints changed=changed />
                        {(!buildings.is_empty())
                            .then(|| view! { <AddEndpoint buildings=buildings changed=changed /> })}
                        <Settings settings=settings />
                    }
                }
            </Loaded>
        </Page>
    }
}
