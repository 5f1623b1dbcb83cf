//! The socket of a test: echoes pings at once, tells the server's counters every 100 ms, and the turn.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{
        Query, State, WebSocketUpgrade,
        rejection::QueryRejection,
        ws::{Message, WebSocket, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
};
use domain::{
    ApiError, ErrorCode,
    speed_tests::{SocketMessage, TokenQuery},
};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{
    api::{find_test, token},
    desk::TICK,
    line::Line,
    test::{OpenSocket, Phase, Test},
};
use crate::{AppState, error::AppResult};

/// A ping is `{"seq":…,"t":…}`; nothing else of any length is echoed.
const MESSAGE: usize = 256;
/// Pings go every 100 ms; who sends ten times that is no speed test.
const MESSAGES_A_SECOND: u32 = 200;
/// A reader that does not even take a counter in this time is gone.
const SLOW: Duration = Duration::from_secs(20);

/// The test's socket: pings are echoed, counters and the turn are told.
#[utoipa::path(get, path = "/api/speed/ping", tag = "speed", params(TokenQuery), responses(
    (status = 101, description = "a WebSocket"),
))]
pub async fn open_speed_socket(
    State(state): State<AppState>,
    line: Line,
    query: Result<Query<TokenQuery>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> AppResult<Response> {
    let test = find_test(&state, &token(query)?)?;
    let upgrade = upgrade.map_err(|rejection| ApiError::new(ErrorCode::Malformed, rejection.body_text()))?;
    let open = test.open_socket(&line, &state.config.speed.congestion);
    Ok(upgrade
        .max_message_size(MESSAGE)
        .max_frame_size(MESSAGE)
        .on_upgrade(move |socket| serve(state, test, open, socket)))
}

async fn serve(state: AppState, test: Arc<Test>, open: OpenSocket, mut socket: WebSocket) {
    let _open = open;
    let mut phase = test.phase.subscribe();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut second, mut count) = (Instant::now(), 0);
    let mut told = Default::default();
    // Said once at the start too: the turn may have come between the session and this socket.
    let mut turn_is_news = true;
    loop {
        if turn_is_news {
            let now = *phase.borrow_and_update();
            if now == Phase::Over || !send(&mut socket, &turn(&state, &test, now)).await {
                break;
            }
            turn_is_news = false;
        }
        tokio::select! {
            // Pings first: what waits here is added to every round trip.
            biased;
            message = socket.recv() => {
                let text = match message {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    _ => break,
                };
                if second.elapsed() > Duration::from_secs(1) {
                    (second, count) = (Instant::now(), 0);
                }
                count += 1;
                if count > MESSAGES_A_SECOND || !put(&mut socket, Message::Text(text)).await {
                    break;
                }
            }
            changed = phase.changed() => {
                if changed.is_err() {
                    break;
                }
                turn_is_news = true;
            }
            _ = tick.tick() => {
                let counters = test.counters(Instant::now());
                let moved = (counters.sent_bytes, counters.received_bytes);
                if moved != told {
                    told = moved;
                    if !send(&mut socket, &SocketMessage::Counters(counters)).await {
                        break;
                    }
                }
            }
        }
    }
    let _ = timeout(Duration::from_secs(1), socket.send(Message::Close(None))).await;
}

fn turn(state: &AppState, test: &Test, phase: Phase) -> SocketMessage {
    match phase {
        Phase::Waiting(queue_position) => SocketMessage::Place { queue_position },
        Phase::Running | Phase::Over => {
            let server_now = state.clock.now();
            let left = chrono::TimeDelta::seconds(test.ticket.max_seconds.into());
            SocketMessage::Turn { turn: true, server_now, expires_at: server_now + left }
        }
    }
}

async fn send(socket: &mut WebSocket, message: &SocketMessage) -> bool {
    match serde_json::to_string(message) {
        Ok(text) => put(socket, Message::Text(text.into())).await,
        Err(error) => {
            tracing::error!(error = %error, "a socket message could not be written");
            false
        }
    }
}

async fn put(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(SLOW, socket.send(message)).await, Ok(Ok(())))
}
