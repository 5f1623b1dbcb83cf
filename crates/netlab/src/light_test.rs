//! A light run over plain sockets, as a browser would make it: for journeys that need many residents and no browser.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lab::SERVER;
use crate::product::{Answer, PORT, Product};
use crate::run::LabError;

/// Round trips that a valid run needs are 10 (`domain::speed_tests::judge`).
const ROUND_TRIPS: usize = 18;
/// A batch of a light run has 100 ms; a dozen of them make a rate.
const DOWNLOAD_FOR: Duration = Duration::from_millis(1500);
/// More than a dozen batches at 5 Mbit/s and above.
const UPLOAD_BYTES: usize = 1_000_000;

impl Product<'_> {
    /// A whole light test of a device (a UUID) at a home; the stored result, or the refusal.
    pub fn light_test(&self, home: &str, device: &str) -> Result<Answer, LabError> {
        self.light_test_at(home, device).map(|(_, answer)| answer)
    }

    /// As [`Product::light_test`], with the moment at which the result was handed in.
    pub fn light_test_at(&self, home: &str, device: &str) -> Result<(Instant, Answer), LabError> {
        let own = [("X-Client-ID", device), ("Content-Type", "application/json")];
        let session = self.request(home, "POST", "/api/speed/session", &own, r#"{"kind":"light"}"#)?;
        let said =
            || LabError::Failed { command: "POST /api/speed/session".into(), said: session.body.clone() };
        let ticket: Value = serde_json::from_str(&session.body).map_err(|_| said())?;
        let path = |name: &str| ticket[name].as_str().map(str::to_owned).ok_or_else(said);
        let (down, up) = (path("download_url")?, path("upload_url")?);

        let broken = |error| LabError::System("a light test", error);
        let round_trips = self.lab().on(home, round_trips)?.map_err(broken)?;
        let windows = self.lab().on(home, move || download(&down))?.map_err(broken)?;
        let began = Instant::now();
        self.request(home, "POST", &up, &own, &"u".repeat(UPLOAD_BYTES))?;
        let upload_ms = began.elapsed().as_secs_f64() * 1e3;

        let (download_ms, bytes) = windows.last().copied().unwrap_or_default();
        let body = json!({
            "kind": "finished", "token": ticket["token"], "started_at": ticket["server_now"],
            "steps": [
                {"kind": "idle", "duration_ms": round_trips.iter().sum::<f64>(), "rtt_ms": round_trips},
                {"kind": "download", "duration_ms": download_ms, "bytes": bytes, "windows": windows, "connections": 1},
                {"kind": "upload", "duration_ms": upload_ms, "connections": 1},
            ],
            "client": {"visible": true, "connection": null, "family": null, "agent": "netlab"},
        });
        let handed_in = Instant::now();
        let answer = self.request(home, "POST", "/api/measurements", &own, &body.to_string())?;
        Ok((handed_in, answer))
    }
}

/// A TCP connection takes one round trip.
fn round_trips() -> std::io::Result<Vec<f64>> {
    let once = |_| {
        let began = Instant::now();
        TcpStream::connect_timeout(&SocketAddr::from((SERVER, PORT)), Duration::from_secs(5))?;
        Ok(began.elapsed().as_secs_f64() * 1e3)
    };
    (0..ROUND_TRIPS).map(once).collect()
}

/// Reads bytes for a while: `[ms, bytes]` every 100 ms.
fn download(path: &str) -> std::io::Result<Vec<(f64, u64)>> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((SERVER, PORT)), Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {SERVER}:{PORT}\r\n\r\n")?;
    let mut piece = vec![0; 1 << 16];
    let (began, mut bytes, mut windows, mut next) = (Instant::now(), 0, Vec::new(), 100.0);
    while began.elapsed() < DOWNLOAD_FOR {
        let got = stream.read(&mut piece)?;
        if got == 0 {
            break;
        }
        bytes += got as u64;
        let now_ms = began.elapsed().as_secs_f64() * 1e3;
        if now_ms >= next {
            windows.push((now_ms, bytes));
            next = now_ms + 100.0;
        }
    }
    Ok(windows)
}
