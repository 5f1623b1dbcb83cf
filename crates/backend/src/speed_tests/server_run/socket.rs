//! A client's WebSocket over the same HTTP client (so over the same TLS) as everything else.

use anyhow::{Context, ensure};
use http::header;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

pub type Socket = WebSocketStream<reqwest::Upgraded>;

/// §3.4 of ndt7: no message is larger.
const MAX_MESSAGE: usize = 1 << 24;

/// Opens a WebSocket at an `http:` or `https:` address.
pub async fn connect(
    client: &reqwest::Client,
    url: reqwest::Url,
    protocol: Option<&str>,
) -> anyhow::Result<Socket> {
    let key = generate_key();
    let mut request = client
        .get(url)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key);
    if let Some(protocol) = protocol {
        request = request.header(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    let response = request.send().await.context("open a WebSocket")?;
    let status = response.status();
    ensure!(
        status == http::StatusCode::SWITCHING_PROTOCOLS,
        "the WebSocket was refused with status {status}"
    );
    let accept = response.headers().get(header::SEC_WEBSOCKET_ACCEPT).map(|value| value.as_bytes().to_vec());
    ensure!(accept.as_deref() == Some(derive_accept_key(key.as_bytes()).as_bytes()), "no WebSocket answered");
    let upgraded = response.upgrade().await.context("upgrade to a WebSocket")?;
    let config =
        WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE)).max_frame_size(Some(MAX_MESSAGE));
    Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await)
}
