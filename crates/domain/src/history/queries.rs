//! What the history endpoints take, with the bounds of api.md §1 and §7.

use garde::Validate;
use serde::{Deserialize, Serialize};

/// The largest price or rate that a person can plausibly type.
const MOST: f64 = 1e9;

/// `?hours=` of the short windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct HoursQuery {
    /// The window in hours, back from now.
    #[garde(range(min = 1, max = 168))]
    #[cfg_attr(feature = "openapi", param(default = 24, minimum = 1, maximum = 168))]
    pub hours: u32,
}

impl Default for HoursQuery {
    fn default() -> Self {
        Self { hours: 24 }
    }
}

/// `?weeks=` of the speed trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct SpeedTrendQuery {
    /// How many weeks back.
    #[garde(range(min = 1, max = 104))]
    #[cfg_attr(feature = "openapi", param(default = 4, minimum = 1, maximum = 104))]
    pub weeks: u32,
}

impl Default for SpeedTrendQuery {
    fn default() -> Self {
        Self { weeks: 4 }
    }
}

/// `?days=` of the uptime calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct UptimeCalendarQuery {
    /// How many local days, today included.
    #[garde(range(min = 1, max = 3650))]
    #[cfg_attr(feature = "openapi", param(default = 90, minimum = 1, maximum = 3650))]
    pub days: u32,
}

impl Default for UptimeCalendarQuery {
    fn default() -> Self {
        Self { days: 90 }
    }
}

/// `?window_days=` of the health score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct HealthScoreQuery {
    /// The window in days, back from now.
    #[garde(range(min = 1, max = 365))]
    #[cfg_attr(feature = "openapi", param(default = 7, minimum = 1, maximum = 365))]
    pub window_days: u32,
}

impl Default for HealthScoreQuery {
    fn default() -> Self {
        Self { window_days: 7 }
    }
}

/// What the cost calculator compares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct CostQuery {
    /// What the line costs a month, in US dollars.
    #[garde(custom(not_negative))]
    #[cfg_attr(feature = "openapi", param(default = 50, minimum = 0, maximum = 1_000_000_000))]
    pub monthly_cost_usd: f64,
    /// The promised download in Mbit/s.
    #[garde(custom(positive))]
    #[cfg_attr(feature = "openapi", param(default = 100, exclusive_minimum = 0, maximum = 1_000_000_000))]
    pub plan_download_mbps: f64,
    /// The promised upload in Mbit/s.
    #[garde(custom(positive))]
    #[cfg_attr(feature = "openapi", param(default = 20, exclusive_minimum = 0, maximum = 1_000_000_000))]
    pub plan_upload_mbps: f64,
}

impl Default for CostQuery {
    fn default() -> Self {
        Self { monthly_cost_usd: 50.0, plan_download_mbps: 100.0, plan_upload_mbps: 20.0 }
    }
}

/// What was promised, for the analysis of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct SlaQuery {
    /// Promised download in Mbit/s.
    #[garde(custom(positive))]
    #[cfg_attr(feature = "openapi", param(default = 100, exclusive_minimum = 0, maximum = 1_000_000_000))]
    pub promised_download: f64,
    /// Promised upload in Mbit/s.
    #[garde(custom(positive))]
    #[cfg_attr(feature = "openapi", param(default = 20, exclusive_minimum = 0, maximum = 1_000_000_000))]
    pub promised_upload: f64,
    /// Promised latency in ms.
    #[garde(custom(positive))]
    #[cfg_attr(feature = "openapi", param(default = 30, exclusive_minimum = 0, maximum = 1_000_000_000))]
    pub promised_ping: f64,
    /// The window in days, back from now.
    #[garde(range(min = 1, max = 365))]
    #[cfg_attr(feature = "openapi", param(default = 30, minimum = 1, maximum = 365))]
    pub window_days: u32,
}

impl Default for SlaQuery {
    fn default() -> Self {
        Self { promised_download: 100.0, promised_upload: 20.0, promised_ping: 30.0, window_days: 30 }
    }
}

