//! Providers as their households see them: reliability, and the community's state.
//!
//! Flow: figures per device → median of device medians → grade, and a rank by the interval's lower end.
//! Surprise: a provider below k households has no figures at all, and a figure that would follow from the
//! others by subtraction is held back too (`privacy`).

mod reliability;
mod slug;
mod status;

use chrono::{DateTime, NaiveDate, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::{
    buildings::Visitor,
    endpoint::{Endpoint, EndpointInfo},
    self_health::Affected,
    stats::Interval,
};

pub use reliability::{
    DeviceFigures, MIN_TESTS, ProviderFacts, ProviderFigures, list_reliability, provider_figures,
    reliability_grade,
};
pub use slug::provider_slug;
pub use status::{CommunityFacts, community_status};

/// Providers by reliability, by the lower end of their uptime.
pub const LIST_ISP_RELIABILITY: Endpoint<IspReliabilityQuery, Vec<IspReliability>> =
    Endpoint::get("list_isp_reliability", "/api/isp-reliability");
/// The community's state.
pub const GET_STATUS: Endpoint<(), Status> = Endpoint::get("get_status", "/api/status");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[GET_STATUS.info(), LIST_ISP_RELIABILITY.info()];

/// `?hours=` of the reliability list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct IspReliabilityQuery {
    /// The window in hours, back from now.
    #[garde(range(min = 1, max = 168))]
    #[cfg_attr(feature = "openapi", param(default = 168, minimum = 1, maximum = 168))]
    pub hours: u32,
}

impl Default for IspReliabilityQuery {
    fn default() -> Self {
        Self { hours: 168 }
    }
}

/// One provider's reliability; figures null where `suppressed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IspReliability {
    /// The provider's name.
    pub isp: String,
    /// The provider's slug.
    pub slug: String,
    /// Valid tests.
    pub total_tests: Option<u64>,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub outage_tests: Option<u64>,
    /// The mean over devices of each device's share of good tests, in per cent.
    pub uptime_pct: Option<f64>,
    /// The Wilson interval of the uptime.
    pub uptime_interval: Option<Interval>,
    /// The median of the devices' medians in Mbit/s.
    pub avg_download: Option<f64>,
    /// Mbit/s.
    pub avg_upload: Option<f64>,
    /// ms.
    pub avg_ping: Option<f64>,
    /// A+ … F; "N/A" while there are fewer than 30 tests or k households.
    pub grade: String,
    /// Devices behind the figures.
    pub devices: Option<u64>,
    /// Fewer than k households, or held back so that another's figure cannot be computed.
    pub suppressed: bool,
}

/// How the community's lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CommunityStatus {
    /// Nothing out of the ordinary.
    Healthy,
    /// More than 5 % of tests fail.
    Degraded,
    /// An open outage, or 40 % of tests and more fail.
    Outage,
    /// Too few households to tell.
    Unknown,
}

/// The community's state; figures null below k households.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Status {
    /// In a word.
    pub status: CommunityStatus,
    /// Null until outages are kept as events.
    pub active_outages: Option<u64>,
    /// Null until there are reports.
    pub open_reports: Option<u64>,
    /// The median of the devices' medians in Mbit/s.
    pub avg_download_24h: Option<f64>,
    /// Per cent.
    pub uptime_pct_24h: Option<f64>,
    /// Valid tests of 7 days.
    pub total_measurements_7d: Option<u64>,
    /// One entry a day, oldest first.
    pub daily_summary: Vec<StatusDay>,
    /// Fewer than k households took part.
    pub suppressed: bool,
    /// What a fault of this server itself impairs; empty: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitor: Vec<Affected>,
    /// When this was made.
    pub checked_at: DateTime<Utc>,
    /// The visitor of a host with one building.
    #[serde(default)]
    pub visitor: Option<Visitor>,
}

/// One day of the community.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusDay {
    /// The operator's local day.
    pub date: NaiveDate,
    /// Valid tests.
    pub tests: Option<u64>,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub outages: Option<u64>,
    /// Per cent.
    pub uptime_pct: Option<f64>,
    /// The median of the devices' medians in Mbit/s.
    pub avg_download: Option<f64>,
    /// Fewer than k households took part.
    pub suppressed: bool,
}
