//! The handler of the BGP sessions.

use axum::extract::State;
use domain::bgp::BgpDaemon;

use crate::{AppState, http::Json};

/// BGP sessions of this machine's routing daemons.
///
/// Empty where none is configured. A diagnostic: no uplink's state depends on it.
#[utoipa::path(get, path = "/api/bgp", tag = "uplinks", responses((status = 200, body = Vec<BgpDaemon>)))]
pub async fn list_bgp_daemons(State(state): State<AppState>) -> Json<Vec<BgpDaemon>> {
    Json(state.bgp.list())
}
