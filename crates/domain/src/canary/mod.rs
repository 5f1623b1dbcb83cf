//! The canary: a nonce goes to another Steadyline, its answer must come back as it was sent. Beside the uplinks' state
//! and no part of it: traffic may flow and yet be read or changed on its way.
//!
//! The answer is signed (Ed25519) with a key that the operator notes beside the address, and not just compared over
//! TLS: whoever breaks TLS open with a root that this machine trusts is just whom a canary is to find, and plain HTTP,
//! where caches live, can be watched as well. An HMAC would need a secret that both servers share.

mod judge;

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, EndpointInfo};

pub use judge::{CACHE_CONTROL, Heard, Reply, SIGNATURE_HEADER, judge, signed_bytes};

/// This server as the canary of another.
pub const GET_CANARY: Endpoint<CanaryQuery, CanaryAnswer> = Endpoint::get("get_canary", "/api/canary");
/// What this server's own canary found; null where none is configured.
pub const GET_CANARY_RESULT: Endpoint<(), Option<CanaryResult>> =
    Endpoint::get("get_canary_result", "/api/canary/result");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[GET_CANARY.info(), GET_CANARY_RESULT.info()];

/// What a canary is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct CanaryQuery {
    /// Something that was never asked before: letters and digits.
    #[garde(length(min = 16, max = 64), alphanumeric)]
    #[cfg_attr(feature = "openapi", param(min_length = 16, max_length = 64, pattern = "^[0-9A-Za-z]+$"))]
    pub nonce: String,
}

/// What it answers; the header `x-canary-signature` signs these very bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CanaryAnswer {
    /// As asked.
    pub nonce: String,
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// The public key of the signature: what the other operator sets as `canary.key`.
    pub key: String,
}

/// What became of an answer on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CanaryVerdict {
    /// It came as it was sent.
    Intact,
    /// Somebody else answered.
    Intercepted,
    /// It is an answer to an earlier question.
    Cached,
    /// It was changed on its way.
    Rewritten,
    /// Nobody answered.
    Unreachable,
}

/// What this server's canary found last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CanaryResult {
    /// The host that was asked.
    pub host: String,
    /// What it means.
    pub verdict: CanaryVerdict,
    /// By what one sees it, in words.
    pub because: String,
    /// Since when it is so.
    pub since: DateTime<Utc>,
    /// When it was asked last.
    pub asked_at: DateTime<Utc>,
}
