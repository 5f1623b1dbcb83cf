//! Handlers of the live slice.

use std::convert::Infallible;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket, rejection::WebSocketUpgradeRejection},
    },
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use domain::{
    ApiError, ErrorCode,
    live::{LiveEvent, LiveQuery},
};
use futures::stream;
use http::{HeaderMap, HeaderValue, header};

use super::feed::Feed;
use crate::{
    AppResult, AppState,
    http::{Caller, Query, check_origin},
};

/// Watch events as they happen (server-sent events).
#[utoipa::path(get, path = "/api/events/live", tag = "live", params(LiveQuery),
    responses((status = 200, description = "An endless stream.", body = LiveEvent, content_type = "text/event-stream")))]
pub async fn watch_events(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<LiveQuery>,
    headers: HeaderMap,
) -> AppResult<Response> {
    check_origin(&headers, &state.config.http)?;
    let feed = Feed::open(&state, caller, query)?;
    let events = stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await?;
        Some((Ok::<_, Infallible>(Event::default().data(text(&event))), feed))
    });
    let mut response = Sse::new(events).into_response();
    // nginx would hold the events back otherwise.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Watch events as they happen (WebSocket).
#[utoipa::path(get, path = "/api/ws/live", tag = "live", params(LiveQuery),
    responses((status = 101, description = "Text messages, each one event; the text `ping` is answered by a pong.")))]
pub async fn watch_socket(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<LiveQuery>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> AppResult<Response> {
    check_origin(&headers, &state.config.http)?;
    let upgrade = upgrade.map_err(|_| ApiError::new(ErrorCode::Malformed, "This is a WebSocket."))?;
    let feed = Feed::open(&state, caller, query)?;
    Ok(upgrade.max_message_size(MAX_MESSAGE).on_upgrade(move |socket| talk(socket, feed)))
}

/// Clients say `ping` and nothing else.
const MAX_MESSAGE: usize = 1024;

async fn talk(mut socket: WebSocket, mut feed: Feed) {
    loop {
        let answer = tokio::select! {
            event = feed.next() => match event {
                Some(event) => event,
                None => break,
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Text(said))) if said.trim() == "ping" => LiveEvent::Pong,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        };
        if socket.send(Message::Text(text(&answer).into())).await.is_err() {
            return;
        }
    }
    let _ = socket.send(Message::Close(None)).await;
}

fn text(event: &LiveEvent) -> String {
    serde_json::to_string(event).unwrap_or_default()
}
