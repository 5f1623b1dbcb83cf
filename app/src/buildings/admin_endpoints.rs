//! The operator's list of endpoints, and the form to add one.

use domain::buildings::{
    AdminBuilding, AdminEndpoint, CREATE_ADMIN_ENDPOINT, DELETE_ADMIN_ENDPOINT, EndpointPath, LineState,
    NewEndpoint,
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{visitor::confirmed, words::failure};
use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Moment, Show, reason},
};

#[component]
pub fn Endpoints(endpoints: Vec<AdminEndpoint>, changed: Callback<()>) -> impl IntoView {
    let lang = lang();
    let none = endpoints.is_empty().then(|| view! { <p>{td_string!(lang, buildings.endpoints_none)}</p> });
    let remove = Action::new_local(move |id: &i64| {
        let removed = api::call(DELETE_ADMIN_ENDPOINT, EndpointPath { id: *id });
        async move { removed.await.inspect(|_| changed.run(())) }
    });
    let failed = move || remove.value().get().and_then(Result::err).map(|error| reason(lang, &error));
    let on_remove = Callback::new(move |id: i64| {
        if confirmed(td_string!(lang, buildings.remove_ask)) {
            remove.dispatch(id);
        }
    });
    let rows = endpoints
        .into_iter()
        .map(|endpoint| view! { <Row endpoint=endpoint on_remove=on_remove /> })
        .collect_view();
    let head = [
        td_string!(lang, buildings.building),
        td_string!(lang, buildings.provider),
        td_string!(lang, buildings.note),
        td_string!(lang, buildings.state),
        td_string!(lang, buildings.last_seen),
    ]
    .map(|words| view! { <th scope="col">{words}</th> });
    view! {
        <section class="stack">
            <h2>{td_string!(lang, buildings.endpoints)}</h2>
            {none}
            <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, buildings.endpoints)>
                <table>
                    <thead>
                        <tr>{head.into_iter().collect_view()} <td></td></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p aria-live="polite">{failed}</p>
        </section>
    }
}

#[component]
fn Row(endpoint: AdminEndpoint, on_remove: Callback<i64>) -> impl IntoView {
    let lang = lang();
    let id = endpoint.id;
    let note: Vec<String> = endpoint.label.into_iter().chain(endpoint.address).collect();
    let seen = endpoint.last_seen.map(|at| view! { <Moment at=at show=Show::Both /> });
    let declared = endpoint.self_declared.then_some("*");
    view! {
        <tr>
            <td>{endpoint.building}</td>
            <td>{endpoint.isp} {declared}</td>
            <td>{note.join(" · ")}</td>
            <td>{state(lang, endpoint.state)} " · " {endpoint.method}</td>
            <td>{seen}</td>
            <td>
                <button type="button" on:click=move |_| on_remove.run(id)>
                    {td_string!(lang, buildings.remove)}
                </button>
            </td>
        </tr>
    }
}

fn state(lang: Locale, state: LineState) -> &'static str {
    match state {
        LineState::Up => td_string!(lang, shell.up),
        LineState::Down => td_string!(lang, shell.down),
        LineState::Unknown => td_string!(lang, shell.unknown),
    }
}

#[component]
pub fn AddEndpoint(buildings: Vec<AdminBuilding>, changed: Callback<()>) -> impl IntoView {
    let lang = lang();
    let first = buildings.first().map(|building| building.slug.clone()).unwrap_or_default();
    let building = RwSignal::new(first);
    let (address, provider, label) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let add = Action::new_local(move |new: &NewEndpoint| {
        let added = api::call(CREATE_ADMIN_ENDPOINT, new.clone());
        async move { added.await.inspect(|_| changed.run(())) }
    });
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = |signal: RwSignal<String>| Some(signal.get_untracked()).filter(|text| !text.is_empty());
        add.dispatch(NewEndpoint {
            building: building.get_untracked(),
            address: address.get_untracked(),
            provider: text(provider),
            label: text(label),
        });
    };
    let failed = move || add.value().get().and_then(Result::err).map(|error| failure(lang, &error));
    let options = buildings
        .into_iter()
        .map(|building| view! { <option value=building.slug>{building.name}</option> })
        .collect_view();
    view! {
        <form class="stack narrow" on:submit=on_submit>
            <h3>{td_string!(lang, buildings.add)}</h3>
            <p class="field">
                <label for="endpoint-building">{td_string!(lang, buildings.building)}</label>
                <select id="endpoint-building" bind:value=building>
                    {options}
                </select>
            </p>
            <p class="field">
                <label for="endpoint-address">{td_string!(lang, buildings.address)}</label>
                <input id="endpoint-address" maxlength="45" required autocomplete="off" bind:value=address />
            </p>
            <p class="field">
                <label for="endpoint-provider">{td_string!(lang, buildings.provider)}</label>
                <input id="endpoint-provider" maxlength="80" bind:value=provider />
            </p>
            <p class="field">
                <label for="endpoint-label">{td_string!(lang, buildings.note)}</label>
                <input id="endpoint-label" maxlength="40" autocomplete="off" bind:value=label />
            </p>
            <p>
                <button disabled=move || add.pending().get()>{td_string!(lang, buildings.add_do)}</button>
            </p>
            <p aria-live="polite">{failed}</p>
        </form>
    }
}
