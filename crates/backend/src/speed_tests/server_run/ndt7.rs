//! The client's side of ndt7 (M-Lab, specification v0.11.0): one stream, one direction after the other.

use std::time::{Duration, Instant};

use anyhow::ensure;
use chrono::{DateTime, Utc};
use domain::measurements::{ResultDetail, is_outage};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{
    Found,
    socket::{Socket, connect},
    unmeasured,
};
use crate::speed_tests::bytes::noise;

const PROTOCOL: &str = "net.measurementlab.ndt.v7";
/// §2: a test has up to ten seconds; a client gives up after 15.
const NOMINAL: Duration = Duration::from_secs(10);
const MAX: Duration = Duration::from_secs(15);

/// What this client reads of the server's messages.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    app_info: Option<AppInfo>,
    #[serde(rename = "TCPInfo")]
    tcp_info: Option<TcpTold>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AppInfo {
    elapsed_time: f64,
    num_bytes: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TcpTold {
    #[serde(rename = "MinRTT")]
    min_rtt: Option<f64>,
}

#[derive(Debug, Default)]
struct Direction {
    mbps: f64,
    bytes: u64,
    min_rtt_ms: Option<f64>,
}

pub async fn test(
    client: &reqwest::Client,
    mut url: reqwest::Url,
    started_at: DateTime<Utc>,
) -> anyhow::Result<Found> {
    let begun = Instant::now();
    let scheme = if url.scheme() == "wss" { "https" } else { "http" };
    // From ws to http is a change that the URL standard allows only by writing the address anew.
    url = url.as_str().replacen(url.scheme(), scheme, 1).parse()?;
    let open = |path| connect(client, at(&url, path), Some(PROTOCOL));
    let down = download(open("/ndt/v7/download").await?).await?;
    let up = upload(open("/ndt/v7/upload").await?).await?;
    let mut measurement = unmeasured(started_at, "ndt7");
    measurement.download_speed = Some(down.mbps);
    measurement.upload_speed = Some(up.mbps);
    measurement.ping = [down.min_rtt_ms, up.min_rtt_ms].into_iter().flatten().reduce(f64::min);
    measurement.is_outage = is_outage(false, Some(down.mbps));
    measurement.connections = 1;
    measurement.bytes_used = down.bytes + up.bytes;
    let detail = ResultDetail { goodput_mbps: Some(down.mbps), ..ResultDetail::default() };
    Ok(Found { measurement, detail, duration_ms: begun.elapsed().as_millis() as i64 })
}

/// The endpoint may be given as a host alone or with the whole path of one direction (M-Lab's locate service).
fn at(base: &reqwest::Url, path: &str) -> reqwest::Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

fn mbps(bytes: f64, seconds: f64) -> anyhow::Result<f64> {
    ensure!(bytes > 0.0 && seconds > 0.5, "too little was transferred to tell a rate");
    Ok(bytes * 8.0 / seconds / 1e6)
}

fn rtt(text: &str) -> (Option<AppInfo>, Option<f64>) {
    let told: Told = serde_json::from_str(text).unwrap_or_default();
    let rtt = told.tcp_info.and_then(|info| info.min_rtt).filter(|us| us.is_finite() && *us > 0.0);
    (told.app_info, rtt.map(|us| us / 1000.0))
}

async fn download(mut socket: Socket) -> anyhow::Result<Direction> {
    let begun = Instant::now();
    let mut down = Direction::default();
    let mut last = Duration::ZERO;
    let reading = async {
        while let Some(Ok(message)) = socket.next().await {
            match message {
                Message::Binary(bytes) => {
                    down.bytes += bytes.len() as u64;
                    last = begun.elapsed();
                }
                Message::Text(text) => down.min_rtt_ms = rtt(&text).1.or(down.min_rtt_ms),
                Message::Close(_) => break,
                _ => {}
            }
        }
    };
    let _ = timeout(MAX, reading).await;
    down.mbps = mbps(down.bytes as f64, last.as_secs_f64())?;
    Ok(down)
}

async fn upload(socket: Socket) -> anyhow::Result<Direction> {
    let (mut to, mut from) = socket.split();
    let begun = Instant::now();
    let mut told: Option<AppInfo> = None;
    let mut up = Direction::default();
    let writing = async {
        let mut size = 1 << 13;
        while begun.elapsed() < NOMINAL {
            if to.send(Message::Binary(noise(size))).await.is_err() {
                break;
            }
            up.bytes += size as u64;
            // §2.2: double while smaller than a sixteenth of what was sent.
            if size < 1 << 20 && (size as u64) < up.bytes / 16 {
                size *= 2;
            }
        }
    };
    let mut min_rtt_ms = None;
    let reading = async {
        while let Some(Ok(message)) = from.next().await {
            if let Message::Text(text) = message {
                let (app, rtt) = rtt(&text);
                told = app.or(told);
                min_rtt_ms = rtt.or(min_rtt_ms);
            }
        }
    };
    let both = async {
        tokio::select! {
            () = writing => {}
            () = reading => {}
        }
    };
    let _ = timeout(MAX, both).await;
    up.min_rtt_ms = min_rtt_ms;
    // Only the receiver knows what arrived.
    let told = told.ok_or_else(|| anyhow::anyhow!("the ndt7 server told nothing of the upload"))?;
    up.mbps = mbps(told.num_bytes, told.elapsed_time / 1e6)?;
    Ok(up)
}
