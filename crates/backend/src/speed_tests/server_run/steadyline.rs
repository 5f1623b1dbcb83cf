//! The client's side of a test against another Steadyline: as a browser does it, judged by the same rules.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    measurements::{ClientFacts, FinishedRun, RunStep, Source, StepKind},
    speed_tests::{LogPoint, NewSession, PingMessage, ServerLog, Session, SocketMessage, TestKind, judge},
};
use futures::{SinkExt, StreamExt, future::join_all, stream};
use tokio::time::{interval, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{
    Found,
    socket::{Socket, connect},
};
use crate::speed_tests::{
    bytes::{CHUNK, noise},
    submit::measurement_of,
};

/// As many as the browser engine opens at most (measurement.md §1.2).
const STREAMS: usize = 4;
/// measurement.md §1.2: at the latest.
const DIRECTION: Duration = Duration::from_secs(10);
/// Twenty round trips at one every 100 ms, and a pause for what still queues.
const IDLE: Duration = Duration::from_millis(2200);
const TICK: Duration = Duration::from_millis(100);

pub async fn test(
    client: &reqwest::Client,
    base: reqwest::Url,
    started_at: DateTime<Utc>,
) -> anyhow::Result<Found> {
    let begun = Instant::now();
    let session = open(client, &base).await?;
    let at = |url: &str| base.join(&url.replacen("ws", "http", usize::from(url.starts_with("ws"))));
    let socket = connect(client, at(&session.ping_url)?, None).await?;
    let mut probe = Probe { socket, begun, seq: 0, points: Vec::new() };
    let idle = step(StepKind::Idle, IDLE, probe.listen(IDLE).await, Vec::new(), 0);
    let down = download(client, at(&session.download_url)?, &mut probe).await;
    let up = upload(client, at(&session.upload_url)?, &mut probe).await;
    let elapsed = TimeDelta::from_std(begun.elapsed()).unwrap_or_default();
    let run = FinishedRun {
        token: session.token,
        started_at: session.server_now,
        steps: vec![idle, down, up],
        client: ClientFacts {
            visible: true,
            protocol: Some("http/1.1".to_owned()),
            ..ClientFacts::default()
        },
    };
    // What the other server told on the socket stands for its log; its own kernel's figures stay with it.
    let log = ServerLog {
        kind: TestKind::Full,
        started_at: session.server_now,
        received_at: session.server_now + elapsed,
        max_seconds: session.max_seconds,
        points: probe.points,
        tcp: None,
        congestion: None,
        concurrent_tests: 1,
        direct: false,
        address_changed: false,
        uplink_was_full: false,
        ip_version: None,
    };
    let judged = judge(&run, &log).context("judge the run")?;
    let mut measurement = measurement_of(&judged, Source::Server);
    measurement.timestamp = started_at;
    "http".clone_into(&mut measurement.method);
    Ok(Found { measurement, detail: judged.detail, duration_ms: elapsed.num_milliseconds() })
}

async fn open(client: &reqwest::Client, base: &reqwest::Url) -> anyhow::Result<Session> {
    let response = client
        .post(base.join("/api/speed/session")?)
        // A device for this run alone: nothing is stored of it there.
        .header("x-client-id", uuid::Uuid::new_v4().to_string())
        .json(&NewSession::default())
        .send()
        .await
        .context("ask for a test")?;
    match response.status().as_u16() {
        200 => Ok(response.json().await.context("read the session")?),
        202 => bail!("other tests are running there"),
        status => bail!("a test was refused with status {status}"),
    }
}

fn step(
    kind: StepKind,
    length: Duration,
    rtt_ms: Vec<f64>,
    windows: Vec<(f64, u64)>,
    connections: u32,
) -> RunStep {
    let duration_ms = windows.last().map_or(length.as_secs_f64() * 1000.0, |(t, _)| *t);
    let bytes = windows.last().map_or(0, |(_, bytes)| *bytes);
    RunStep { kind, duration_ms, bytes, windows, rtt_ms, connections }
}

/// The socket: pings out, echoes and counters in.
struct Probe {
    socket: Socket,
    begun: Instant,
    seq: u32,
    points: Vec<LogPoint>,
}

impl Probe {
    fn now_ms(&self) -> f64 {
        self.begun.elapsed().as_secs_f64() * 1000.0
    }

    /// Pings every 100 ms for so long; answers the round trips.
    async fn listen(&mut self, length: Duration) -> Vec<f64> {
        let mut rtt_ms = Vec::new();
        let end = sleep_until(tokio::time::Instant::now() + length);
        let mut end = std::pin::pin!(end);
        let mut tick = interval(TICK);
        loop {
            tokio::select! {
                () = end.as_mut() => return rtt_ms,
                _ = tick.tick() => {
                    self.seq += 1;
                    let ping = PingMessage { seq: self.seq, t: self.now_ms() };
                    let Ok(text) = serde_json::to_string(&ping) else { return rtt_ms };
                    if self.socket.send(Message::Text(text.into())).await.is_err() {
                        return rtt_ms;
                    }
                }
                message = self.socket.next() => {
                    let Some(Ok(message)) = message else {
                        // Without the socket there is nothing to judge by; the step still takes its time.
                        end.as_mut().await;
                        return rtt_ms;
                    };
                    let Ok(text) = message.into_text() else { continue };
                    match serde_json::from_str(&text) {
                        Ok(SocketMessage::Echo(ping)) => rtt_ms.push(self.now_ms() - ping.t),
                        Ok(SocketMessage::Counters(told)) => self.points.push(LogPoint {
                            t_ms: told.t_ms,
                            sent_bytes: told.sent_bytes,
                            received_bytes: told.received_bytes,
                        }),
                        _ => {}
                    }
                }
            }
        }
    }
}

async fn download(client: &reqwest::Client, url: reqwest::Url, probe: &mut Probe) -> RunStep {
    let bytes = AtomicU64::new(0);
    let begun = Instant::now();
    let reading = timeout(DIRECTION, join_all((0..STREAMS).map(|_| read(client, &url, &bytes))));
    let counting = async {
        let mut windows = Vec::new();
        while begun.elapsed() < DIRECTION {
            sleep(TICK).await;
            windows.push((begun.elapsed().as_secs_f64() * 1000.0, bytes.load(Ordering::Relaxed)));
        }
        windows
    };
    let (rtt_ms, _, windows) = tokio::join!(probe.listen(DIRECTION), reading, counting);
    step(StepKind::Download, DIRECTION, rtt_ms, windows, STREAMS as u32)
}

async fn read(client: &reqwest::Client, url: &reqwest::Url, bytes: &AtomicU64) {
    let Ok(mut response) = client.get(url.clone()).send().await else { return };
    if !response.status().is_success() {
        return;
    }
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
    }
}

async fn upload(client: &reqwest::Client, url: reqwest::Url, probe: &mut Probe) -> RunStep {
    let (first, before) = (probe.points.len(), probe.points.last().copied().unwrap_or_default());
    let begun_ms = probe.now_ms();
    let until = Instant::now() + DIRECTION;
    let write = |_| {
        let pieces = stream::repeat_with(|| Ok::<_, std::convert::Infallible>(noise(CHUNK)))
            .take_while(move |_| std::future::ready(Instant::now() < until));
        client.post(url.clone()).body(reqwest::Body::wrap_stream(pieces)).send()
    };
    // An upload that is cut off at the end is the ordinary case.
    let writing = timeout(DIRECTION, join_all((0..STREAMS).map(write)));
    let (rtt_ms, _) = tokio::join!(probe.listen(DIRECTION), writing);
    let windows = probe.points[first..]
        .iter()
        .map(|point| ((point.t_ms - begun_ms).max(0.0), point.received_bytes - before.received_bytes))
        .collect();
    step(StepKind::Upload, DIRECTION, rtt_ms, windows, STREAMS as u32)
}
