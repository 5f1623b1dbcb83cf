//! What the server itself saw of one test: the facts that a run is judged against.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::TestKind;

/// The server's facts of one token; kept 7 days, so that a run may be delivered late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerLog {
    pub kind: TestKind,
    /// When the token could be spent (its turn); the log's clock starts here.
    pub started_at: DateTime<Utc>,
    /// When the run was handed in: nothing may have begun after this.
    pub received_at: DateTime<Utc>,
    /// The token's limit for all steps together.
    pub max_seconds: u32,
    /// Cumulative bytes every 100 ms while any flow, in order.
    pub points: Vec<LogPoint>,
    /// Of the download's sockets together; `None` behind a proxy that ends TCP.
    pub tcp: Option<TcpSummary>,
    pub congestion: Option<String>,
    /// The most tests at one time during this one, this one among them.
    pub concurrent_tests: u32,
    /// No proxy between this server and the client.
    pub direct: bool,
    /// The token was used from another client address than the one that asked for it.
    pub address_changed: bool,
    /// This server's uplink was full while the test ran (`speed.uplink_mbit`).
    pub uplink_was_full: bool,
    /// 4 or 6, by the client's address.
    pub ip_version: Option<u8>,
}

/// Bytes in all at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogPoint {
    /// Since `started_at`, monotonic.
    pub t_ms: f64,
    /// Download bytes handed to the sockets.
    pub sent_bytes: u64,
    /// Upload bytes read from the sockets.
    pub received_bytes: u64,
}

/// TCP_INFO of the download's sockets, summed over them at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TcpSummary {
    /// Lifetimes of the transfers.
    pub span_us: u64,
    pub busy_us: u64,
    pub rwnd_limited_us: u64,
    pub sndbuf_limited_us: u64,
    pub bytes_sent: u64,
    pub bytes_retransmitted: u64,
    /// Segment size of the connection (`tcpi_snd_mss`): 1448 on Ethernet with time stamps.
    pub mss: u32,
}
