//! All lines side by side, live.

use domain::uplinks::LIST_UPLINKS;
use leptos::prelude::*;

use super::{beside::Beside, card::UplinkCard, words::name};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Empty, Height, Key, Loaded, Page, on_live},
};

#[component]
pub fn UplinkListPage() -> impl IntoView {
    let lang = lang();
    let uplinks = Resource::new(|| (), |()| api::call(LIST_UPLINKS, ()));
    on_live("uplink_minute", move || uplinks.refetch());
    view! {
        <Page title=td_string!(lang, uplinks.title)>
            <header class="stack">
                <h1>{td_string!(lang, uplinks.title)}</h1>
                <p class="quiet">{td_string!(lang, uplinks.lead)}</p>
            </header>
            <Loaded resource=uplinks height=Height::Strip let:uplinks>
                {if uplinks.is_empty() {
                    view! { <Empty text=td_string!(lang, uplinks.empty) /> }.into_any()
                } else {
                    let cards = uplinks
                        .into_iter()
                        .map(|uplink| {
                            let href = format!("/uplinks/{}", uplink.name);
                            view! {
                                <section class="stack">
                                    <h2>
                                        <a href=href>{name(&uplink)}</a>
                                    </h2>
                                    <UplinkCard uplink=uplink />
                                </section>
                            }
                        })
                        .collect_view();
                    view! {
                        <div class="charts">{cards}</div>
                        <Key />
                    }
                    .into_any()
                }}
            </Loaded>
            <Beside />
        </Page>
    }
}
