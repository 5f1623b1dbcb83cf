//! Health, version, capabilities, metrics, and the API's own description: what the program says of itself.

mod api;
mod docs;
mod metrics;

use axum::{Router, routing::get};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use metrics::Recorder;

use crate::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::get_health))
        .routes(routes!(api::get_system_info))
        .routes(routes!(metrics::get_metrics))
}

/// The same under the names that supervisors and older clients use, and the documents; none of them in the document.
pub fn aliases() -> Router<AppState> {
    Router::new()
        .route("/health", get(api::get_health))
        .route("/livez", get(api::get_alive))
        .route("/readyz", get(api::get_ready))
        .route("/metrics", get(metrics::get_metrics))
        .route("/service-info", get(api::get_system_info))
        .route("/api/openapi.json", get(docs::get_document))
        .route("/api/docs", get(docs::get_page))
        .route("/api/docs.css", get(docs::get_style))
}
