//! This server's lines on the Now page.

use domain::uplinks::LIST_UPLINKS;
use leptos::prelude::*;

use super::{card::UplinkCard, words::name};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Empty, Height, Loaded, on_live},
};

#[component]
pub fn Here() -> impl IntoView {
    let lang = lang();
    let uplinks = Resource::new(|| (), |()| api::call(LIST_UPLINKS, ()));
    on_live("uplink_minute", move || uplinks.refetch());
    view! {
        <section class="stack wide">
            <h2>{td_string!(lang, uplinks.here)}</h2>
            <Loaded resource=uplinks height=Height::Strip aside=true let:uplinks>
                {if uplinks.is_empty() {
                    view! { <Empty text=td_string!(lang, uplinks.empty) /> }.into_any()
                } else {
                    uplinks
                        .into_iter()
                        .map(|uplink| {
                            let href = format!("/uplinks/{}", uplink.name);
                            view! {
                                <h3>
                                    <a href=href>{name(&uplink)}</a>
                                </h3>
                                <UplinkCard uplink=uplink brief=true />
                            }
                        })
                        .collect_view()
                        .into_any()
                }}
            </Loaded>
        </section>
    }
}
