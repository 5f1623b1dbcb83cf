//! A device's own data: what can be taken along, what was deleted, and how another browser joins.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::{
    diagnostics::LossPoint,
    endpoint::{Endpoint, EndpointInfo},
    measurements::MeasurementResult,
};

/// Deletes everything of the device.
pub const DELETE_ME: Endpoint<(), DeletedData> = Endpoint::delete("delete_me", "/api/me").of_device();
/// Everything of the device as one JSON.
pub const EXPORT_ME: Endpoint<(), DeviceExport> = Endpoint::get("export_me", "/api/me/export").of_device();
/// A short-lived code for another browser.
pub const CREATE_PAIR_CODE: Endpoint<(), PairCode> = Endpoint::post("create_pair_code", "/api/me/pair");
/// Joins the calling browser to the code's device.
pub const JOIN_PAIR: Endpoint<PairPath, Paired> = Endpoint::post("join_pair", "/api/me/pair/{code}");
/// The tests as CSV; the answer is text, not JSON.
pub const EXPORT_CSV: Endpoint<ExportQuery, String> = Endpoint::get("export_csv", "/api/export/csv");
/// The tests as JSON.
pub const EXPORT_JSON: Endpoint<ExportQuery, ExportedTests> =
    Endpoint::get("export_json", "/api/export/json");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[
    CREATE_PAIR_CODE.info(),
    DELETE_ME.info(),
    EXPORT_CSV.info(),
    EXPORT_JSON.info(),
    EXPORT_ME.info(),
    JOIN_PAIR.info(),
];

/// How long a pairing code can be used.
pub const PAIR_CODE_MINUTES: i64 = 5;

/// How many rows of each table were deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedData {
    /// Rows by table; empty for a device without data.
    pub deleted: BTreeMap<String, u64>,
}

/// `?days=` of the exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct ExportQuery {
    /// How many days back from now.
    #[garde(range(min = 1, max = 3650))]
    #[cfg_attr(feature = "openapi", param(default = 90, minimum = 1, maximum = 3650))]
    pub days: u32,
}

impl Default for ExportQuery {
    fn default() -> Self {
        Self { days: 90 }
    }
}

/// The device's tests, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedTests {
    /// How many there are in `measurements`.
    pub count: u64,
    /// When it was made.
    pub exported_at: DateTime<Utc>,
    /// One entry a test.
    pub measurements: Vec<ExportedTest>,
}

/// One test as a table row; null for what was not measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedTest {
    /// When it began.
    pub timestamp: DateTime<Utc>,
    /// Mbit/s.
    pub download_mbps: Option<f64>,
    /// Mbit/s.
    pub upload_mbps: Option<f64>,
    /// ms.
    pub ping_ms: Option<f64>,
    /// The provider.
    pub isp: Option<String>,
    /// As the resident named the place.
    pub city: Option<String>,
    /// Not known to this server: always null.
    pub country: Option<String>,
}

/// Everything of one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceExport {
    /// When it was made.
    pub exported_at: DateTime<Utc>,
    /// The device's row; null where nothing was ever stored.
    pub device: Option<DeviceFacts>,
    /// Providers and when a test was last made through them; the household behind it is kept as a hash alone.
    pub providers: Vec<ProviderSeen>,
    /// Kept trains of echoes, oldest first.
    pub packet_loss: Vec<LossPoint>,
    /// All tests, newest first, with what their pages show.
    pub measurements: Vec<ExportedMeasurement>,
}

/// What is kept of a device beside its tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceFacts {
    /// IANA name.
    pub time_zone: Option<String>,
    /// When the first test was stored.
    pub created_at: DateTime<Utc>,
    /// To the day.
    pub last_seen_at: DateTime<Utc>,
    /// How many browsers, extensions and scripts share it.
    pub browsers: u64,
}

/// A provider that the device measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderSeen {
    /// The provider's name; null: unknown.
    pub isp: Option<String>,
    /// The last test.
    pub seen_at: DateTime<Utc>,
}

/// A test with its raw samples, as far as they are still kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedMeasurement {
    /// Figures and grades.
    #[serde(flatten)]
    pub result: MeasurementResult,
    /// Why it failed; null: it did not.
    pub failure: Option<String>,
    /// As the browser sent them; null after 30 days.
    pub samples: Option<serde_json::Value>,
}

/// A code that joins another browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairCode {
    /// Eight letters and digits; it works once.
    pub code: String,
    /// Five minutes from now.
    pub expires_at: DateTime<Utc>,
}

/// The code in the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct PairPath {
    /// As shown by the other browser; case and hyphens do not matter.
    pub code: String,
}

/// The calling browser now shares the other one's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Paired {
    /// In a sentence.
    pub message: String,
    /// Tests of this browser that moved along.
    pub moved_tests: u64,
}
