//! The operator: a signed-in admin by the session's cookie, or a script by `X-Admin-Key`, compared in constant time.
//!
//! Handlers name in their signature whom they want: [`Admin`] (who acts is in it, for the audit log), [`SignedIn`]
//! (any account, by its session). Nobody known is 401; known, and not one who may, is 403; a key that is brought where
//! none is configured is 503. Whoever acts by a cookie must come from a page of this server.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum_extra::extract::CookieJar;
use domain::{
    ApiError, ErrorCode,
    admin::{Role, agent},
};
use http::{header, request::Parts};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::{client::Client, origin::check_own_origin};
use crate::{
    AppError, AppState,
    admin::{
        audit::{self, Actor},
        sessions::{self, Open},
    },
    error::AppResult,
};

/// The cookie that holds a session's token.
pub const SESSION_COOKIE: &str = "steadyline_session";
const KEY_HEADER: &str = "x-admin-key";
/// A setting does not appear by itself; an operator who adds it restarts within minutes.
const RETRY_AFTER_S: u32 = 3600;

/// Whoever may act for the operator.
#[derive(Clone, Debug)]
pub struct Admin {
    /// For the audit log.
    pub actor: Actor,
    /// None for whoever brings the key.
    pub session: Option<Open>,
}

impl Admin {
    /// Notes an act in the audit log: `act` in the form `thing.verb`, `subject` to whom or what.
    pub async fn note(&self, state: &AppState, act: &'static str, subject: Option<String>) -> AppResult<()> {
        audit::note(state, &self.actor, act, subject).await
    }
}

/// Any account that is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Open);

/// From where and by what somebody comes to the door.
#[derive(Clone, Debug)]
pub struct Visit {
    pub address: IpAddr,
    pub https: bool,
    /// The browser, as far as it tells.
    pub agent: Option<String>,
    /// What the session's cookie holds.
    pub token: Option<String>,
}

impl Visit {
    pub fn of(parts: &Parts, state: &AppState) -> Self {
        let Client { address, https, .. } = Client::of(parts, &state.config.http);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let token = CookieJar::from_headers(&parts.headers).get(SESSION_COOKIE).map(|c| c.value().to_owned());
        Self { address, https, agent: agent.and_then(agent::label), token }
    }
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        Ok(Self::of(parts, state))
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let open = find_session(parts, state).await?.ok_or_else(not_signed_in)?;
        check_own_origin(&parts.method, &parts.headers, &state.config.http)?;
        Ok(Self(open))
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let address = Some(Client::of(parts, &state.config.http).address);
        if parts.headers.contains_key(KEY_HEADER) {
            check_key(parts, state)?;
            return Ok(Self { actor: Actor { name: Actor::KEY.to_owned(), address }, session: None });
        }
        let SignedIn(open) = SignedIn::from_request_parts(parts, state).await?;
        if open.role != Role::Admin {
            return Err(ApiError::new(ErrorCode::Forbidden, "This account may look, not change.").into());
        }
        let actor = Actor { name: open.account.name.clone(), address };
        Ok(Self { actor, session: Some(open) })
    }
}

/// The open session of a request's cookie.
pub async fn find_session(parts: &Parts, state: &AppState) -> AppResult<Option<Open>> {
    match Visit::of(parts, state).token {
        Some(token) => sessions::find(state, &token).await,
        None => Ok(None),
    }
}

/// Whether a page is asked for by an admin's browser.
pub async fn is_operator(parts: &Parts, state: &AppState) -> AppResult<bool> {
    Ok(find_session(parts, state).await?.is_some_and(|open| open.role == Role::Admin))
}

pub fn not_signed_in() -> AppError {
    ApiError::new(ErrorCode::Unauthenticated, "Nobody is signed in, or the session is over.").into()
}

fn check_key(parts: &Parts, state: &AppState) -> Result<(), AppError> {
    let Some(key) = &state.config.admin.key else { return Err(no_key()) };
    let given = parts.headers.get(KEY_HEADER).map_or(&[][..], |value| value.as_bytes());
    if bool::from(given.ct_eq(key.expose_secret().as_bytes())) { Ok(()) } else { Err(wrong_key()) }
}

fn no_key() -> AppError {
    AppError::unavailable("No admin key is configured (admin.key, STEADYLINE_ADMIN__KEY).", RETRY_AFTER_S)
}

fn wrong_key() -> AppError {
    ApiError::new(ErrorCode::Forbidden, "X-Admin-Key is missing or wrong.").into()
}

/// [`Admin`] for the routes that api.md fixes: who brings nothing is refused as if they had brought a wrong key.
#[derive(Clone, Debug)]
pub struct AdminByKey(pub Admin);

impl FromRequestParts<AppState> for AdminByKey {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        match Admin::from_request_parts(parts, state).await {
            Err(AppError::Api(error)) if error.code == ErrorCode::Unauthenticated => {
                Err(if state.config.admin.key.is_some() { wrong_key() } else { no_key() })
            }
            other => other.map(Self),
        }
    }
}
