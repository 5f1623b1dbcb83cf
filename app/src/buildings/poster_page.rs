//! The poster for the lobby: a QR code that opens the building's page, and what it is about. Made to be printed.

use domain::{
    ErrorCode,
    buildings::{BuildingPath, BuildingSummary, GET_BUILDING_STATUS},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api,
    i18n::{lang, td_string},
    ui::qr,
    ui::{Empty, Height, Loaded, Page, set_status},
};

#[component]
pub fn PosterPage() -> impl IntoView {
    let lang = lang();
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()));
    let found = Resource::new(
        move || slug.get(),
        |slug| {
            let visitor = api::call(GET_BUILDING_STATUS, BuildingPath { slug });
            async move {
                match visitor.await {
                    Ok(visitor) => Ok(Some(visitor.building)),
                    Err(error) if error.code == ErrorCode::NotFound => Ok(None),
                    Err(error) => Err(error),
                }
            }
        },
    );
    view! {
        <Page title=td_string!(lang, buildings.poster)>
            <Loaded resource=found height=Height::Chart let:found>
                {match found {
                    Some(building) => view! { <Poster building=building /> }.into_any(),
                    None => {
                        set_status(404);
                        let action = ("/building", td_string!(lang, buildings.all));
                        view! {
                            <h1>{td_string!(lang, buildings.poster)}</h1>
                            <Empty text=td_string!(lang, buildings.missing) action=action />
                        }
                        .into_any()
                    }
                }}
            </Loaded>
        </Page>
    }
}

#[component]
fn Poster(building: BuildingSummary) -> impl IntoView {
    let lang = lang();
    // The address is the one by which this page was opened: only the browser knows it.
    let origin = RwSignal::new(String::new());
    Effect::new(move || origin.set(leptos::prelude::window().location().origin().unwrap_or_default()));
    let address = Signal::derive(move || format!("{}/building/{}", origin.get(), building.slug));
    let drawing = move || {
        (!origin.get().is_empty())
            .then(|| qr::svg(&address.get()))
            .flatten()
            .map(|svg| view! { <div class="qr poster-qr" inner_html=svg></div> })
    };
    let steps = [
        td_string!(lang, buildings.poster_scan),
        td_string!(lang, buildings.poster_join),
        td_string!(lang, buildings.poster_see),
    ]
    .map(|step| view! { <li>{step}</li> });
    view! {
        <article class="poster stack">
            <p class="quiet">{building.name}</p>
            <h1>{td_string!(lang, buildings.poster_title)}</h1>
            <div class="poster-code">{drawing}</div>
            <p class="poster-address">{address}</p>
            <ol>{steps.into_iter().collect_view()}</ol>
            <p class="quiet">{td_string!(lang, buildings.poster_privacy)}</p>
            <p class="no-print">
                <button type="button" class="primary" on:click=move |_| print()>
                    {td_string!(lang, buildings.print)}
                </button>
            </p>
        </article>
    }
}

/// Opens the browser's own dialog.
fn print() {
    #[cfg(feature = "hydrate")]
    // Who has no printer sees no dialog.
    let _ = leptos::prelude::window().print();
}
