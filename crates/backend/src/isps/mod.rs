//! Providers as their households see them: reliability, and the community's state.
//!
//! Flow: a snapshot of every provider's devices (from rollups, cached for some seconds, made by one caller while the
//! others wait or get the last one) → the rules, with the viewer's own household left out of the count → the answer.
//! Surprising rule: what is cached is never one answer for all, since each viewer may see something else suppressed.

mod api;
pub mod community;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(api::get_status)).routes(routes!(api::list_isp_reliability))
}
