//! What people see: pages, widgets and the API client.
//!
//! Built twice: natively with `ssr` (the server draws each page), for the browser with `hydrate`. A page reads
//! the same everywhere: query state from the URL, resources by [`api::call`], view.
#![recursion_limit = "512"]

mod admin;
pub mod api;
mod buildings;
pub mod charts;
mod diagnose;
mod history;
pub mod i18n;
mod layout;
mod now;
mod overlay;
mod providers;
mod rooms;
mod routes;
mod self_health;
mod settings;
mod shell;
mod speed_tests;
pub mod ui;
mod uplinks;

pub use admin::Operator;
pub use routes::App;
pub use shell::{Assets, shell};
#[cfg(feature = "ssr")]
pub use speed_tests::preview;
