//! The endpoints of measurements and their queries.

use garde::Validate;
use serde::{Deserialize, Serialize};

use super::{LatestResult, Measurement, MeasurementResult, NewMeasurement};
use crate::endpoint::{Endpoint, EndpointInfo};

pub const LIST_MEASUREMENTS: Endpoint<MeasurementQuery, Vec<Measurement>> =
    Endpoint::get("list_measurements", "/api/measurements");
pub const LIST_RECENT_MEASUREMENTS: Endpoint<RecentQuery, Vec<Measurement>> =
    Endpoint::get("list_recent_measurements", "/api/measurements/recent");
pub const LIST_OUTAGES: Endpoint<OutageQuery, Vec<Measurement>> =
    Endpoint::get("list_outages", "/api/outages");
pub const CREATE_MEASUREMENT: Endpoint<NewMeasurement, MeasurementResult> =
    Endpoint::post("create_measurement", "/api/measurements");
pub const DELETE_MEASUREMENTS: Endpoint<(), DeletedMeasurements> =
    Endpoint::delete("delete_measurements", "/api/measurements");
/// The device's last own result in full, for the Test page after a reload (x-internal).
pub const FIND_LATEST_RESULT: Endpoint<(), LatestResult> =
    Endpoint::get("find_latest_result", "/api/measurements/latest");
/// A result that its owner shared by its address (x-internal).
pub const FIND_SHARED_RESULT: Endpoint<SharedPath, MeasurementResult> =
    Endpoint::get("find_shared_result", "/api/shared/{id}");

pub const ENDPOINTS: &[EndpointInfo] = &[
    LIST_MEASUREMENTS.info(),
    LIST_RECENT_MEASUREMENTS.info(),
    LIST_OUTAGES.info(),
    CREATE_MEASUREMENT.info(),
    DELETE_MEASUREMENTS.info(),
    FIND_LATEST_RESULT.info(),
    FIND_SHARED_RESULT.info(),
];

/// A page of the device's tests, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct MeasurementQuery {
    /// How many to leave out.
    #[garde(range(min = 0))]
    #[cfg_attr(feature = "openapi", param(minimum = 0, default = 0))]
    pub skip: i64,
    /// How many to give.
    #[garde(range(min = 1, max = 500))]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500, default = 100))]
    pub limit: i64,
}

impl Default for MeasurementQuery {
    fn default() -> Self {
        Self { skip: 0, limit: 100 }
    }
}

/// The device's tests of the last hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct RecentQuery {
    /// How many hours back.
    #[garde(range(min = 1, max = 168))]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 168, default = 24))]
    pub hours: i64,
}

impl Default for RecentQuery {
    fn default() -> Self {
        Self { hours: 24 }
    }
}

/// The device's tests that were outages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct OutageQuery {
    /// How many to give.
    #[garde(range(min = 1, max = 200))]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200, default = 50))]
    pub limit: i64,
}

impl Default for OutageQuery {
    fn default() -> Self {
        Self { limit: 50 }
    }
}

/// The address of a shared result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct SharedPath {
    /// The share id of a result.
    pub id: String,
}

/// What a deletion took away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedMeasurements {
    pub deleted: u64,
    pub message: String,
}
