//! Local days and the points of charts.

use axum::extract::State;
use domain::history::{
    HeatmapQuery, SeriesQuery, UptimeCalendarQuery,
    calendar::{HeatmapCalendar, UptimeCalendar, heatmap_calendar, uptime_calendar},
    series::{Series, series},
};

use super::{subject::Subject, windows::Window};
use crate::{
    AppState,
    error::AppResult,
    http::{Caller, Json, Query, RequiredDevice},
};

/// The uptime of each local day.
#[utoipa::path(get, path = "/api/uptime-calendar", tag = "history", params(UptimeCalendarQuery),
    responses((status = 200, body = UptimeCalendar)))]
pub async fn get_uptime_calendar(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<UptimeCalendarQuery>,
) -> AppResult<Json<UptimeCalendar>> {
    let subject = Subject::find(&state, caller.device).await?;
    let days = subject.day_counts(subject.days_ago(query.days.saturating_sub(1))).await?;
    Ok(Json(uptime_calendar(query.days, subject.today(), &days)))
}

/// The speed of each local day.
#[utoipa::path(get, path = "/api/history/heatmap-calendar", tag = "history", params(HeatmapQuery),
    responses((status = 200, body = HeatmapCalendar)))]
pub async fn get_heatmap_calendar(
    State(state): State<AppState>,
    RequiredDevice(device): RequiredDevice,
    Query(query): Query<HeatmapQuery>,
) -> AppResult<Json<HeatmapCalendar>> {
    let subject = Subject::find(&state, Some(device)).await?;
    let days = subject.days(subject.days_ago(query.days.saturating_sub(1))).await?;
    Ok(Json(heatmap_calendar(query.days, subject.today(), &days)))
}

/// The points of the History charts.
#[utoipa::path(get, path = "/api/history/series", tag = "history", params(SeriesQuery),
    extensions(("x-internal" = json!(true))), responses((status = 200, body = Series)))]
pub async fn get_series(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<SeriesQuery>,
) -> AppResult<Json<Series>> {
    let subject = Subject::find(&state, caller.device).await?;
    let (start, end) = query.range.bounds(subject.now);
    let rows = subject.buckets(Window::between(start, end)).await?;
    Ok(Json(series(query.range, subject.now, rows)))
}
