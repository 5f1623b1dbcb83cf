//! A device's own data: taking it along, deleting it, joining another browser to it.
//!
//! Flow of pairing: one browser asks for a code (kept as a hash, five minutes) → the other one sends it → its key
//! opens the same device from then on. Surprising rule: no device id travels. Each browser keeps its own; what they
//! share is the row behind both. Tests that the joining browser already had move along.

mod api;
mod export;
mod pairing;
pub mod service;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::delete_me))
        .routes(routes!(api::export_me))
        .routes(routes!(api::create_pair_code))
        .routes(routes!(api::join_pair))
        .routes(routes!(api::export_csv))
        .routes(routes!(api::export_json))
}
