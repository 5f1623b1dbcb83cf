//! What the program says of itself: health, version, capabilities.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, EndpointInfo};

/// The program's health, part by part.
pub const GET_HEALTH: Endpoint<(), Health> = Endpoint::get("get_health", "/api/health");
/// What this service is and can do.
pub const GET_SYSTEM_INFO: Endpoint<(), SystemInfo> = Endpoint::get("get_system_info", "/api/system/info");
/// Counters and gauges as Prometheus reads them.
pub const GET_METRICS: Endpoint<(), ()> = Endpoint::get("get_metrics", "/api/metrics");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[GET_HEALTH.info(), GET_METRICS.info(), GET_SYSTEM_INFO.info()];

/// `ok` as long as every part answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Every part answers.
    Ok,
    /// Something does not.
    Degraded,
}

/// The state of one part of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartHealth {
    /// Which part.
    pub name: String,
    /// Whether it answers.
    pub ok: bool,
    /// What is wrong, where something is.
    pub problem: Option<String>,
}

/// The answer of `GET /health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// The worst of the parts.
    pub status: HealthState,
    /// The program's version.
    pub version: String,
    /// The server's time.
    pub timestamp: DateTime<Utc>,
    /// The operator's name for this installation ("production", "test").
    pub environment: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Part by part.
    pub parts: Vec<PartHealth>,
}

/// The answer of `GET /api/system/info`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemInfo {
    /// `steadyline`.
    pub service_type: String,
    /// The program's version.
    pub version: String,
    /// The product's name.
    pub name: String,
    /// Tells instances apart; new at each start.
    pub instance_id: String,
    /// What can be asked of this server.
    pub capabilities: Vec<String>,
}
