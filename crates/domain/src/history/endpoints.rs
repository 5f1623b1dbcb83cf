//! The endpoints of a device's past (api.md §1 and §7); all of the device's own data.

use super::{
    BeforeAfterQuery, CostQuery, DistributionQuery, HealthScoreQuery, HeatmapQuery, HoursQuery, SeriesQuery,
    SlaQuery, SpeedTrendQuery, UptimeCalendarQuery,
    calendar::{HeatmapCalendar, UptimeCalendar},
    change::{BeforeAfter, Comparison, SpeedTrend},
    contract::{CostCalculation, SlaAnswer},
    distribution::{Correlation, Distribution, Percentiles},
    grades::{HealthScore, QualityScore},
    series::Series,
    stats::Stats,
    weekly::WeeklyReport,
};
use crate::endpoint::{Endpoint, EndpointInfo};

/// Counts and averages of a window.
pub const GET_STATS: Endpoint<HoursQuery, Stats> = Endpoint::get("get_stats", "/api/stats");
/// The quality score of a window.
pub const GET_QUALITY_SCORE: Endpoint<HoursQuery, QualityScore> =
    Endpoint::get("get_quality_score", "/api/quality-score");
/// The last seven days beside the seven before.
pub const GET_COMPARISON: Endpoint<(), Comparison> = Endpoint::get("get_comparison", "/api/comparison");
/// Two windows of choice beside each other.
pub const GET_BEFORE_AFTER: Endpoint<BeforeAfterQuery, BeforeAfter> =
    Endpoint::get("get_before_after", "/api/comparison/before-after");
/// Week by week.
pub const GET_SPEED_TREND: Endpoint<SpeedTrendQuery, SpeedTrend> =
    Endpoint::get("get_speed_trend", "/api/speed-trend");
/// Uptime of each local day.
pub const GET_UPTIME_CALENDAR: Endpoint<UptimeCalendarQuery, UptimeCalendar> =
    Endpoint::get("get_uptime_calendar", "/api/uptime-calendar");
/// The health score of a window.
pub const GET_HEALTH_SCORE: Endpoint<HealthScoreQuery, HealthScore> =
    Endpoint::get("get_health_score", "/api/health-score");
/// What a Mbit/s costs.
pub const GET_COST_CALCULATOR: Endpoint<CostQuery, CostCalculation> =
    Endpoint::get("get_cost_calculator", "/api/cost-calculator");
/// The line against what was promised.
pub const ANALYZE_SLA: Endpoint<SlaQuery, SlaAnswer> = Endpoint::get("analyze_sla", "/api/sla/analyze");
/// The week in words.
pub const GET_WEEKLY_REPORT: Endpoint<(), WeeklyReport> =
    Endpoint::get("get_weekly_report", "/api/reports/weekly");
/// The speed of each local day.
pub const GET_HEATMAP_CALENDAR: Endpoint<HeatmapQuery, HeatmapCalendar> =
    Endpoint::get("get_heatmap_calendar", "/api/history/heatmap-calendar").of_device();
/// How often which speed.
pub const GET_DISTRIBUTION: Endpoint<DistributionQuery, Distribution> =
    Endpoint::get("get_distribution", "/api/history/distribution").of_device();
/// The percentiles of the three figures.
pub const GET_PERCENTILES: Endpoint<(), Percentiles> =
    Endpoint::get("get_percentiles", "/api/history/percentiles").of_device();
/// Speed by hour and weekday, and how the figures hang together.
pub const GET_CORRELATION: Endpoint<(), Correlation> =
    Endpoint::get("get_correlation", "/api/history/correlation").of_device();
/// The charts of the History page (x-internal).
pub const GET_SERIES: Endpoint<SeriesQuery, Series> = Endpoint::get("get_series", "/api/history/series");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[
    ANALYZE_SLA.info(),
    GET_BEFORE_AFTER.info(),
    GET_COMPARISON.info(),
    GET_CORRELATION.info(),
    GET_COST_CALCULATOR.info(),
    GET_DISTRIBUTION.info(),
    GET_HEALTH_SCORE.info(),
    GET_HEATMAP_CALENDAR.info(),
    GET_PERCENTILES.info(),
    GET_QUALITY_SCORE.info(),
    GET_SERIES.info(),
    GET_SPEED_TREND.info(),
    GET_STATS.info(),
    GET_UPTIME_CALENDAR.info(),
    GET_WEEKLY_REPORT.info(),
];
