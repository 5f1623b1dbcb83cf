//! Live events: a stored test reaches those who watch.
//!
//! Flow: [`Hub::publish`] → bus (this process, or PostgreSQL's NOTIFY when several instances share a database) → own
//! devices at once; everybody else after a random delay, coarse, and only where k households tested. Surprising
//! rule: the gate is checked when the delayed event is sent, and each watcher's own household never counts.

mod api;
mod bus;
mod community;
mod feed;
mod hub;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use community::distribute;
pub use hub::{Hub, StoredTest};

use crate::AppState;

/// Brings other instances' events here, until the program stops.
pub async fn listen(state: AppState) {
    state.live.bus().listen(state.stop.clone()).await;
}

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(api::watch_events)).routes(routes!(api::watch_socket))
}
