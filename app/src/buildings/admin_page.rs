//! The operator's page: buildings, endpoints, settings of the building check.

use domain::buildings::{GET_ADMIN_METRICS, GET_ADMIN_SETTINGS, LIST_ADMIN_BUILDINGS, LIST_ADMIN_ENDPOINTS};
use leptos::prelude::*;

use super::{
    admin::{Buildings, CreateBuilding},
    admin_endpoints::{AddEndpoint, Endpoints},
    admin_settings::{Metrics, Settings},
};
use crate::{
    admin::{Door, Let, ask},
    api,
};

#[component]
pub fn AdminBuildingsPage() -> impl IntoView {
    let found = Resource::new(
        || (),
        |()| {
            let buildings = ask(LIST_ADMIN_BUILDINGS, ());
            let endpoints = api::call(LIST_ADMIN_ENDPOINTS, ());
            let metrics = api::call(GET_ADMIN_METRICS, ());
            let settings = api::call(GET_ADMIN_SETTINGS, ());
            async move {
                Ok(match buildings.await? {
                    Let::In(buildings) => {
                        Let::In((buildings, endpoints.await?, metrics.await?, settings.await?))
                    }
                    Let::Out => Let::Out,
                    Let::Look => Let::Look,
                })
            }
        },
    );
    let changed = Callback::new(move |()| found.refetch());
    view! {
        <Door path="/admin/buildings" resource=found let:found>
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
        </Door>
    }
}
