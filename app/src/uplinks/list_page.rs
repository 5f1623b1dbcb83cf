//! All lines side by side, live.

use domain::{isps::GET_STATUS, uplinks::LIST_UPLINKS};
use futures::future::join;
use leptos::prelude::*;

use super::{beside::Beside, card::UplinkCard, words::name};
use crate::{
    api,
    i18n::{lang, td_string},
    self_health::MonitorNote,
    ui::{Empty, Height, Key, Loaded, Page, on_live},
};

#[component]
pub fn UplinkListPage() -> impl IntoView {
    let lang = lang();
    let uplinks = Resource::new(
        || (),
        |()| {
            let (uplinks, status) = (api::call(LIST_UPLINKS, ()), api::call(GET_STATUS, ()));
            async move {
                let (uplinks, status) = join(uplinks, status).await;
                Ok((uplinks?, status.map(|status| status.monitor).unwrap_or_default()))
            }
        },
    );
    on_live("uplink_minute", move || uplinks.refetch());
    view! {
        <Page title=td_string!(lang, uplinks.title)>
            <header class="stack">
                <h1>{td_string!(lang, uplinks.title)}</h1>
                <p class="quiet">{td_string!(lang, uplinks.lead)}</p>
            </header>
            <Loaded resource=uplinks height=Height::Strip let:found>
                <MonitorNote affected=found.1 />
                {if found.0.is_empty() {
                    view! { <Empty text=td_string!(lang, uplinks.empty) /> }.into_any()
                } else {
                    let cards = found.0
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
