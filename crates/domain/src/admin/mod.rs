//! The operator's door: who may act for the operator, how they prove it, and what is written down of it.
//!
//! Flow: name, password and a one-time code → [`lockout`] (may this be tried now?) → the password's hash and the
//! [`totp`] window → a session that ends by [`session`]'s rule → every act in the audit log. Surprising rule: an unknown
//! name is locked, counted and answered like a known one, so that nobody learns which names exist.

pub mod access;
pub mod agent;
pub mod failure;
pub mod lockout;
mod name;
mod password;
mod proof;
pub mod session;
pub mod totp;
mod wire;

use crate::endpoint::{Endpoint, EndpointInfo};

pub use name::is_name;
pub use password::{PasswordFault, check_password};
pub use proof::{ALPHABET, Proof, RECOVERY_CHARS, shown_recovery_code};
pub use wire::{
    AdminSession, AdminSessionPath, AdminUser, AdminUserPath, AuditEntry, AuditPage, AuditQuery, Ended,
    Enrolment, NewAdminSession, NewAdminUser, Role, SignedInAs,
};

/// The field of a refusal that says after how many seconds the next trial is taken.
pub const WAIT_FIELD: &str = "wait_s";

/// Signs in: name, password and a code.
pub const SIGN_IN: Endpoint<NewAdminSession, SignedInAs> = Endpoint::post("sign_in", "/api/admin/session");
/// Who is signed in.
pub const GET_ADMIN_SESSION: Endpoint<(), SignedInAs> =
    Endpoint::get("get_admin_session", "/api/admin/session");
/// Signs out.
pub const SIGN_OUT: Endpoint<(), Ended> = Endpoint::delete("sign_out", "/api/admin/session");
/// All sessions that are open.
pub const LIST_ADMIN_SESSIONS: Endpoint<(), Vec<AdminSession>> =
    Endpoint::get("list_admin_sessions", "/api/admin/sessions");
/// Ends one's own other sessions.
pub const END_OTHER_ADMIN_SESSIONS: Endpoint<(), Ended> =
    Endpoint::delete("end_other_admin_sessions", "/api/admin/sessions");
/// Ends one session.
pub const END_ADMIN_SESSION: Endpoint<AdminSessionPath, Ended> =
    Endpoint::delete("end_admin_session", "/api/admin/sessions/{id}");
/// Who may sign in.
pub const LIST_ADMIN_USERS: Endpoint<(), Vec<AdminUser>> =
    Endpoint::get("list_admin_users", "/api/admin/users");
/// Lets somebody sign in.
pub const CREATE_ADMIN_USER: Endpoint<NewAdminUser, Enrolment> =
    Endpoint::post("create_admin_user", "/api/admin/users");
/// Takes that away.
pub const DELETE_ADMIN_USER: Endpoint<AdminUserPath, Ended> =
    Endpoint::delete("delete_admin_user", "/api/admin/users/{name}");
/// A new second factor for somebody who lost theirs.
pub const RESET_ADMIN_TOTP: Endpoint<AdminUserPath, Enrolment> =
    Endpoint::post("reset_admin_totp", "/api/admin/users/{name}/totp");
/// What was done, newest first.
pub const LIST_AUDIT: Endpoint<AuditQuery, AuditPage> = Endpoint::get("list_audit", "/api/admin/audit");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[
    CREATE_ADMIN_USER.info(),
    DELETE_ADMIN_USER.info(),
    END_ADMIN_SESSION.info(),
    END_OTHER_ADMIN_SESSIONS.info(),
    GET_ADMIN_SESSION.info(),
    LIST_ADMIN_SESSIONS.info(),
    LIST_ADMIN_USERS.info(),
    LIST_AUDIT.info(),
    RESET_ADMIN_TOTP.info(),
    SIGN_IN.info(),
    SIGN_OUT.info(),
];
