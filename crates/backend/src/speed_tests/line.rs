//! The connection that a test runs over, as far as this server can see.

use std::{
    net::{IpAddr, SocketAddr},
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::extract::{ConnectInfo, FromRequestParts};
use domain::speed_tests::TcpSummary;
use http::request::Parts;
use probe::TcpInfo;

use crate::{AppError, AppState, accept::Peer, crypto::HouseholdHash, http::Caller};

/// What a proxy leaves behind. A forged one only hides the client's own TCP figures from itself.
const PROXY_HEADERS: [&str; 5] = ["forwarded", "x-forwarded-for", "x-real-ip", "via", "fly-client-ip"];

/// The caller's address and, if nobody ends TCP in between, the socket.
#[derive(Clone, Debug)]
pub struct Line {
    pub address: IpAddr,
    /// The other end of the socket: the client or its proxy.
    pub peer: Option<SocketAddr>,
    pub household: HouseholdHash,
    /// No proxy on the way: the kernel's figures are about the client's own connection.
    pub direct: bool,
    /// The socket of this server's leg, whoever is at its other end.
    pub socket: Option<Arc<OwnedFd>>,
}

impl FromRequestParts<AppState> for Line {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let peer = parts.extensions.get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| peer.clone());
        let proxied = PROXY_HEADERS.iter().any(|name| parts.headers.contains_key(*name));
        let socket = peer.as_ref().and_then(|peer| peer.socket.clone());
        let peer = peer.map(|peer| peer.address);
        let own = peer.is_some_and(|peer| peer.ip().to_canonical() == caller.address.to_canonical());
        let direct = own && !proxied && socket.is_some();
        Ok(Self { address: caller.address, peer, household: caller.household, direct, socket })
    }
}

impl Line {
    /// 4 or 6.
    pub fn ip_version(&self) -> u8 {
        if self.address.to_canonical().is_ipv4() { 4 } else { 6 }
    }

    /// Sets the congestion control for this socket and answers the one that carries it now. The kernel may refuse:
    /// that is warned of once, and the result names what really ran.
    pub fn set_congestion(&self, name: &str) -> Option<String> {
        static WARNED: AtomicBool = AtomicBool::new(false);
        let socket = self.socket.as_deref()?;
        if let Err(error) = probe::set_congestion(socket, name)
            && !WARNED.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                error = %error,
                speed.congestion = name,
                "the kernel refuses this congestion control (speed.congestion); tests run with its default"
            );
        }
        probe::congestion(socket).ok()
    }

    /// The kernel's counters now, for direct connections only.
    pub fn tcp_info(&self) -> Option<TcpInfo> {
        let socket = self.socket.as_deref().filter(|_| self.direct)?;
        probe::tcp_info(socket).ok()
    }
}

/// What one transfer added to the connection's counters.
pub fn summary(before: &TcpInfo, after: &TcpInfo, span_us: u64) -> Option<TcpSummary> {
    let grown = |field: fn(&TcpInfo) -> Option<u64>| Some(field(after)?.saturating_sub(field(before)?));
    Some(TcpSummary {
        span_us,
        busy_us: grown(|info| info.busy_time)?,
        rwnd_limited_us: grown(|info| info.rwnd_limited)?,
        sndbuf_limited_us: grown(|info| info.snd_buf_limited)?,
        bytes_sent: grown(|info| info.bytes_sent)?,
        bytes_retransmitted: grown(|info| info.bytes_retrans)?,
        mss: after.snd_mss,
    })
}

/// Adds the figures of one socket to those of the others.
pub fn add(sum: &mut Option<TcpSummary>, one: TcpSummary) {
    let sum = sum.get_or_insert_default();
    sum.span_us += one.span_us;
    sum.busy_us += one.busy_us;
    sum.rwnd_limited_us += one.rwnd_limited_us;
    sum.sndbuf_limited_us += one.sndbuf_limited_us;
    sum.bytes_sent += one.bytes_sent;
    sum.bytes_retransmitted += one.bytes_retransmitted;
    sum.mss = sum.mss.max(one.mss);
}
