//! Handlers of the uplinks.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ApiError, ErrorCode,
    uplinks::{
        Minute, Uplink, UplinkHistory, UplinkMinuteDetail, UplinkMinutePath, UplinkPath, UplinkPin,
        UplinkPinPath, UplinkPoint, UplinkRangeQuery, UplinkReasonCount, UplinkRound, UplinkTrace, minute_of,
        minute_start,
    },
};

use serde::Serialize;

use super::{pins, queries, view};
use crate::{
    AppError, AppState,
    entities::uplink,
    error::AppResult,
    http::{Admin, Json, Path, Query},
};

async fn find(state: &AppState, name: &str) -> AppResult<uplink::Model> {
    queries::find_uplink(&state.db.read, name).await?.ok_or_else(|| AppError::not_found("uplink"))
}

/// This server's own lines, each with its last 60 minutes.
#[utoipa::path(get, path = "/api/uplinks", tag = "uplinks", responses((status = 200, body = Vec<Uplink>)))]
pub async fn list_uplinks(State(state): State<AppState>) -> AppResult<Json<Vec<Uplink>>> {
    let mut all = Vec::new();
    for row in queries::list_uplinks(&state.db.read).await? {
        all.push(view::uplink(&state, row).await?);
    }
    Ok(Json(all))
}

/// One line with its last 60 minutes.
#[utoipa::path(get, path = "/api/uplinks/{name}", tag = "uplinks", params(UplinkPath),
    responses((status = 200, body = Uplink)))]
pub async fn find_uplink(
    State(state): State<AppState>,
    Path(path): Path<UplinkPath>,
) -> AppResult<Json<Uplink>> {
    let row = find(&state, &path.name).await?;
    Ok(Json(view::uplink(&state, row).await?))
}

/// A line's past: points, shares, days, faults.
#[utoipa::path(get, path = "/api/uplinks/{name}/history", tag = "uplinks", params(UplinkPath, UplinkRangeQuery),
    responses((status = 200, body = UplinkHistory)))]
pub async fn get_uplink_history(
    State(state): State<AppState>,
    Path(path): Path<UplinkPath>,
    Query(query): Query<UplinkRangeQuery>,
) -> AppResult<Json<UplinkHistory>> {
    let row = find(&state, &path.name).await?;
    Ok(Json(view::past(&state, &row, query.range).await?))
}

/// The points of a line's past as CSV.
#[utoipa::path(get, path = "/api/uplinks/{name}/history.csv", tag = "uplinks",
    params(UplinkPath, UplinkRangeQuery), responses((status = 200, body = String, content_type = "text/csv")))]
pub async fn export_uplink_csv(
    State(state): State<AppState>,
    Path(path): Path<UplinkPath>,
    Query(query): Query<UplinkRangeQuery>,
) -> AppResult<Response> {
    let row = find(&state, &path.name).await?;
    let past = view::past(&state, &row, query.range).await?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for point in past.points {
        writer.serialize(CsvRow::from(point)).map_err(|error| AppError::Internal(error.into()))?;
    }
    let bytes = writer.into_inner().map_err(|error| AppError::Internal(error.into_error().into()))?;
    let name = format!("attachment; filename=\"steadyline-uplink-{}.csv\"", query.range.word());
    let head = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &name)];
    Ok((head, bytes).into_response())
}

/// A point as a row: its smoke is for drawing alone.
#[derive(Serialize)]
struct CsvRow {
    at: DateTime<Utc>,
    up: u32,
    degraded: u32,
    down: u32,
    no_data: u32,
    rtt_p50: Option<f64>,
    rtt_p95: Option<f64>,
    loss: Option<f64>,
}

impl From<UplinkPoint> for CsvRow {
    fn from(point: UplinkPoint) -> Self {
        let UplinkPoint { at, up, degraded, down, no_data, rtt_p50, rtt_p95, loss, .. } = point;
        Self { at, up, degraded, down, no_data, rtt_p50, rtt_p95, loss }
    }
}

