//! What uses this server's line; for its operator alone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The answer of `GET /api/network-usage`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NetworkUsage {
    /// Null: one look has no rate.
    pub download_mbps: Option<f64>,
    /// Null: one look has no rate.
    pub upload_mbps: Option<f64>,
    /// Sent by all interfaces but loopback since they came up, in GB (10^9).
    pub total_sent_gb: f64,
    /// Received likewise.
    pub total_recv_gb: f64,
    /// Programs with open connections, the most first; only those that this process may look at.
    pub apps: Vec<UsingProgram>,
    /// When it was looked.
    pub sampled_at: DateTime<Utc>,
}

/// A program with open connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsingProgram {
    /// Its name.
    pub name: String,
    /// Its process.
    pub pid: u32,
    /// Established TCP connections.
    pub connections: u32,
    /// Other ends, at most 4.
    pub remote_addresses: Vec<String>,
}
