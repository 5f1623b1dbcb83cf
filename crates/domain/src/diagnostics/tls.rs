//! What the TLS probe answers.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Ports where a server speaks TLS from the first byte (IANA): web, mail, news, directory, DNS, FTP, IRC, SIP.
pub const TLS_PORTS: [u16; 12] = [443, 465, 563, 636, 853, 989, 990, 993, 995, 5061, 6697, 8443];

/// The answer of `GET /api/tls-probe`: what this server saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TlsProbe {
    /// As asked.
    pub host: String,
    /// The address that was connected to.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ip: IpAddr,
    /// The port that was connected to.
    pub port: u16,
    /// TCP connect.
    pub tcp_ms: Option<f64>,
    /// TLS handshake.
    pub tls_ms: Option<f64>,
    /// From the request to the head of the answer; null: no HTTP was spoken.
    pub http_ms: Option<f64>,
    /// What TLS adds: the handshake's time.
    pub tls_overhead_ms: Option<f64>,
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: Option<String>,
    /// The cipher suite.
    pub cipher: Option<String>,
    /// What the server chose by ALPN.
    pub alpn: Option<String>,
    /// Whether it speaks HTTP/2; null: it did not choose.
    pub http2: Option<bool>,
    /// Its Strict-Transport-Security; null: none, or no HTTP was spoken.
    pub hsts: Option<String>,
    /// The chain as it was sent, the server's own certificate first.
    pub chain: Vec<TlsCertificate>,
    /// Whole days until the first certificate of the chain ends; negative: over.
    pub days_left: Option<i64>,
    /// Whether the chain leads to a trusted root, is in date and carries the name.
    pub valid: bool,
    /// Why it is not valid.
    pub error: Option<String>,
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TlsCertificate {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Until when it counts.
    pub not_after: Option<DateTime<Utc>>,
}
