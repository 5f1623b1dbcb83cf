//! The operator's list of buildings, and the form for a new one.

use domain::buildings::{AdminBuilding, BuildingPath, CREATE_BUILDING, DELETE_BUILDING, NewBuilding};
use leptos::{ev::SubmitEvent, prelude::*};

use super::visitor::confirmed;
use crate::{
    api,
    i18n::{lang, td_string},
    ui::reason,
};

#[component]
pub fn Buildings(buildings: Vec<AdminBuilding>, changed: Callback<()>) -> impl IntoView {
    let lang = lang();
    let none = buildings.is_empty().then(|| view! { <p>{td_string!(lang, buildings.admin_none)}</p> });
    let delete = Action::new_local(move |slug: &String| {
        let deleted = api::call(DELETE_BUILDING, BuildingPath { slug: slug.clone() });
        async move { deleted.await.inspect(|_| changed.run(())) }
    });
    let failed = move || delete.value().get().and_then(Result::err).map(|error| reason(lang, &error));
    let rows = buildings
        .into_iter()
        .map(|building| {
            let slug = building.slug.clone();
            let on_delete = move |_| {
                if confirmed(td_string!(lang, buildings.delete_ask)) {
                    delete.dispatch(slug.clone());
                }
            };
            let names: Vec<String> = building.providers.into_iter().map(|choice| choice.name).collect();
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/building/{}", building.slug)>{building.name}</a>
                    </th>
                    <td class="number">{building.endpoints}</td>
                    <td>{names.join(", ")}</td>
                    <td>
                        <button type="button" class="danger" on:click=on_delete>
                            {td_string!(lang, buildings.delete)}
                        </button>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{td_string!(lang, buildings.admin_buildings)}</h2>
            {none}
            <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, buildings.admin_buildings)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{td_string!(lang, buildings.building)}</th>
                            <th scope="col" class="number">
                                {td_string!(lang, buildings.endpoints)}
                            </th>
                            <th scope="col">{td_string!(lang, buildings.provider)}</th>
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p aria-live="polite">{failed}</p>
        </section>
    }
}

#[component]
pub fn CreateBuilding(changed: Callback<()>) -> impl IntoView {
    let lang = lang();
    let (slug, name, providers) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let listed = RwSignal::new(true);
    let create = Action::new_local(move |new: &NewBuilding| {
        let made = api::call(CREATE_BUILDING, new.clone());
        async move { made.await.inspect(|_| changed.run(())) }
    });
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let names = providers.get_untracked();
        create.dispatch(NewBuilding {
            slug: slug.get_untracked().trim().to_owned(),
            name: name.get_untracked().trim().to_owned(),
            listed: listed.get_untracked(),
            providers: names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        });
    };
    let failed = move || create.value().get().and_then(Result::err).map(|error| reason(lang, &error));
    view! {
        <form class="stack narrow" on:submit=on_submit>
            <h3>{td_string!(lang, buildings.admin_create)}</h3>
            <p class="field">
                <label for="building-slug">{td_string!(lang, buildings.slug)}</label>
                <input id="building-slug" maxlength="40" required autocapitalize="none" bind:value=slug />
                <small>{td_string!(lang, buildings.slug_hint)}</small>
            </p>
            <p class="field">
                <label for="building-name">{td_string!(lang, buildings.name)}</label>
                <input id="building-name" maxlength="80" required bind:value=name />
            </p>
            <p class="field">
                <label for="building-providers">{td_string!(lang, buildings.providers)}</label>
                <input id="building-providers" bind:value=providers />
            </p>
            <label class="choice">
                <input type="checkbox" bind:checked=listed />
                {td_string!(lang, buildings.listed)}
            </label>
            <p>
                <button disabled=move || create.pending().get()>{td_string!(lang, buildings.create)}</button>
            </p>
            <p aria-live="polite">{failed}</p>
        </form>
    }
}
