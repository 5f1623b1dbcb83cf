//! The only error the browser knows: `{detail, code, fields}` (api.md §0).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The header that names a device, as `fields` of an error has it.
pub const DEVICE_FIELD: &str = "x-client-id";
/// The cookie that names it in browsers; scripts of a page cannot read it.
pub const DEVICE_COOKIE: &str = "steadyline_device";

/// The machine word of an error; the page and scripts branch on it, never on the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: not readable as what this endpoint takes.
    Malformed,
    /// 401
    Unauthenticated,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 408
    TimedOut,
    /// 409
    Conflict,
    /// 413
    TooLarge,
    /// 415
    UnsupportedMediaType,
    /// 422: readable, but out of bounds or impossible.
    Invalid,
    /// 429
    TooMany,
    /// 500
    Internal,
    /// 503
    Unavailable,
    /// No answer arrived at all (only made by clients).
    Unreachable,
}

impl ErrorCode {
    /// The HTTP status that carries this code.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TimedOut => 408,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable | Self::Unreachable => 503,
        }
    }

    /// The code for a status that came without a readable body.
    pub const fn from_status(status: u16) -> Self {
        match status {
            400 => Self::Malformed,
            401 => Self::Unauthenticated,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 => Self::TimedOut,
            409 => Self::Conflict,
            413 => Self::TooLarge,
            415 => Self::UnsupportedMediaType,
            422 => Self::Invalid,
            429 => Self::TooMany,
            502..=504 => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

/// The body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{detail}")]
pub struct ApiError {
    /// One sentence: what happened and what to do.
    pub detail: String,
    pub code: ErrorCode,
    /// Why each named field was refused.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

impl ApiError {
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), code, fields: BTreeMap::new() }
    }

    /// An input that is readable but cannot be, with the field that is at fault.
    pub fn invalid(field: &str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self::new(ErrorCode::Invalid, format!("{field}: {why}")).with_field(field, why)
    }

    /// The refusal of what speaks of one device's data, to an asker who has none.
    pub fn no_device() -> Self {
        let why = "A device is needed: send X-Client-ID (a UUID) or run a test first.";
        Self::new(ErrorCode::Malformed, why).with_field(DEVICE_FIELD, "missing")
    }

    /// The endpoint speaks of one device's data, and the asker has none yet.
    pub fn needs_device(&self) -> bool {
        self.code == ErrorCode::Malformed && self.fields.contains_key(DEVICE_FIELD)
    }

    #[must_use]
    pub fn with_field(mut self, name: &str, why: impl Into<String>) -> Self {
        self.fields.insert(name.to_owned(), why.into());
        self
    }
}
