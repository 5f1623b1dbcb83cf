//! The table of contents: every route of the product, one line each.

use leptos::{ev, prelude::*};
use leptos_meta::{Meta, Title, provide_meta_context};
use leptos_router::{
    Lazy, ParamSegment, SsrMode, StaticSegment,
    components::{Route, Router, Routes},
};

use crate::{
    i18n::{provide_lang, td_string},
    layout::{Frame, MorePage, NotFoundPage},
    now::NowPage,
    rooms::{
        AdminBuildingsRoom, AdminRoom, AuditRoom, BuildingListRoom, BuildingRoom, DiagnoseRoom, HistoryRoom,
        LegalRoom, OverlayRoom, PosterRoom, ProvidersRoom, SecurityRoom, SelfHealthRoom, SessionsRoom,
        SettingsRoom, ShareRoom, SignInRoom, TestRoom, UplinkListRoom, UplinkRoom, UsersRoom,
    },
    speed_tests::deliver_later,
};

/// The application: languages, meta, router, routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let lang = provide_lang();
    Effect::new(deliver);
    view! {
            <Title formatter=|title| format!("{title} · Steadyline") />
            <Meta name="description" content=td_string!(lang, shell.description) />
            <Router>
                <Frame>
                    <Routes fallback=|| view! { <NotFoundPage /> }>
                        <Route path=StaticSegment("") view=NowPage />
                        <Route path=StaticSegment("history") view={Lazy::<HistoryRoom>::new()} />
                        <Route path=StaticSegment("weekly-report") view={Lazy::<HistoryRoom>::new()} />
                        <Route path=StaticSegment("isp-sla") view={Lazy::<HistoryRoom>::new()} />
                        <Route path=StaticSegment("cost-calc") view={Lazy::<HistoryRoom>::new()} />
                        <Route path=StaticSegment("isp") view={Lazy::<ProvidersRoom>::new()} />
                        <Route path=StaticSegment("diagnostics-advanced") view={Lazy::<DiagnoseRoom>::new()} />
                        <Route path=StaticSegment("security") view={Lazy::<SecurityRoom>::new()} />
                        <Route path=StaticSegment("test") view={Lazy::<TestRoom>::new()} />
                        <Route
                            path=(StaticSegment("share"), ParamSegment("id"))
                            view={Lazy::<ShareRoom>::new()}
                            ssr=SsrMode::Async
                        />
                        <Route path=StaticSegment("more") view=MorePage />
                        <Route path=StaticSegment("building") view={Lazy::<BuildingListRoom>::new()} />
                        <Route
                            path=(StaticSegment("building"), ParamSegment("slug"))
                            view={Lazy::<BuildingRoom>::new()}
                            ssr=SsrMode::Async
                        />
                        <Route
                            path=(StaticSegment("building"), ParamSegment("slug"), StaticSegment("poster"))
                            view={Lazy::<PosterRoom>::new()}
                            ssr=SsrMode::Async
                        />
                        <Route
                            path=(StaticSegment("admin"), StaticSegment("buildings"))
                            view={Lazy::<AdminBuildingsRoom>::new()}
                        />
                        <Route path=(StaticSegment("legal"), ParamSegment("name")) view={Lazy::<LegalRoom>::new()} ssr=SsrMode::Async />
                        <Route path=(StaticSegment("admin"), StaticSegment("overlay")) view={Lazy::<OverlayRoom>::new()} ssr=SsrMode::Async />
                        <Route path=StaticSegment("settings") view={Lazy::<SettingsRoom>::new()} />
                        <Route path=StaticSegment("uplinks") view={Lazy::<UplinkListRoom>::new()} />
                        <Route
                            path=(StaticSegment("uplinks"), ParamSegment("name"))
                            view={Lazy::<UplinkRoom>::new()}
                            ssr=SsrMode::Async
                        />
                        <Route path=StaticSegment("admin") view={Lazy::<AdminRoom>::new()} ssr=SsrMode::Async />
                        <Route
                            path=(StaticSegment("admin"), StaticSegment("audit"))
                            view={Lazy::<AuditRoom>::new()}
                            ssr=SsrMode::Async
                        />
                        <Route path=(StaticSegment("admin"), StaticSegment("health")) view={Lazy::<SelfHealthRoom>::new()} ssr=SsrMode::Async />
                        <Route
                            path=(StaticSegment("admin"), StaticSegment("sessions"))
                            view={Lazy::<SessionsRoom>::new()}
                            ssr=SsrMode::Async
                        />
                        <Route path=(StaticSegment("admin"), StaticSegment("sign-in")) view={Lazy::<SignInRoom>::new()} />
                        <Route
                            path=(StaticSegment("admin"), StaticSegment("users"))
                            view={Lazy::<UsersRoom>::new()}
                            ssr=SsrMode::Async
                        />
                    </Routes>
                </Frame>
            </Router>
    }
}

/// What could not be handed in before is handed in when any page opens, and when the line is back.
fn deliver() {
    deliver_later();
    let back = window_event_listener(ev::online, |_| deliver_later());
    on_cleanup(move || back.remove());
}
