//! "Direct LAN" (quality.md §3): the socket's own peer lies in `access.lan_networks`, and nothing says that a proxy stands
//! between. Not the resolved client: a header must never be able to bring anybody here.

use axum::extract::{ConnectInfo, FromRequestParts};
use domain::{ApiError, ErrorCode};
use http::request::Parts;

use super::client::InProcess;
use crate::{AppError, AppState, accept::Peer};

/// Whoever asks from the local network, with no proxy between.
#[derive(Clone, Copy, Debug)]
pub struct DirectLan;

/// What proxies add; one alone is enough, whatever it says.
const PROXY_HEADERS: [&str; 11] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-real-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fly-client-ip",
];

impl FromRequestParts<AppState> for DirectLan {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let refuse = |why: &str| {
            let detail = format!("This is for the local network alone, without a proxy: {why}.");
            Err(ApiError::new(ErrorCode::Forbidden, detail).into())
        };
        let named = &state.config.http.client_address_header;
        if PROXY_HEADERS.iter().any(|name| parts.headers.contains_key(*name))
            || parts.headers.contains_key(named)
        {
            return refuse("the request has a proxy's header");
        }
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        let Some(ConnectInfo(peer)) = peer.filter(|_| parts.extensions.get::<InProcess>().is_none()) else {
            return refuse("the request came by no socket");
        };
        let address = peer.address.ip().to_canonical();
        let config = &state.config;
        if config.http.trusted_proxies.iter().any(|network| network.contains(&address)) {
            return refuse("its other end is a trusted proxy");
        }
        if !config.lan_networks.iter().any(|network| network.contains(&address)) {
            return refuse("its address lies in none of access.lan_networks");
        }
        Ok(Self)
    }
}
