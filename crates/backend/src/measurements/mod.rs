//! Tests as they are kept: storing, listing, deleting, and the 15-minute rollups that every longer view is made of.
//!
//! Flow: [`service::store`] writes the row, its samples and its rollup in one unit, then tells who listens; lists read
//! rows by an index; everything over a day reads rollups. Surprising rule: an invalid run is kept with its reason but
//! is in no rollup, and neither is a test without a device (the server's own line).

mod api;
pub mod devices;
pub mod queries;
pub mod rebuild;
pub mod rollups;
pub mod rows;
pub mod service;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::list_measurements, api::delete_measurements))
        .routes(routes!(api::list_recent_measurements))
        .routes(routes!(api::list_outages))
        .routes(routes!(api::find_latest_result))
        .routes(routes!(api::find_shared_result))
}
