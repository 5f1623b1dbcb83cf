//! Session and socket messages of a test.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::{
    endpoint::{Endpoint, EndpointInfo},
    measurements::Measurement,
};

pub const CREATE_SPEED_SESSION: Endpoint<NewSession, Session> =
    Endpoint::post("create_speed_session", "/api/speed/session");
/// Answers bytes; the browser reads it with its own fetch.
pub const DOWNLOAD_SPEED_BYTES: Endpoint<TokenQuery, ()> =
    Endpoint::get("download_speed_bytes", "/api/speed/download");
/// Takes bytes, counted and thrown away.
pub const UPLOAD_SPEED_BYTES: Endpoint<TokenQuery, UploadReceipt> =
    Endpoint::post("upload_speed_bytes", "/api/speed/upload");
/// Becomes a WebSocket.
pub const OPEN_SPEED_SOCKET: Endpoint<TokenQuery, ()> = Endpoint::get("open_speed_socket", "/api/speed/ping");
/// A server-run test of the server's own line.
pub const CREATE_SERVER_TEST: Endpoint<ServerTestQuery, Measurement> =
    Endpoint::post("create_server_test", "/api/test-now");
pub const DOWNLOAD_BANDWIDTH_PROBE: Endpoint<BandwidthQuery, ()> =
    Endpoint::get("download_bandwidth_probe", "/api/bandwidth-probe");
pub const UPLOAD_BANDWIDTH_PROBE: Endpoint<(), BandwidthReceipt> =
    Endpoint::post("upload_bandwidth_probe", "/api/bandwidth-probe");

pub const ENDPOINTS: &[EndpointInfo] = &[
    CREATE_SPEED_SESSION.info(),
    DOWNLOAD_SPEED_BYTES.info(),
    UPLOAD_SPEED_BYTES.info(),
    OPEN_SPEED_SOCKET.info(),
    CREATE_SERVER_TEST.info(),
    DOWNLOAD_BANDWIDTH_PROBE.info(),
    UPLOAD_BANDWIDTH_PROBE.info(),
];

/// How much a test may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    #[default]
    Full,
    /// For metered lines: under 10 MB in all, with lower precision.
    Light,
}

impl TestKind {
    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Light => "light",
        }
    }
}

/// Asks for a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct NewSession {
    #[garde(skip)]
    pub kind: TestKind,
    /// 4 or 6: use the operator's host name of that family, where there is one.
    #[garde(inner(range(min = 4, max = 6)))]
    pub family: Option<u8>,
}

/// A token and where to spend it. With `queue_position` (status 202) the socket may be opened at once and tells the
/// turn; bytes flow only after that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub token: String,
    pub expires_at: DateTime<Utc>,
    /// The server's clock, so that a run is dated by it and not by the browser's.
    pub server_now: DateTime<Utc>,
    /// Tests that come before this one; null: go.
    pub queue_position: Option<u32>,
    pub kind: TestKind,
    pub download_url: String,
    pub upload_url: String,
    /// `ws:` or `wss:`, or a path of the page's own origin.
    pub ping_url: String,
    pub max_bytes: u64,
    pub max_seconds: u32,
    pub server: SessionServer,
}

/// Who measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionServer {
    pub name: String,
    pub version: String,
    /// No proxy ends TCP on the way, as far as the server can tell.
    pub direct: bool,
}

/// The query of the byte paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct TokenQuery {
    /// The session's token.
    pub token: String,
}

/// What an upload that was not aborted answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadReceipt {
    pub received_bytes: u64,
}

/// What the client says on the socket: a ping, echoed as it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PingMessage {
    pub seq: u32,
    /// The client's own clock, ms.
    pub t: f64,
}

/// What the server says on the socket; told apart by its keys.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum SocketMessage {
    Echo(PingMessage),
    /// Every 100 ms once bytes flow: bytes in all of this token.
    Counters(Counters),
    /// A queued test may start: `turn` is true.
    Turn {
        turn: bool,
        server_now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    },
    /// The place in the queue changed.
    Place {
        queue_position: u32,
    },
}

/// The server's byte counts of one token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counters {
    /// Since the token was issued, on the server's monotonic clock.
    pub t_ms: f64,
    pub received_bytes: u64,
    pub sent_bytes: u64,
}

/// Where the asker says to be, kept with the server's own test.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ServerTestQuery {
    #[garde(inner(length(chars, max = 200)))]
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub location: Option<String>,
    #[garde(inner(range(min = -90.0, max = 90.0)))]
    #[cfg_attr(feature = "openapi", param(minimum = -90, maximum = 90))]
    pub lat: Option<f64>,
    #[garde(inner(range(min = -180.0, max = 180.0)))]
    #[cfg_attr(feature = "openapi", param(minimum = -180, maximum = 180))]
    pub lon: Option<f64>,
}

/// How many incompressible bytes to give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct BandwidthQuery {
    #[garde(range(min = 4, max = 512))]
    #[cfg_attr(feature = "openapi", param(minimum = 4, maximum = 512, default = 256))]
    pub size_kb: u32,
}

impl Default for BandwidthQuery {
    fn default() -> Self {
        Self { size_kb: 256 }
    }
}

/// The answer to the uploaded bytes of a bandwidth probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BandwidthReceipt {
    pub ok: bool,
}
