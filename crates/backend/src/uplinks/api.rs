//! Handlers of the uplinks.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{
    ApiError, ErrorCode,
    uplinks::{
        Minute, Uplink, UplinkHistory, UplinkMinuteDetail, UplinkMinutePath, UplinkPath, UplinkRangeQuery,
        minute_of, minute_start,
    },
};

use super::{queries, view};
use crate::{
    AppError, AppState,
    entities::uplink,
    error::AppResult,
    http::{Json, Path, Query},
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
        writer.serialize(point).map_err(|error| AppError::Internal(error.into()))?;
    }
    let bytes = writer.into_inner().map_err(|error| AppError::Internal(error.into_error().into()))?;
    let name = format!("attachment; filename=\"steadyline-uplink-{}.csv\"", query.range.word());
    let head = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &name)];
    Ok((head, bytes).into_response())
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
    let reason = kept.as_ref().map(|minute| minute.worst.reason);
    let minute = kept.unwrap_or_default();
    Ok(Json(detail(&minute, reason, minute_start(number))))
}

fn detail(
    minute: &Minute,
    reason: Option<domain::uplinks::Reason>,
    begins: DateTime<Utc>,
) -> UplinkMinuteDetail {
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
    }
}
