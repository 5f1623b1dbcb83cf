//! The rooms that the browser loads when they are entered: each is a wasm chunk of its own (`cargo xtask build` cuts
//! the program at these places), so that the first visit to `/` carries the Now page alone.

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

use crate::{
    history::HistoryPage,
    providers::ProvidersPage,
    settings::SettingsPage,
    speed_tests::{SharePage, TestPage},
};

pub struct HistoryRoom;
pub struct ProvidersRoom;
pub struct SettingsRoom;
pub struct ShareRoom;
pub struct TestRoom;

#[lazy_route]
impl LazyRoute for HistoryRoom {
    fn data() -> Self {
        Self
    }
    fn view(_room: Self) -> AnyView {
        view! { <HistoryPage /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for ProvidersRoom {
    fn data() -> Self {
        Self
    }
    fn view(_room: Self) -> AnyView {
        view! { <ProvidersPage /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for SettingsRoom {
    fn data() -> Self {
        Self
    }
    fn view(_room: Self) -> AnyView {
        view! { <SettingsPage /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for ShareRoom {
    fn data() -> Self {
        Self
    }
    fn view(_room: Self) -> AnyView {
        view! { <SharePage /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for TestRoom {
    fn data() -> Self {
        Self
    }
    fn view(_room: Self) -> AnyView {
        view! { <TestPage /> }.into_any()
    }
}
