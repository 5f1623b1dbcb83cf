//! The rooms that the browser loads when they are entered: `cargo xtask build` cuts the program at the three functions
//! here, so that the first visit to `/` carries the Now page alone. Three and not one a room: what rooms share would
//! become a file for each set of them that shares it.

use leptos::prelude::*;
use leptos_router::LazyRoute;

use crate::{
    admin::{AuditPage, OverviewPage, SessionsPage, SignInPage, UsersPage},
    buildings::{AdminBuildingsPage, BuildingListPage, BuildingPage, PosterPage},
    diagnose::{AdvancedPage, SecurityPage},
    history::HistoryPage,
    overlay::{LegalPage, OverlayPage},
    providers::ProvidersPage,
    self_health::SelfHealthPage,
    settings::SettingsPage,
    speed_tests::{SharePage, TestPage},
    uplinks::{UplinkListPage, UplinkPage},
};

pub struct AdminBuildingsRoom;
pub struct BuildingListRoom;
pub struct BuildingRoom;
pub struct AdminRoom;
pub struct AuditRoom;
pub struct DiagnoseRoom;
pub struct HistoryRoom;
pub struct LegalRoom;
pub struct OverlayRoom;
pub struct PosterRoom;
pub struct ProvidersRoom;
pub struct SecurityRoom;
pub struct SelfHealthRoom;
pub struct SettingsRoom;
pub struct SessionsRoom;
pub struct ShareRoom;
pub struct SignInRoom;
pub struct TestRoom;
pub struct UplinkListRoom;
pub struct UplinkRoom;
pub struct UsersRoom;

/// A room that reads what was measured.
enum Reading {
    BuildingList,
    Building,
    History,
    Legal,
    Poster,
    Providers,
    Settings,
    UplinkList,
    Uplink,
}

/// A room of the speed test.
enum Testing {
    Diagnose,
    Security,
    Test,
    Share,
}

/// A room of the operator's.
enum Operating {
    Overview,
    Audit,
    Buildings,
    Overlay,
    SelfHealth,
    Sessions,
    SignIn,
    Users,
}

#[lazy]
fn operating(room: Operating) -> AnyView {
    match room {
        Operating::Overview => view! { <OverviewPage /> }.into_any(),
        Operating::Audit => view! { <AuditPage /> }.into_any(),
        Operating::Buildings => view! { <AdminBuildingsPage /> }.into_any(),
        Operating::Overlay => view! { <OverlayPage /> }.into_any(),
        Operating::SelfHealth => view! { <SelfHealthPage /> }.into_any(),
        Operating::Sessions => view! { <SessionsPage /> }.into_any(),
        Operating::SignIn => view! { <SignInPage /> }.into_any(),
        Operating::Users => view! { <UsersPage /> }.into_any(),
    }
}

#[lazy]
fn reading(room: Reading) -> AnyView {
    match room {
        Reading::BuildingList => view! { <BuildingListPage /> }.into_any(),
        Reading::Building => view! { <BuildingPage /> }.into_any(),
        Reading::Legal => view! { <LegalPage /> }.into_any(),
        Reading::Poster => view! { <PosterPage /> }.into_any(),
        Reading::History => view! { <HistoryPage /> }.into_any(),
        Reading::Providers => view! { <ProvidersPage /> }.into_any(),
        Reading::Settings => view! { <SettingsPage /> }.into_any(),
        Reading::UplinkList => view! { <UplinkListPage /> }.into_any(),
        Reading::Uplink => view! { <UplinkPage /> }.into_any(),
    }
}

#[lazy]
fn testing(room: Testing) -> AnyView {
    match room {
        Testing::Diagnose => view! { <AdvancedPage /> }.into_any(),
        Testing::Security => view! { <SecurityPage /> }.into_any(),
        Testing::Test => view! { <TestPage /> }.into_any(),
        Testing::Share => view! { <SharePage /> }.into_any(),
    }
}

/// Each a route whose view is one of the cut-off functions.
macro_rules! rooms {
    ($($room:ident: $load:ident, $preload:ident, $which:expr;)*) => {$(
        impl LazyRoute for $room {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                $load($which).await
            }

            async fn preload() {
                #[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
                $preload().await;
            }
        }
    )*};
}

rooms! {
    AdminBuildingsRoom: operating, __preload_operating, Operating::Buildings;
    BuildingListRoom: reading, __preload_reading, Reading::BuildingList;
    BuildingRoom: reading, __preload_reading, Reading::Building;
    LegalRoom: reading, __preload_reading, Reading::Legal;
    OverlayRoom: operating, __preload_operating, Operating::Overlay;
    PosterRoom: reading, __preload_reading, Reading::Poster;
    AdminRoom: operating, __preload_operating, Operating::Overview;
    AuditRoom: operating, __preload_operating, Operating::Audit;
    DiagnoseRoom: testing, __preload_testing, Testing::Diagnose;
    HistoryRoom: reading, __preload_reading, Reading::History;
    ProvidersRoom: reading, __preload_reading, Reading::Providers;
    SecurityRoom: testing, __preload_testing, Testing::Security;
    SelfHealthRoom: operating, __preload_operating, Operating::SelfHealth;
    SettingsRoom: reading, __preload_reading, Reading::Settings;
    SessionsRoom: operating, __preload_operating, Operating::Sessions;
    ShareRoom: testing, __preload_testing, Testing::Share;
    SignInRoom: operating, __preload_operating, Operating::SignIn;
    TestRoom: testing, __preload_testing, Testing::Test;
    UplinkListRoom: reading, __preload_reading, Reading::UplinkList;
    UplinkRoom: reading, __preload_reading, Reading::Uplink;
    UsersRoom: operating, __preload_operating, Operating::Users;
}
