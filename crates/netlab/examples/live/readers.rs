//! Many event streams in one process: plain sockets that look for the word that each event of a test bears.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use netlab::{Lab, SERVER};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Stands once in each event of a test, in SSE and in WebSocket frames alike.
const MARK: &[u8] = br#""type":"measurement""#;
/// All streams are open after this time, or never.
const OPEN_WITHIN: Duration = Duration::from_mins(1);

/// The readers, on a thread inside their home.
pub struct Crowd {
    done: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Vec<Vec<Instant>>>>,
}

/// Opens the streams; the crowd and how many are open.
pub fn gather(lab: &Lab, count: usize, device: &'static str) -> anyhow::Result<(Crowd, usize)> {
    let (done, open) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (until, opened) = (Arc::clone(&done), Arc::clone(&open));
    let thread = lab.on("crowd", move || {
        // A thread started here stays in this home's network.
        std::thread::spawn(move || read_all(count, device, &until, &opened))
    })?;
    let began = Instant::now();
    while open.load(Ordering::SeqCst) < count && began.elapsed() < OPEN_WITHIN {
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok((Crowd { done, thread }, open.load(Ordering::SeqCst)))
}

impl Crowd {
    /// Ends the streams; when each reader heard each event.
    pub fn disperse(self) -> anyhow::Result<Vec<Vec<Instant>>> {
        self.done.store(true, Ordering::SeqCst);
        self.thread.join().ok().context("the readers panicked")?
    }
}

fn read_all(
    count: usize,
    device: &'static str,
    done: &Arc<AtomicBool>,
    open: &Arc<AtomicUsize>,
) -> anyhow::Result<Vec<Vec<Instant>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut readers = tokio::task::JoinSet::new();
        for number in 0..count {
            let (done, open) = (Arc::clone(done), Arc::clone(open));
            readers.spawn(async move { read(number, device, &done, &open).await.unwrap_or_default() });
            if number % 50 == 0 {
                // Not all SYNs at once: the listen queue has its bound.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(readers.join_all().await)
    })
}

async fn read(
    number: usize,
    device: &str,
    done: &AtomicBool,
    open: &AtomicUsize,
) -> std::io::Result<Vec<Instant>> {
    let mut stream = TcpStream::connect(SocketAddr::from((SERVER, 3000))).await?;
    let ask = if number.is_multiple_of(2) {
        format!("GET /api/events/live HTTP/1.1\r\nHost: {SERVER}:3000\r\nX-Client-ID: {device}\r\n\r\n")
    } else {
        // The example key of RFC 6455 §1.3.
        format!(
            "GET /api/ws/live HTTP/1.1\r\nHost: {SERVER}:3000\r\nX-Client-ID: {device}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
    };
    stream.write_all(ask.as_bytes()).await?;
    let (mut heard, mut text, mut piece, mut is_open) = (Vec::new(), Vec::new(), [0; 2048], false);
    while !done.load(Ordering::SeqCst) {
        let Ok(got) = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut piece)).await else {
            continue;
        };
        let got = got?;
        if got == 0 {
            break;
        }
        if !is_open && (piece.starts_with(b"HTTP/1.1 200") || piece.starts_with(b"HTTP/1.1 101")) {
            is_open = true;
            open.fetch_add(1, Ordering::SeqCst);
        }
        text.extend_from_slice(&piece[..got]);
        while let Some(at) = text.windows(MARK.len()).position(|window| window == MARK) {
            heard.push(Instant::now());
            text.drain(..at + MARK.len());
        }
        // Half a mark may wait for its rest.
        let keep = text.len().saturating_sub(MARK.len());
        text.drain(..keep);
    }
    Ok(heard)
}
