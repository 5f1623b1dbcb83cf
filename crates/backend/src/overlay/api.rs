//! Handlers of the overlay.

use anyhow::Context;
use axum::{body::Bytes, extract::State};
use domain::{
    ApiError, ErrorCode,
    overlay::{LegalPath, LegalText, Overlay},
};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use super::unpack::unpack;
use crate::{
    AppError, AppResult, AppState,
    http::{Admin, DirectLan, Json, Path},
};

/// What lies over the product now.
#[utoipa::path(get, path = "/api/admin/overlay", tag = "overlay", responses(
    (status = 200, body = Overlay), (status = 401, description = "Nobody is signed in.")))]
pub async fn get_overlay(_: Admin, State(state): State<AppState>) -> Json<Overlay> {
    Json(state.overlay.told())
}

/// Lays a ZIP over the product, all of it or nothing.
///
/// Its members are files at app/logo.svg or .png, app/extra.css, app/isps.toml, app/legal/NAME.md or .txt; any other is
/// refused by its name, in `fields`. For an admin in the local network: the socket's own peer must lie in
/// access.lan_networks, with no proxy between.
#[utoipa::path(post, path = "/api/admin/overlay", tag = "overlay",
    request_body(content = Vec<u8>, content_type = "application/zip"),
    responses((status = 200, body = Overlay), (status = 401, description = "Nobody is signed in."),
        (status = 413, description = "The ZIP is larger than 4 MiB."),
        (status = 415, description = "The body must be a ZIP (application/zip).")))]
pub async fn import_overlay(
    admin: Admin,
    _: DirectLan,
    State(state): State<AppState>,
    headers: HeaderMap,
    zip: Bytes,
) -> AppResult<Json<Overlay>> {
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/zip") {
        let why = "The body must be a ZIP (content-type: application/zip).";
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType, why).into());
    }
    let subject = format!("sha256 {}", hex::encode(Sha256::digest(&zip)));
    let members = tokio::task::spawn_blocking(move || unpack(&zip)).await.context("unpack the overlay")??;
    admin.note(&state, "overlay.import", Some(subject)).await?;
    changed(state, |state| state.overlay.lay(members)).await
}

/// Puts back what lay over the product before, or nothing.
///
/// For an admin in the local network, as the import is.
#[utoipa::path(delete, path = "/api/admin/overlay", tag = "overlay", responses((status = 200, body = Overlay),
    (status = 401, description = "Nobody is signed in."), (status = 404, description = "Nothing lies over it.")))]
pub async fn undo_overlay(
    admin: Admin,
    _: DirectLan,
    State(state): State<AppState>,
) -> AppResult<Json<Overlay>> {
    if state.overlay.told().members.is_empty() {
        return Err(AppError::not_found("overlay"));
    }
    admin.note(&state, "overlay.undo", None).await?;
    changed(state, |state| state.overlay.undo()).await
}

/// Changes what lies there, and lets the provider look-up take it up.
async fn changed(
    state: AppState,
    change: impl FnOnce(&AppState) -> anyhow::Result<()> + Send + 'static,
) -> AppResult<Json<Overlay>> {
    let done = tokio::task::spawn_blocking(move || {
        change(&state)?;
        state.providers.lay_over(state.overlay.isps().as_deref())?;
        anyhow::Ok(state.overlay.told())
    });
    Ok(Json(done.await.context("change the overlay")??))
}

/// A legal text of the operator's.
#[utoipa::path(get, path = "/api/legal/{name}", tag = "overlay", params(LegalPath), responses(
    (status = 200, body = LegalText)))]
pub async fn get_legal_text(
    State(state): State<AppState>,
    Path(LegalPath { name }): Path<LegalPath>,
) -> AppResult<Json<LegalText>> {
    state.overlay.legal(&name).map(Json).ok_or_else(|| AppError::not_found("legal text"))
}
