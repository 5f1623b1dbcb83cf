//! M-Lab's ndt7 (specification v0.11.0), so that any ndt7 client can test against this server.
//!
//! One WebSocket, one TCP connection, one direction. Download: binary messages whose size doubles while it is below a
//! sixteenth of what was sent; upload: the client's are counted. Both ways the server tells, as text, what it and the
//! kernel saw. Foreign clients cannot wait in a queue: without a place they get 503 with Retry-After. Their results are
//! their own: nothing of them is stored.
//!
//! Threats: as a test of our own; each connection ends after 15 s whatever the client does, and one message may have
//! 16 MiB (the specification's limit), so that memory is bounded by the number of admitted clients.

mod message;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket, rejection::WebSocketUpgradeRejection},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{ApiError, ErrorCode};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::time::{sleep, timeout};

use crate::{
    AppState,
    error::AppResult,
    speed_tests::{GuestPass, Line, bytes::noise},
};
use message::{Told, measurement};

const PROTOCOL: &str = "net.measurementlab.ndt.v7";
/// «The expected duration of a test is up to ten seconds» (§2).
const NOMINAL: Duration = Duration::from_secs(10);
/// ndt-server's MaxRuntime: whatever the client does, it is over now.
const MAX: Duration = Duration::from_secs(15);
/// §3.4: «a message MUST NOT be larger than 1 << 24 bytes».
const MAX_MESSAGE: usize = 1 << 24;
/// §2.2: start with 1 << 13, double while smaller than a sixteenth of what was sent; ndt-server stops at 1 << 20.
const FIRST_MESSAGE: usize = 1 << 13;
const LARGEST_MESSAGE: usize = 1 << 20;
const SCALING: u64 = 16;
/// At most ten measurements a second are allowed; M-Lab's own server sends one every 250 ms on average.
const TELL: Duration = Duration::from_millis(250);
/// For the closing handshake.
const GOODBYE: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Download,
    Upload,
}

pub fn routes() -> Router<AppState> {
    Router::new().route("/ndt/v7/download", get(download)).route("/ndt/v7/upload", get(upload))
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

async fn download(state: State<AppState>, line: Line, upgrade: Upgrade) -> AppResult<Response> {
    open(state, line, upgrade, Direction::Download)
}

async fn upload(state: State<AppState>, line: Line, upgrade: Upgrade) -> AppResult<Response> {
    open(state, line, upgrade, Direction::Upload)
}

fn open(
    State(state): State<AppState>,
    line: Line,
    upgrade: Upgrade,
    direction: Direction,
) -> AppResult<Response> {
    let refuse = |why: String| ApiError::new(ErrorCode::Malformed, why);
    let upgrade = upgrade.map_err(|rejection| refuse(rejection.body_text()))?.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(refuse(format!("ndt7 needs the header Sec-WebSocket-Protocol: {PROTOCOL}.")).into());
    }
    let pass = state.speed.admit_guest(&state, &line)?;
    line.set_congestion(&state.config.speed.congestion);
    let run = Run {
        direction,
        bytes: Arc::new(AtomicU64::new(0)),
        begun: Instant::now(),
        told: Told::new(direction, &line),
        line,
        state,
        _pass: pass,
    };
    Ok(upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(move |socket| run.serve(socket))
        .into_response())
}

struct Run {
    direction: Direction,
    /// Sent or received, the payload alone.
    bytes: Arc<AtomicU64>,
    begun: Instant,
    told: Told,
    line: Line,
    state: AppState,
    _pass: GuestPass,
}

impl Run {
    async fn serve(mut self, socket: WebSocket) {
        self.begun = Instant::now();
        let (mut to, mut from) = socket.split();
        let all = async {
            tokio::select! {
                () = self.write(&mut to) => {}
                () = self.read(&mut from) => {}
            }
        };
        let _ = timeout(MAX, all).await;
        let goodbye = async {
            if to.send(Message::Close(None)).await.is_ok() {
                while let Some(Ok(_)) = from.next().await {}
            }
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }

    async fn write(&self, to: &mut SplitSink<WebSocket, Message>) {
        match self.direction {
            Direction::Download => self.pump(to).await,
            Direction::Upload => loop {
                sleep(TELL).await;
                if self.tell(to).await.is_err() {
                    return;
                }
            },
        }
    }

    async fn pump(&self, to: &mut SplitSink<WebSocket, Message>) {
        let mut size = FIRST_MESSAGE;
        let mut next_tell = TELL;
        while self.begun.elapsed() < NOMINAL {
            if self.begun.elapsed() >= next_tell {
                next_tell = self.begun.elapsed() + TELL;
                if self.tell(to).await.is_err() {
                    return;
                }
            }
            if to.send(Message::Binary(noise(size))).await.is_err() {
                return;
            }
            let sent = self.count(size as u64);
            if size < LARGEST_MESSAGE && (size as u64) < sent / SCALING {
                size *= 2;
            }
        }
        // The last word: what was reached in all.
        let _ = self.tell(to).await;
    }

    async fn read(&self, from: &mut SplitStream<WebSocket>) {
        while let Some(Ok(message)) = from.next().await {
            match message {
                Message::Binary(bytes) if self.direction == Direction::Upload => {
                    self.count(bytes.len() as u64);
                }
                Message::Close(_) => return,
                // The client's own measurements are its own affair.
                _ => {}
            }
        }
    }

    fn count(&self, bytes: u64) -> u64 {
        self.state.speed.moved.fetch_add(bytes, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes
    }

    async fn tell(&self, to: &mut SplitSink<WebSocket, Message>) -> Result<(), axum::Error> {
        let elapsed = self.begun.elapsed();
        let info = self.line.tcp_info();
        let text = measurement(&self.told, elapsed, self.bytes.load(Ordering::Relaxed), info.as_ref());
        to.send(Message::Text(text.into())).await
    }
}
