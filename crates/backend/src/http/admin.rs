//! The operator: `X-Admin-Key`, compared in constant time; without a configured key the endpoints are closed.

use axum::extract::FromRequestParts;
use domain::{ApiError, ErrorCode};
use http::request::Parts;
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use crate::{AppError, AppState};

/// Whoever brings the operator's key.
#[derive(Clone, Copy, Debug)]
pub struct Admin;

/// A setting does not appear by itself; an operator who adds it restarts within minutes.
const RETRY_AFTER_S: u32 = 3600;

impl FromRequestParts<AppState> for Admin {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let Some(key) = &state.config.admin.key else {
            let why = "No admin key is configured (admin.key, STEADYLINE_ADMIN__KEY).";
            return Err(AppError::unavailable(why, RETRY_AFTER_S));
        };
        let given = parts.headers.get("x-admin-key").map_or(&[][..], |value| value.as_bytes());
        if bool::from(given.ct_eq(key.expose_secret().as_bytes())) {
            Ok(Self)
        } else {
            Err(ApiError::new(ErrorCode::Forbidden, "X-Admin-Key is missing or wrong.").into())
        }
    }
}
