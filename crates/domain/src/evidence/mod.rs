//! The bundle that proves what this server saw: what is in it, and by whom it is signed.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, EndpointInfo};

/// The bundle, a ZIP.
pub const GET_EVIDENCE: Endpoint<EvidenceQuery, ()> = Endpoint::get("get_evidence", "/api/admin/evidence");
/// The key that bundles are signed with, its public half.
pub const GET_EVIDENCE_KEY: Endpoint<(), EvidenceKey> =
    Endpoint::get("get_evidence_key", "/api/evidence/key");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[GET_EVIDENCE.info(), GET_EVIDENCE_KEY.info()];

/// The member that lists all others, with its hashes; its signature lies beside it.
pub const MANIFEST: &str = "manifest.json";
/// The Ed25519 signature over the manifest's bytes, in hex.
pub const SIGNATURE: &str = "manifest.sig";
/// How bundles are signed (RFC 8032).
pub const ALGORITHM: &str = "Ed25519";

/// What the bundle should hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[serde(default)]
pub struct EvidenceQuery {
    /// A snapshot of the whole database too (SQLite).
    #[garde(skip)]
    pub database: bool,
}

/// The public half of the signing key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceKey {
    /// `Ed25519`.
    pub algorithm: String,
    /// 64 hex digits.
    pub public_key: String,
}

/// The list of what is in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `steadyline`.
    pub product: String,
    pub version: String,
    /// The commit that the program was built from, where one was known.
    pub commit: Option<String>,
    pub made_at: DateTime<Utc>,
    pub environment: String,
    pub key: EvidenceKey,
    /// Every other member but the signature.
    pub members: Vec<Member>,
}

/// One member of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub name: String,
    /// In bytes, unpacked.
    pub size: u64,
    /// In hex.
    pub sha256: String,
}
