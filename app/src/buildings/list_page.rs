//! The buildings that are shown to everybody.

use domain::buildings::LIST_BUILDINGS;
use leptos::prelude::*;

use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Empty, Loaded, Page},
};

#[component]
pub fn BuildingListPage() -> impl IntoView {
    let lang = lang();
    let buildings = Resource::new(|| (), |()| api::call(LIST_BUILDINGS, ()));
    view! {
        <Page title=td_string!(lang, buildings.list_title)>
            <header class="stack">
                <h1>{td_string!(lang, buildings.list_title)}</h1>
                <p class="quiet">{td_string!(lang, buildings.list_lead)}</p>
            </header>
            <Loaded resource=buildings let:buildings>
                {if buildings.is_empty() {
                    view! { <Empty text=td_string!(lang, buildings.list_empty) /> }.into_any()
                } else {
                    let items = buildings
                        .into_iter()
                        .map(|building| {
                            let href = format!("/building/{}", building.slug);
                            view! {
                                <li>
                                    <a href=href>{building.name}</a>
                                </li>
                            }
                        })
                        .collect_view();
                    view! { <ul class="evidence large">{items}</ul> }.into_any()
                }}
            </Loaded>
        </Page>
    }
}
