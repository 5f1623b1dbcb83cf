//! A device's past: facts from rollups, handed to the rules of `domain::history`.
//!
//! Flow: find the device and its zone → read the facts of a window, of local days or hours → rule → answer.
//! Surprising rule: a caller without data gets the same shape with nulls, not an error; where api.md asks for a device
//! (`P!`), only its absence from the request is refused.

mod changes;
mod contract;
mod days;
mod spread;
mod stats;
mod subject;
pub mod windows;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(changes::get_before_after))
        .routes(routes!(changes::get_comparison))
        .routes(routes!(changes::get_speed_trend))
        .routes(routes!(changes::get_weekly_report))
        .routes(routes!(contract::analyze_sla))
        .routes(routes!(contract::get_cost_calculator))
        .routes(routes!(days::get_heatmap_calendar))
        .routes(routes!(days::get_series))
        .routes(routes!(days::get_uptime_calendar))
        .routes(routes!(spread::get_correlation))
        .routes(routes!(spread::get_distribution))
        .routes(routes!(spread::get_percentiles))
        .routes(routes!(stats::get_health_score))
        .routes(routes!(stats::get_quality_score))
        .routes(routes!(stats::get_stats))
}
