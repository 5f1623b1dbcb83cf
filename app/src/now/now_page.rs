//! The first page: where the fault is, the last hour, the last result, the provider.

use domain::{
    isps::{GET_STATUS, IspReliabilityQuery, LIST_ISP_RELIABILITY},
    measurements::{LIST_MEASUREMENTS, MeasurementQuery},
    verdict::GET_VERDICT,
};
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
    let verdict = Resource::new(|| (), |()| api::call(GET_VERDICT, ()));
    let tests = Resource::new(
        || (),
        |()| {
            let verdict = api::call(GET_VERDICT, ());
            let tests = api::call(LIST_MEASUREMENTS, MeasurementQuery { skip: 0, limit: LAST_HOUR });
            async move { Ok((verdict.await?.facts_at, tests.await?)) }
        },
    );
    let around = Resource::new(
        || (),
        |()| {
            let isps = api::call(LIST_ISP_RELIABILITY, IspReliabilityQuery::default());
            let status = api::call(GET_STATUS, ());
            let tests = api::call(LIST_MEASUREMENTS, MeasurementQuery { skip: 0, limit: 1 });
            async move { Ok((isps.await?, status.await?, tests.await?)) }
        },
    );
    on_live("measurement", move || {
        verdict.refetch();
        tests.refetch();
    });
    view! {
        <Page title=td_string!(lang, now.title) class="with-aside">
            <section class="wide">
                <Loaded resource=verdict let:verdict>
                    <VerdictView verdict=verdict />
                </Loaded>
            </section>
            <section class="stack">
                <h2>{td_string!(lang, now.hour)}</h2>
                <Loaded resource=tests height=Height::Strip let:found>
                    <Hour now=found.0 tests=found.1.clone() />
                </Loaded>
            </section>
            <section class="stack">
                <h2>{td_string!(lang, now.last)}</h2>
                <Loaded resource=tests let:found>
                    <LastTest now=found.0 test=found.1.first().cloned() />
                </Loaded>
            </section>
            <section class="stack wide">
                <h2>{td_string!(lang, now.neighbours)}</h2>
                <Loaded resource=around let:found>
                    <ProviderState
                        isps=found.0
                        status=found.1
                        mine=found.2.first().and_then(|test| test.isp.clone())
                    />
                </Loaded>
            </section>
            <Here />
        </Page>
    }
}
