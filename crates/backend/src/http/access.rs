//! Who may see anything at all (`access.public`): everybody, listed networks, or who is signed in.
//!
//! The rule is `domain::admin::access`; whoever is signed in, or brings the operator's key, passes it always. The built
//! files of the pages are no secret and are not asked about.

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use domain::{
    ApiError, ErrorCode,
    admin::access::{PublicAccess, is_open},
};
use http::{Method, request::Parts};

use super::{
    admin::{Admin, find_session, not_signed_in},
    client::Client,
};
use crate::{AppError, AppState, error::AppResult};

/// Whether a request may be answered.
pub async fn admits(state: &AppState, parts: &mut Parts) -> AppResult<bool> {
    let access = &state.config.access;
    let address = Client::of(parts, &state.config.http).address;
    if access.public.admits(&access.networks, address) || is_open(parts.uri.path()) {
        return Ok(true);
    }
    // A browser asks first whether it may ask, without any cookie; the answer holds nothing.
    if parts.method == Method::OPTIONS {
        return Ok(true);
    }
    if find_session(parts, state).await?.is_some() {
        return Ok(true);
    }
    Ok(parts.headers.contains_key("x-admin-key") && Admin::from_request_parts(parts, state).await.is_ok())
}

/// Refuses calls of the API that the setting does not admit.
pub(super) async fn guard(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let (mut parts, body) = request.into_parts();
    if admits(&state, &mut parts).await? {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    Err(match state.config.access.public {
        PublicAccess::Networks => {
            let why = "This server answers listed networks alone (access.networks), and who is signed in.";
            ApiError::new(ErrorCode::Forbidden, why).into()
        }
        _ => not_signed_in(),
    })
}
