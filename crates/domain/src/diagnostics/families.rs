//! IPv4 and IPv6 of this server.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The answer of `GET /api/ipv6-check`: about this server; a browser's own family is that of its address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ipv6Check {
    /// By IPv4.
    pub ipv4: FamilyCheck,
    /// By IPv6.
    pub ipv6: FamilyCheck,
    /// Whether both work.
    pub dual_stack: bool,
    /// In a sentence.
    pub verdict: String,
    /// When it was asked.
    pub checked_at: DateTime<Utc>,
}

/// One family.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyCheck {
    /// Whether the operator's target of this family answered.
    pub reachable: bool,
    /// This server's address of the family, where it is a public one.
    pub ip: Option<String>,
    /// The round trip to the target.
    pub latency_ms: Option<f64>,
}

/// What two families say, in a sentence.
pub fn families_verdict(v4: bool, v6: bool) -> &'static str {
    match (v4, v6) {
        (true, true) => "This server reaches the internet by IPv4 and by IPv6.",
        (true, false) => "This server reaches the internet by IPv4 alone; IPv6 does not work here.",
        (false, true) => "This server reaches the internet by IPv6 alone; IPv4 does not work here.",
        (false, false) => "Neither IPv4 nor IPv6 reached the targets; this server may be offline.",
    }
}
