//! The verdict: gathers what is known for one visitor and lets `domain::verdict` judge it.
//!
//! Flow: this device's tests and its usual figures, the households that tested in the last 15 minutes → facts → the
//! pure function. Surprising rule: the viewer's own household is in no group, so that nobody confirms themself.

mod api;
mod queries;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(api::get_verdict))
}
