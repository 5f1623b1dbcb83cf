//! The table of contents: every route of the product, one line each.

use leptos::prelude::*;
use leptos_meta::{Meta, Title, provide_meta_context};
use leptos_router::{
    ParamSegment, SsrMode, StaticSegment,
    components::{Route, Router, Routes},
};

use crate::{
    history::{ContractRoute, HistoryRoute, WeeklyRoute},
    i18n::{COOKIE, I18nContextProvider, lang, td_string},
    layout::{Frame, NotFoundPage},
    now::NowPage,
    providers::ProvidersPage,
    settings::SettingsPage,
    speed_tests::{SharePage, TestPage, deliver_later},
    uplinks::{UplinkListPage, UplinkPage},
};

/// The application: languages, meta, router, routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // What could not be handed in before is handed in when any page opens.
    Effect::new(|| {
        deliver_later();
    });
    view! {
        <I18nContextProvider cookie_name=COOKIE>
            <Title formatter=|title| format!("{title} · Steadyline") />
            <Meta name="description" content=td_string!(lang(), shell.description) />
            <Router>
                <Frame>
                    <Routes fallback=|| view! { <NotFoundPage /> }>
                        <Route path=StaticSegment("") view=NowPage />
                        <Route path=StaticSegment("history") view=HistoryRoute />
                        <Route path=StaticSegment("weekly-report") view=WeeklyRoute />
                        <Route path=StaticSegment("isp-sla") view=ContractRoute />
                        <Route path=StaticSegment("cost-calc") view=ContractRoute />
                        <Route path=StaticSegment("isp") view=ProvidersPage />
                        <Route path=StaticSegment("test") view=TestPage />
                        <Route
                            path=(StaticSegment("share"), ParamSegment("id"))
                            view=SharePage
                            ssr=SsrMode::Async
                        />
                        <Route path=StaticSegment("settings") view=SettingsPage />
                        <Route path=StaticSegment("uplinks") view=UplinkListPage />
                        <Route
                            path=(StaticSegment("uplinks"), ParamSegment("name"))
                            view=UplinkPage
                            ssr=SsrMode::Async
                        />
                    </Routes>
                </Frame>
            </Router>
        </I18nContextProvider>
    }
}
