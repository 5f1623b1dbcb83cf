//! The operator's door: accounts, signing in, sessions, the audit log.
//!
//! Flow: `sign_in` counts the trial, checks password and code, and opens a session → `http::Admin` knows the session
//! in later requests → what was done is noted in the `audit` log, in the same unit where it is a change of ours.
//! Surprising rule: a trial is counted before it is checked and taken back when it succeeds, so that a thousand trials
//! at once are a thousand trials.
//!
//! Threats: guessing (lock-outs of name and network that survive a restart, Argon2id, a second factor); reading the
//! database (hashes of tokens and codes, sealed seeds); replay (a step counts once); learning which names exist (an
//! unknown name costs the same work and gets the same answer); another site's page (SameSite=Strict, and the Origin of
//! each write); filling memory or disk with names (fixed-size hashes, a cap on rows, `password`'s limit on hashing).

pub mod accounts;
mod api;
pub mod audit;
mod failures;
mod lockouts;
mod password;
mod retention;
pub mod sessions;
mod sign_in;
pub mod totp;
mod users_api;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use password::Passwords;
pub use retention::retain;

use crate::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::sign_in, api::get_admin_session, api::sign_out))
        .routes(routes!(api::list_admin_sessions, api::end_other_admin_sessions))
        .routes(routes!(api::end_admin_session))
        .routes(routes!(users_api::list_admin_users, users_api::create_admin_user))
        .routes(routes!(users_api::delete_admin_user))
        .routes(routes!(users_api::reset_admin_totp))
        .routes(routes!(users_api::list_audit))
}
