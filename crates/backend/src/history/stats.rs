//! Counts, averages and scores of a window.

use axum::extract::State;
use domain::history::{
    HealthScoreQuery, HoursQuery,
    grades::{HealthScore, QualityScore, health_score, quality_score},
    stats::{Stats, stats},
};

use super::{subject::Subject, windows::Window};
use crate::{
    AppState,
    error::AppResult,
    http::{Caller, Json, Query},
};

/// Counts and averages of the last hours.
#[utoipa::path(get, path = "/api/stats", tag = "history", params(HoursQuery),
    responses((status = 200, body = Stats)))]
pub async fn get_stats(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<HoursQuery>,
) -> AppResult<Json<Stats>> {
    let subject = Subject::find(&state, caller.device).await?;
    let facts = subject.window(Window::last_hours(subject.now, query.hours)).await?;
    Ok(Json(stats(&facts, query.hours)))
}

/// The quality score of the last hours.
#[utoipa::path(get, path = "/api/quality-score", tag = "history", params(HoursQuery),
    responses((status = 200, body = QualityScore)))]
pub async fn get_quality_score(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<HoursQuery>,
) -> AppResult<Json<QualityScore>> {
    let subject = Subject::find(&state, caller.device).await?;
    let facts = subject.window(Window::last_hours(subject.now, query.hours)).await?;
    Ok(Json(quality_score(&facts, query.hours)))
}

/// The health score of the last days.
#[utoipa::path(get, path = "/api/health-score", tag = "history", params(HealthScoreQuery),
    responses((status = 200, body = HealthScore)))]
pub async fn get_health_score(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<HealthScoreQuery>,
) -> AppResult<Json<HealthScore>> {
    let subject = Subject::find(&state, caller.device).await?;
    let facts = subject.window(Window::last_days(subject.now, query.window_days)).await?;
    Ok(Json(health_score(&facts, query.window_days)))
}