/// One minute of a line with the distribution of its round trips.
#[utoipa::path(get, path = "/api/uplinks/{name}/minute/{at}", tag = "uplinks", params(UplinkMinutePath),
    responses((status = 200, body = UplinkMinuteDetail)))]
pub async fn get_uplink_minute(
    State(state): State<AppState>,
    Path(path): Path<UplinkMinutePath>,
) -> AppResult<Json<UplinkMinuteDetail>> {
    let row = find(&state, &path.name).await?;
    let at: DateTime<Utc> = path.at.parse().map_err(|_| {
        ApiError::new(ErrorCode::Malformed, "at: not an RFC 3339 instant").with_field("at", "not an instant")
    })?;
    let number = minute_of(at);
    let kept = queries::find_minute(&state.db.read, row.id, number).await?;
    if kept.is_none() && !view::is_watched(&state, &row, at) {
        return Err(AppError::not_found("minute of this uplink"));
    }
    let db = &state.db.read;
    let raw = queries::list_rounds(db, row.id, number).await?;
    let fault = queries::find_fault(db, row.id, number).await?;
    let trace = match fault {
        Some(fault) => queries::list_traces(db, [fault.id].into_iter()).await?.remove(&fault.id),
        None => None,
    };
    Ok(Json(detail(kept, minute_start(number), raw, trace)))
}

fn detail(
    kept: Option<Minute>,
    begins: DateTime<Utc>,
    raw: Vec<UplinkRound>,
    trace: Option<UplinkTrace>,
) -> UplinkMinuteDetail {
    let reason = kept.as_ref().map(|minute| minute.worst.reason);
    let minute = kept.unwrap_or_default();
    UplinkMinuteDetail {
        minute: begins,
        state: minute.worst.state,
        reason,
        rounds: minute.rounds,
        unconfirmed: minute.unconfirmed,
        sent: minute.sent,
        lost: minute.lost,
        self_load: minute.self_load,
        round_trips: view::distribution(&minute.round_trips),
        reasons: reasons(&raw),
        raw,
        trace,
    }
}

/// What rounds speak for, most often first.
fn reasons(rounds: &[UplinkRound]) -> Vec<UplinkReasonCount> {
    let mut counts: Vec<UplinkReasonCount> = Vec::new();
    for round in rounds {
        match counts.iter_mut().find(|count| count.reason == round.reason) {
            Some(count) => count.rounds += 1,
            None => counts.push(UplinkReasonCount { reason: round.reason, rounds: 1 }),
        }
    }
    counts.sort_by_key(|count| std::cmp::Reverse(count.rounds));
    counts
}

/// Keeps a day of a line as evidence: nothing of it is let go.
#[utoipa::path(post, path = "/api/admin/uplinks/{name}/pins/{date}", tag = "uplinks", params(UplinkPinPath),
    responses((status = 200, body = UplinkPin)))]
pub async fn pin_uplink_day(
    State(state): State<AppState>,
    _: Admin,
    Path(path): Path<UplinkPinPath>,
) -> AppResult<Json<UplinkPin>> {
    let row = find(&state, &path.name).await?;
    Ok(Json(pins::pin(&state, &row, day(&path.date)?).await?))
}

/// Lets a pinned day of a line go with the others of its age.
#[utoipa::path(delete, path = "/api/admin/uplinks/{name}/pins/{date}", tag = "uplinks", params(UplinkPinPath),
    responses((status = 200, body = UplinkPin)))]
pub async fn unpin_uplink_day(
    State(state): State<AppState>,
    _: Admin,
    Path(path): Path<UplinkPinPath>,
) -> AppResult<Json<UplinkPin>> {
    let row = find(&state, &path.name).await?;
    Ok(Json(pins::unpin(&state, &row, day(&path.date)?).await?))
}

fn day(text: &str) -> AppResult<NaiveDate> {
    let wrong = |_| {
        ApiError::new(ErrorCode::Malformed, "date: not a day such as 2026-11-21")
            .with_field("date", "not a day")
    };
    Ok(text.parse().map_err(wrong)?)
}
