//! Handlers of a device's own data.

use axum::{extract::State, response::Response};
use domain::me::{DeletedData, DeviceExport, ExportQuery, ExportedTests, PairCode, PairPath, Paired};

use super::{export, pairing, service};
use crate::{
    AppState,
    error::AppResult,
    http::{Caller, IssuedDevice, Json, Path, Query, RequiredDevice},
};

/// Deletes everything that is kept of the device.
#[utoipa::path(delete, path = "/api/me", tag = "me", responses((status = 200, body = DeletedData)))]
pub async fn delete_me(
    State(state): State<AppState>,
    RequiredDevice(device): RequiredDevice,
) -> AppResult<Json<DeletedData>> {
    Ok(Json(DeletedData { deleted: service::delete_device(&state, device.hash).await? }))
}

/// Everything that is kept of the device, as one JSON.
#[utoipa::path(get, path = "/api/me/export", tag = "me", responses((status = 200, body = DeviceExport)))]
pub async fn export_me(
    State(state): State<AppState>,
    RequiredDevice(device): RequiredDevice,
) -> AppResult<Response> {
    export::everything(&state, device.hash).await
}

/// Makes a code that joins another browser to this device.
#[utoipa::path(post, path = "/api/me/pair", tag = "me", responses((status = 200, body = PairCode)))]
pub async fn create_pair_code(
    State(state): State<AppState>,
    IssuedDevice(device): IssuedDevice,
) -> AppResult<Json<PairCode>> {
    Ok(Json(pairing::create_code(&state, device.hash).await?))
}

/// Joins the calling browser to the device of the code.
#[utoipa::path(post, path = "/api/me/pair/{code}", tag = "me", params(PairPath),
    responses((status = 200, body = Paired)))]
pub async fn join_pair(
    State(state): State<AppState>,
    IssuedDevice(device): IssuedDevice,
    Path(path): Path<PairPath>,
) -> AppResult<Json<Paired>> {
    Ok(Json(pairing::join(&state, device.hash, &path.code).await?))
}

/// The device's tests as CSV.
#[utoipa::path(get, path = "/api/export/csv", tag = "me", params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub async fn export_csv(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ExportQuery>,
) -> AppResult<Response> {
    export::csv(&state, caller.device, query.days).await
}

/// The device's tests as JSON.
#[utoipa::path(get, path = "/api/export/json", tag = "me", params(ExportQuery),
    responses((status = 200, body = ExportedTests)))]
pub async fn export_json(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ExportQuery>,
) -> AppResult<Response> {
    export::json(&state, caller.device, query.days).await
}
