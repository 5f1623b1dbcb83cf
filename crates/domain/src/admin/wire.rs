//! What the admin endpoints take and answer.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use super::{is_name, password::MOST};

/// What somebody who is signed in may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AdminRole))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    #[default]
    Admin,
    /// See the pages where they are not public.
    Viewer,
}

impl Role {
    /// Its word, as it is stored and typed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Admin, Self::Viewer]
            .into_iter()
            .find(|role| role.word() == text)
            .ok_or("it is neither admin nor viewer")
    }
}

/// What signing in needs.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAdminSession {
    /// The account.
    #[garde(length(chars, min = 1, max = 64))]
    pub name: String,
    /// Its password.
    #[garde(length(chars, min = 1, max = MOST))]
    pub password: String,
    /// Six digits of the app, or a recovery code.
    #[garde(length(chars, min = 1, max = 64))]
    pub code: String,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedInAs {
    /// The account.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When the session began.
    pub created_at: DateTime<Utc>,
    /// When it ends if it is not used.
    pub expires_at: DateTime<Utc>,
    /// Recovery codes that are left.
    pub recovery_codes: u64,
}

/// A session that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminSession {
    /// Its number; it opens nothing.
    pub id: i64,
    /// The account.
    pub name: String,
    /// The browser, as far as it tells.
    pub agent: Option<String>,
    /// By which family it signed in: 4 or 6.
    pub ip_version: u8,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was used last, to the minute.
    pub seen_at: DateTime<Utc>,
    /// When it ends if it is not used.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the asker's own.
    pub current: bool,
}

/// A session's number in the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct AdminSessionPath {
    /// As the list has it.
    pub id: i64,
}

/// How many were ended or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ended {
    /// How many.
    pub ended: u64,
}

/// Who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminUser {
    /// The account.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it signed in last.
    pub signed_in_at: Option<DateTime<Utc>>,
    /// Recovery codes that are left.
    pub recovery_codes: u64,
}

/// An account to make.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAdminUser {
    /// Lower-case letters, digits, `.`, `_`, `-`.
    #[garde(custom(|name: &String, (): &()| named(name)))]
    pub name: String,
    /// At least 12 characters.
    #[garde(length(chars, max = MOST))]
    pub password: String,
    /// What it may do.
    #[garde(skip)]
    #[serde(default)]
    pub role: Role,
}

fn named(name: &str) -> garde::Result {
    let why = "use up to 32 lower-case letters, digits, dots, hyphens";
    if is_name(name) { Ok(()) } else { Err(garde::Error::new(why)) }
}

/// An account's name in the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct AdminUserPath {
    /// The account.
    pub name: String,
}

/// A new second factor; told once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolment {
    /// The account.
    pub name: String,
    /// `otpauth://…`, for an authenticator app, as text or QR code.
    pub uri: String,
    /// Each signs in once in place of the app.
    pub recovery_codes: Vec<String>,
}

/// A page of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct AuditQuery {
    /// `next` of the page before.
    #[garde(inner(range(min = 1)))]
    #[cfg_attr(feature = "openapi", param(minimum = 1))]
    pub after: Option<i64>,
    /// How many entries.
    #[garde(range(min = 1, max = 200))]
    #[cfg_attr(feature = "openapi", param(default = 50, minimum = 1, maximum = 200))]
    pub limit: u64,
}

impl Default for AuditQuery {
    fn default() -> Self {
        Self { after: None, limit: 50 }
    }
}

/// Entries, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    pub items: Vec<AuditEntry>,
    /// Where the next page begins; null: there is none.
    pub next: Option<i64>,
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The account, `X-Admin-Key` or `command line`.
    pub who: String,
    /// What was done: `session.create`, `user.delete`, `measurements.delete`.
    pub act: String,
    /// To whom or what.
    pub subject: Option<String>,
    /// From which address.
    pub address: Option<String>,
}
