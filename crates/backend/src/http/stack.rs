//! What every request passes, whatever it asks: an id, a log line, a net under panics, headers that keep browsers safe,
//! and errors in the contract's form.
//!
//! Surprising rule: the log line has the route's template alone (a page's path). Queries carry test tokens, paths carry
//! pairing codes, headers carry device ids, and an address is nobody's business; none of them is ever logged.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::{ApiError, ErrorCode};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use uuid::Uuid;

use super::client::Client;
use crate::{AppError, AppState, config::TlsCertificate};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts the outer stack around the whole program's router.
pub fn complete(router: Router, state: &AppState) -> Router {
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(problems))
        .layer(middleware::from_fn_with_state(state.clone(), safe_headers))
        .layer(middleware::from_fn_with_state(state.clone(), log))
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    AppError::Internal(anyhow::anyhow!("a handler panicked: {text}")).into_response()
}

/// Gives each request an id, and one line in the log.
async fn log(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", request.id = %id);
    let started = state.clock.instant();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took_ms = started.elapsed().as_secs_f64() * 1000.0;
    let status = response.status().as_u16();
    let path = response.extensions().get::<MatchedPath>().map_or(path.as_str(), MatchedPath::as_str);
    span.in_scope(|| tracing::info!(%method, %path, status, took_ms, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Headers that every answer has, unless a handler set its own.
const SAFE: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    (
        "permissions-policy",
        "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    // What is no page may load and run nothing at all.
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ("cache-control", "private, no-cache"),
];

/// Two years, as the preload lists want it.
const HSTS: &str = "max-age=63072000; includeSubDomains";

async fn safe_headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    // Over plain HTTP the header would lock a LAN host's visitors out, and behind a certificate of our own it would take
    // from them the browser's "go on all the same".
    let own = state
        .config
        .tls
        .as_ref()
        .is_some_and(|tls| matches!(tls.certificate, TlsCertificate::SelfSigned { .. }));
    let https = Client::of(&parts, &state.config.http).https && !own;
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let headers = response.headers_mut();
    for (name, value) in SAFE {
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    response
}

/// Errors that come from the frameworks below have the contract's body too.
async fn problems(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let bare = kind.is_none_or(|kind| kind.starts_with("text/plain"));
    if !bare || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (old, _) = response.into_parts();
    let mut response = problem(status).into_response();
    *response.status_mut() = status;
    // Allow of a 405, Sec-WebSocket-Version of a 426.
    for (name, value) in &old.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}

fn problem(status: StatusCode) -> AppError {
    let code = ErrorCode::from_status(status.as_u16());
    let detail = match code {
        ErrorCode::NotFound => "There is no such address.",
        ErrorCode::MethodNotAllowed => "This address does not take this method.",
        ErrorCode::TooLarge => "The body is too large.",
        ErrorCode::UnsupportedMediaType => "This form of body is not taken here.",
        ErrorCode::Internal => "Something went wrong here.",
        _ => status.canonical_reason().unwrap_or("The request was refused."),
    };
    ApiError::new(code, detail).into()
}

/// An answer takes no longer than configured; byte paths and open streams are not bounded here.
pub(super) async fn in_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let limit = state.config.http.request_timeout;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => AppError::unavailable("The answer took too long.", RETRY_S).into_response(),
    }
}

const RETRY_S: u32 = 5;

/// Counts and times each answer under its route's template, and tells the log that.
pub(super) async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let started = state.clock.instant();
    let mut response = next.run(request).await;
    let took: Duration = started.elapsed();
    let status = response.status().as_u16().to_string();
    metrics::counter!("steadyline_http_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("steadyline_http_request_duration_seconds", "route" => route)
        .record(took.as_secs_f64());
    if let Some(matched) = matched {
        response.extensions_mut().insert(matched);
    }
    response
}

/// The answer for an address that is not there.
pub(super) async fn not_found() -> AppError {
    problem(StatusCode::NOT_FOUND)
}