/// Two windows to compare; absent ends default to now−60 d … −30 d and −30 d … now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct BeforeAfterQuery {
    /// ISO 8601 date or instant.
    #[garde(length(chars, max = 40))]
    #[cfg_attr(feature = "openapi", param(max_length = 40))]
    pub before_start: Option<String>,
    /// ISO 8601 date or instant.
    #[garde(length(chars, max = 40))]
    #[cfg_attr(feature = "openapi", param(max_length = 40))]
    pub before_end: Option<String>,
    /// ISO 8601 date or instant.
    #[garde(length(chars, max = 40))]
    #[cfg_attr(feature = "openapi", param(max_length = 40))]
    pub after_start: Option<String>,
    /// ISO 8601 date or instant.
    #[garde(length(chars, max = 40))]
    #[cfg_attr(feature = "openapi", param(max_length = 40))]
    pub after_end: Option<String>,
}

/// `?days=` of the heat-map calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct HeatmapQuery {
    /// How many local days, today included.
    #[garde(range(min = 7, max = 365))]
    #[cfg_attr(feature = "openapi", param(default = 90, minimum = 7, maximum = 365))]
    pub days: u32,
}

impl Default for HeatmapQuery {
    fn default() -> Self {
        Self { days: 90 }
    }
}

/// `?bins=` of the distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct DistributionQuery {
    /// How many bins of equal width.
    #[garde(range(min = 5, max = 50))]
    #[cfg_attr(feature = "openapi", param(default = 20, minimum = 5, maximum = 50))]
    pub bins: u32,
}

impl Default for DistributionQuery {
    fn default() -> Self {
        Self { bins: 20 }
    }
}

/// `?range=` of the charts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct SeriesQuery {
    /// How far back; each range has its own fixed number of points.
    #[garde(skip)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub range: super::series::SeriesRange,
}

/// A number above zero; NaN and infinities parse from a query and are refused here.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take references")]
fn positive(value: &f64, (): &()) -> garde::Result {
    if value.is_finite() && *value > 0.0 && *value <= MOST {
        Ok(())
    } else {
        Err(garde::Error::new("must be a number above 0 and at most 1000000000"))
    }
}

/// A number that is zero or above.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take references")]
fn not_negative(value: &f64, (): &()) -> garde::Result {
    if value.is_finite() && *value >= 0.0 && *value <= MOST {
        Ok(())
    } else {
        Err(garde::Error::new("must be a number from 0 to 1000000000"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::hours_too_few(HoursQuery { hours: 0 }.validate().is_ok(), false)]
    #[case::hours_most(HoursQuery { hours: 168 }.validate().is_ok(), true)]
    #[case::hours_too_many(HoursQuery { hours: 169 }.validate().is_ok(), false)]
    #[case::weeks_too_many(SpeedTrendQuery { weeks: 105 }.validate().is_ok(), false)]
    #[case::heatmap_too_short(HeatmapQuery { days: 6 }.validate().is_ok(), false)]
    #[case::bins_too_many(DistributionQuery { bins: 51 }.validate().is_ok(), false)]
    #[case::calendar_of_ten_years(UptimeCalendarQuery { days: 3650 }.validate().is_ok(), true)]
    #[case::a_year_of_health(HealthScoreQuery { window_days: 366 }.validate().is_ok(), false)]
    fn windows_are_bounded(#[case] accepted: bool, #[case] expected: bool) {
        assert_eq!(accepted, expected);
    }

    #[rstest]
    #[case::nothing(0.0, false)]
    #[case::not_a_number(f64::NAN, false)]
    #[case::infinite(f64::INFINITY, false)]
    #[case::negative(-1.0, false)]
    #[case::plain(50.0, true)]
    fn promises_are_positive_numbers(#[case] promised: f64, #[case] accepted: bool) {
        let sla = SlaQuery { promised_download: promised, ..SlaQuery::default() };
        assert_eq!(sla.validate().is_ok(), accepted);
        let cost = CostQuery { plan_upload_mbps: promised, ..CostQuery::default() };
        assert_eq!(cost.validate().is_ok(), accepted);
    }

    #[test]
    fn a_free_line_has_a_price() {
        let free = CostQuery { monthly_cost_usd: 0.0, ..CostQuery::default() };
        assert!(free.validate().is_ok());
        let defaults = [CostQuery::default().validate().is_ok(), SlaQuery::default().validate().is_ok()];
        assert_eq!(defaults, [true, true]);
    }
}
