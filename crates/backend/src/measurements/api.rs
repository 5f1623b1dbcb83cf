//! Handlers of measurements. A caller without a device has no data: an empty answer, not an error.

use axum::extract::State;
use chrono::TimeDelta;
use domain::measurements::{
    DeletedMeasurements, LatestResult, Measurement, MeasurementQuery, MeasurementResult, OutageQuery,
    RecentQuery, SharedPath,
};

use super::{devices, queries};
use crate::{
    AppError, AppState,
    db::time::to_ms,
    error::AppResult,
    http::{AdminByKey, Caller, Json, Path, Query},
    me,
};

/// The device's id, where the caller has a device that measured before.
async fn device_id(state: &AppState, caller: &Caller) -> AppResult<Option<i64>> {
    let Some(device) = caller.device else { return Ok(None) };
    Ok(devices::find_device(&state.db.read, device.hash).await?.map(|device| device.id))
}

/// The device's tests, newest first.
#[utoipa::path(get, path = "/api/measurements", tag = "measurements", params(MeasurementQuery),
    responses((status = 200, body = Vec<Measurement>)))]
pub async fn list_measurements(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<MeasurementQuery>,
) -> AppResult<Json<Vec<Measurement>>> {
    let Some(device_id) = device_id(&state, &caller).await? else { return Ok(Json(Vec::new())) };
    let (skip, limit) = (query.skip.unsigned_abs(), query.limit.unsigned_abs());
    Ok(Json(queries::list_measurements(&state.db.read, device_id, skip, limit).await?))
}

/// The device's tests of the last hours, thinned beyond 5,000.
#[utoipa::path(get, path = "/api/measurements/recent", tag = "measurements", params(RecentQuery),
    responses((status = 200, body = Vec<Measurement>)))]
pub async fn list_recent_measurements(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<RecentQuery>,
) -> AppResult<Json<Vec<Measurement>>> {
    let Some(device_id) = device_id(&state, &caller).await? else { return Ok(Json(Vec::new())) };
    let since = to_ms(state.clock.now() - TimeDelta::hours(query.hours));
    Ok(Json(queries::list_since(&state.db.read, device_id, since).await?))
}

/// The device's tests that were outages, newest first.
#[utoipa::path(get, path = "/api/outages", tag = "measurements", params(OutageQuery),
    responses((status = 200, body = Vec<Measurement>)))]
pub async fn list_outages(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<OutageQuery>,
) -> AppResult<Json<Vec<Measurement>>> {
    let Some(device_id) = device_id(&state, &caller).await? else { return Ok(Json(Vec::new())) };
    Ok(Json(queries::list_outages(&state.db.read, device_id, query.limit.unsigned_abs()).await?))
}

/// Deletes a device's tests, or, without a device, all tests.
///
/// For the operator: needs `X-Admin-Key` or an admin's session. With `X-Client-ID` that device's tests go, without it everybody's.
#[utoipa::path(delete, path = "/api/measurements", tag = "measurements",
    responses((status = 200, body = DeletedMeasurements)))]
pub async fn delete_measurements(
    State(state): State<AppState>,
    AdminByKey(admin): AdminByKey,
    caller: Caller,
) -> AppResult<Json<DeletedMeasurements>> {
    let deleted = match caller.device {
        Some(device) => match devices::find_device(&state.db.read, device.hash).await? {
            Some(device) => me::service::delete_measurements(&state, Some(device.id)).await?,
            None => 0,
        },
        None => me::service::delete_measurements(&state, None).await?,
    };
    let whose = if caller.device.is_some() { "of this device" } else { "of all devices" };
    admin.note(&state, "measurements.delete", Some(format!("{deleted} {whose}"))).await?;
    Ok(Json(DeletedMeasurements { deleted, message: format!("{deleted} tests {whose} were deleted.") }))
}

/// The device's newest result in full.
#[utoipa::path(get, path = "/api/measurements/latest", tag = "measurements", extensions(("x-internal" = json!(true))),
    responses((status = 200, body = LatestResult)))]
pub async fn find_latest_result(
    State(state): State<AppState>,
    caller: Caller,
) -> AppResult<Json<LatestResult>> {
    let speed = &state.config.speed;
    let families = speed.host_v4.is_some() && speed.host_v6.is_some();
    let result = match device_id(&state, &caller).await? {
        Some(device_id) => queries::find_latest(&state.db.read, device_id).await?,
        None => None,
    };
    Ok(Json(LatestResult { result, families }))
}

/// A result by the address that its owner passed on.
#[utoipa::path(get, path = "/api/shared/{id}", tag = "measurements", params(SharedPath),
    extensions(("x-internal" = json!(true))), responses((status = 200, body = MeasurementResult)))]
pub async fn find_shared_result(
    State(state): State<AppState>,
    Path(path): Path<SharedPath>,
) -> AppResult<Json<MeasurementResult>> {
    let found = queries::find_shared(&state.db.read, &path.id).await?;
    found.map(Json).ok_or_else(|| AppError::not_found("result"))
}
