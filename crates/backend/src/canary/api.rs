//! Handlers of the canary.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::canary::{
    CACHE_CONTROL, CanaryAnswer, CanaryQuery, CanaryResult, SIGNATURE_HEADER, signed_bytes,
};

use super::sign::Signer;
use crate::{
    AppError, AppState,
    error::AppResult,
    http::{Json, Query},
};

/// Answers another server's canary.
///
/// The nonce comes back signed (Ed25519, header `x-canary-signature`); the other operator notes `key` as `canary.key`.
#[utoipa::path(get, path = "/api/canary", tag = "uplinks", params(CanaryQuery),
    responses((status = 200, body = CanaryAnswer)))]
pub async fn get_canary(
    State(state): State<AppState>,
    Query(query): Query<CanaryQuery>,
) -> AppResult<Response> {
    let signer = Signer::new(&state.key).map_err(AppError::Internal)?;
    let answer = CanaryAnswer { nonce: query.nonce, at: state.clock.now(), key: signer.public_key() };
    let body = serde_json::to_vec(&answer).map_err(|error| AppError::Internal(error.into()))?;
    let head = [
        (header::CONTENT_TYPE.as_str(), "application/json".to_owned()),
        (header::CACHE_CONTROL.as_str(), CACHE_CONTROL.to_owned()),
        (SIGNATURE_HEADER, signer.sign(&signed_bytes(CACHE_CONTROL, &body))),
    ];
    Ok((head, body).into_response())
}

/// What this server's own canary found last.
///
/// Null where none is configured or none was asked yet. A diagnostic: no uplink's state depends on it.
#[utoipa::path(get, path = "/api/canary/result", tag = "uplinks",
    responses((status = 200, body = Option<CanaryResult>)))]
pub async fn get_canary_result(State(state): State<AppState>) -> Json<Option<CanaryResult>> {
    Json(state.canary.last())
}
