//! Handlers of the bundle and its key.

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::evidence::{EvidenceKey, EvidenceQuery, Manifest};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{bundle, gather, public_key, signer};
use crate::{
    AppError, AppResult, AppState,
    http::{Admin, DirectLan, Json, Query},
};

/// Packets that may wait for the client.
const WAITING: usize = 8;

/// A signed ZIP of what this server knows of itself and its lines.
///
/// For an admin in the local network: the socket's own peer must lie in access.lan_networks, with no proxy between.
#[utoipa::path(get, path = "/api/admin/evidence", tag = "evidence", params(EvidenceQuery),
    responses((status = 200, description = "The bundle.", body = Vec<u8>, content_type = "application/zip"),
        (status = 401, description = "Nobody is signed in.")))]
pub async fn get_evidence(
    admin: Admin,
    _: DirectLan,
    State(state): State<AppState>,
    Query(query): Query<EvidenceQuery>,
) -> AppResult<Response> {
    let place = state.evidence.place.clone().try_acquire_owned();
    let place = place.map_err(|_| AppError::unavailable("Another bundle is being made.", 10))?;
    admin.note(&state, "evidence.fetch", query.database.then(|| "database".to_owned())).await?;
    let signer = signer(&state.key);
    let made_at = state.clock.now();
    let manifest = Manifest {
        product: "steadyline".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("STEADYLINE_COMMIT").map(str::to_owned),
        made_at,
        environment: state.config.environment.clone(),
        key: public_key(&signer),
        members: Vec::new(),
    };
    let (parts, gathered) = mpsc::channel(1);
    let (bytes, body) = mpsc::channel(WAITING);
    state.tasks.spawn(gather::send(state.clone(), query, parts));
    state.tasks.spawn_blocking(move || {
        let _place = place;
        bundle::stream(gathered, manifest, &signer, bytes);
    });
    let name =
        format!("attachment; filename=\"steadyline-evidence-{}.zip\"", made_at.format("%Y%m%dT%H%M%SZ"));
    let head = [(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_DISPOSITION, &name)];
    Ok((head, Body::from_stream(ReceiverStream::new(body))).into_response())
}

/// The public key that evidence bundles of this server are signed with.
#[utoipa::path(get, path = "/api/evidence/key", tag = "evidence", responses((status = 200, body = EvidenceKey)))]
pub async fn get_evidence_key(State(state): State<AppState>) -> Json<EvidenceKey> {
    Json(public_key(&signer(&state.key)))
}
