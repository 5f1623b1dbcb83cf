//! The building check: residents let this server ask their line whether it is there.
//!
//! Flow: a resident joins (`api`, the address is asked at once) → every cycle all addresses are asked, spread
//! over it, and the results written in one unit (`cycle`) → the dashboard reads rows alone. Surprising rule: an
//! address is never in a log, stands sealed in its row alone, and is gone from the files once its household left.

mod admin;
mod api;
mod asker;
mod cycle;
mod groups;
mod join;
mod notes;
mod prober;
mod queries;
mod retention;
mod store;
mod view;

use std::sync::{Arc, OnceLock};

use tokio::sync::{Notify, Semaphore};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use api::visitor_of_only_building;
pub use asker::Asker;
pub use cycle::{run_cycle, start};
pub use join::{ADDRESS, LABEL, forget_device};
pub use prober::{Asked, Asking, Prober, Way};
pub use retention::retain;
pub use view::neighbours;

use crate::AppState;
use prober::NetProber;

/// Joins that are being asked at the same time.
const JOINS_AT_ONCE: usize = 64;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::list_buildings))
        .routes(routes!(api::get_building_status))
        .routes(routes!(api::join_building, api::leave_building))
        .routes(routes!(api::get_building_dashboard))
        .routes(routes!(api::list_building_events))
        .routes(routes!(api::join_only_building, api::leave_only_building))
        .routes(routes!(api::get_dashboard))
        .routes(routes!(api::list_events))
        .routes(routes!(admin::list_admin_buildings, admin::create_building))
        .routes(routes!(admin::delete_building))
        .routes(routes!(admin::list_admin_endpoints, admin::create_admin_endpoint))
        .routes(routes!(admin::delete_admin_endpoint))
        .routes(routes!(admin::get_admin_metrics))
        .routes(routes!(admin::get_admin_settings, admin::update_admin_settings))
}

/// What asks the addresses.
pub struct Check {
    prober: OnceLock<Arc<dyn Prober>>,
    joins: Semaphore,
    /// The settings changed.
    changed: Notify,
}

impl Default for Check {
    fn default() -> Self {
        Self { prober: OnceLock::new(), joins: Semaphore::new(JOINS_AT_ONCE), changed: Notify::new() }
    }
}

impl Check {
    /// Asks by another prober than real sockets; only before the first question.
    pub fn ask_by(&self, prober: Arc<dyn Prober>) -> bool {
        self.prober.set(prober).is_ok()
    }

    fn prober(&self) -> Arc<dyn Prober> {
        self.prober.get_or_init(|| Arc::new(NetProber::default())).clone()
    }
}
