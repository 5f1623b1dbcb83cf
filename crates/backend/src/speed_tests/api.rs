//! Handlers: session, download, upload. The socket is in `socket.rs`, the result in `submit.rs`.

use std::{sync::Arc, sync::atomic::Ordering};

use axum::{
    Json as AxumJson,
    body::Body,
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use domain::{
    ApiError, ErrorCode,
    speed_tests::{NewSession, Session, SessionServer, TokenQuery, UploadReceipt},
};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;

use super::{
    bytes::{HEADERS, Pump},
    line::Line,
    test::{Phase, Test, over},
    token::Claims,
};
use crate::{
    AppState,
    error::AppResult,
    http::{IssuedDevice, Json},
};

/// Start a speed test: a token and where to spend it.
///
/// 202 when other tests come first: open the socket, it tells the turn.
#[utoipa::path(post, path = "/api/speed/session", tag = "speed", request_body = NewSession, responses(
    (status = 200, body = Session),
    (status = 202, body = Session),
))]
pub async fn create_speed_session(
    State(state): State<AppState>,
    IssuedDevice(device): IssuedDevice,
    line: Line,
    headers: HeaderMap,
    Json(new): Json<NewSession>,
) -> AppResult<Response> {
    let test = state.speed.open(&state, new.kind, device.hash, &line)?;
    let phase = *test.phase.borrow();
    let (status, queue_position) = match phase {
        Phase::Waiting(place) => (StatusCode::ACCEPTED, Some(place)),
        Phase::Running | Phase::Over => (StatusCode::OK, None),
    };
    let session = session(&state, &test, new.family, queue_position, is_https(&headers));
    Ok((status, [(header::CACHE_CONTROL, "no-store")], AxumJson(session)).into_response())
}

fn session(
    state: &AppState,
    test: &Test,
    family: Option<u8>,
    queue_position: Option<u32>,
    https: bool,
) -> Session {
    let ticket = &test.ticket;
    let token = Claims { id: ticket.id, issued_at: ticket.issued_at }.sign(&state.key);
    let host = match family {
        Some(4) => state.config.speed.host_v4.as_deref(),
        Some(6) => state.config.speed.host_v6.as_deref(),
        _ => None,
    };
    let base = |scheme: &str| {
        host.map(|host| format!("{scheme}{}://{host}", if https { "s" } else { "" })).unwrap_or_default()
    };
    let minutes = TimeDelta::minutes(state.config.speed.token_minutes.into());
    Session {
        download_url: format!("{}/api/speed/download?token={token}", base("http")),
        upload_url: format!("{}/api/speed/upload?token={token}", base("http")),
        ping_url: format!("{}/api/speed/ping?token={token}", base("ws")),
        token,
        expires_at: ticket.issued_at + minutes,
        server_now: state.clock.now(),
        queue_position,
        kind: ticket.kind,
        max_bytes: ticket.max_sent.saturating_add(ticket.max_received),
        max_seconds: ticket.max_seconds,
        server: SessionServer {
            name: "Steadyline".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            direct: ticket.direct,
        },
    }
}

/// Whether the page came by HTTPS: only used to write addresses for that same page.
fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https")
}

/// The living test of a token.
pub fn find_test(state: &AppState, token: &str) -> Result<Arc<Test>, ApiError> {
    let claims = Claims::verify(token, &state.key, state.clock.now())
        .map_err(|refused| ApiError::new(ErrorCode::Forbidden, refused.to_string()))?;
    state.speed.find(&claims.id).ok_or_else(over)
}

/// Incompressible bytes until the test's time is up.
#[utoipa::path(get, path = "/api/speed/download", tag = "speed", params(TokenQuery), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
    (status = 409, body = ApiError),
))]
pub async fn download_speed_bytes(
    State(state): State<AppState>,
    line: Line,
    query: Result<Query<TokenQuery>, axum::extract::rejection::QueryRejection>,
) -> AppResult<Response> {
    let test = find_test(&state, &token(query)?)?;
    let stream = test.open_stream(&line, &state.config.speed.congestion)?.downloading();
    let gauge = Counted { stream, state };
    Ok((HEADERS, READABLE, Body::new(Pump::new(gauge))).into_response())
}

pub fn token(
    query: Result<Query<TokenQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<String, ApiError> {
    query.map(|Query(query)| query.token).map_err(|rejection| {
        ApiError::new(ErrorCode::Malformed, rejection.body_text())
            .with_field("token", "missing or unreadable")
    })
}

struct Counted {
    stream: super::test::Stream,
    state: AppState,
}

impl super::bytes::Gauge for Counted {
    fn allow(&mut self, wanted: u64) -> u64 {
        let allowed = self.stream.allow(wanted);
        self.state.speed.moved.fetch_add(allowed, Ordering::Relaxed);
        allowed
    }
}

/// Bytes to be counted and thrown away.
///
/// The rate of an upload is what this server counts; a client that stops in the middle is the ordinary case.
#[utoipa::path(post, path = "/api/speed/upload", tag = "speed", params(TokenQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = UploadReceipt),
    (status = 409, body = ApiError),
))]
pub async fn upload_speed_bytes(
    State(state): State<AppState>,
    line: Line,
    query: Result<Query<TokenQuery>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> AppResult<Response> {
    let test = find_test(&state, &token(query)?)?;
    let stream = test.open_stream(&line, &state.config.speed.congestion)?;
    let mut body = request.into_body();
    let mut received_bytes = 0;
    let counting = async {
        // An error is an aborted upload: what came counts.
        while let Some(Ok(frame)) = body.frame().await {
            let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
            received_bytes += bytes;
            state.speed.moved.fetch_add(bytes, Ordering::Relaxed);
            if !stream.receive(bytes) {
                break;
            }
        }
    };
    tokio::select! {
        () = counting => {}
        () = stream.over() => {}
    }
    Ok((HEADERS_OF_RECEIPT, AxumJson(UploadReceipt { received_bytes })).into_response())
}

/// A page compares families by addresses of another host (`speed.host_v4`, `speed.host_v6`); only a token opens them.
const READABLE: [(header::HeaderName, &str); 1] = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
const HEADERS_OF_RECEIPT: [(header::HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "no-store"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
