//! The first page: where the fault is, the last hour, the last result, the provider.

use domain::{
    isps::{GET_STATUS, IspReliabilityQuery, LIST_ISP_RELIABILITY},
    measurements::{LIST_MEASUREMENTS, MeasurementQuery},
    verdict::GET_VERDICT,
};
use futures::try_join;
use leptos::prelude::*;

use super::{hour::Hour, last_test::LastTest, provider::ProviderState, verdict::VerdictView};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Height, Loaded, Page, on_live},
    uplinks::Here,
};

/// Tests that a device can make in an hour, one a minute: what the strip can show.
const LAST_HOUR: i64 = 60;

#[component]
pub fn NowPage() -> impl IntoView {
    let lang = lang();
    let own = Resource::new(
        || (),
        |()| {
            let verdict = api::call(GET_VERDICT, ());
            let tests = api::call(LIST_MEASUREMENTS, MeasurementQuery { skip: 0, limit: LAST_HOUR });
            async move { try_join!(verdict, tests) }
        },
    );
    let around = Resource::new(
        || (),
        move |()| {
            let isps = api::call(LIST_ISP_RELIABILITY, IspReliabilityQuery::default());
            let status = api::call(GET_STATUS, ());
            async move {
                let (isps, status) = try_join!(isps, status)?;
                // The device's provider is in its tests; without them the community is shown alone.
                let mine = own.await.ok().and_then(|(_, tests)| tests.first()?.isp.clone());
                Ok((isps, status, mine))
            }
        },
    );
    on_live("measurement", move || own.refetch());
    view! {
        <Page title=td_string!(lang, now.title) class="with-aside">
            <section class="wide">
                <Loaded resource=own let:found>
                    <VerdictView verdict=found.0 />
                </Loaded>
            </section>
            <section class="stack">
                <h2>{td_string!(lang, now.hour)}</h2>
                <Loaded resource=own height=Height::Strip let:found>
                    <Hour now=found.0.facts_at tests=found.1 />
                </Loaded>
            </section>
            <section class="stack">
                <h2>{td_string!(lang, now.last)}</h2>
                <Loaded resource=own let:found>
                    <LastTest now=found.0.facts_at test=found.1.first().cloned() />
                </Loaded>
            </section>
            <section class="stack wide">
                <h2>{td_string!(lang, now.neighbours)}</h2>
                <Loaded resource=around aside=true let:found>
                    <ProviderState isps=found.0 status=found.1 mine=found.2 />
                </Loaded>
            </section>
            <Here />
        </Page>
    }
}
