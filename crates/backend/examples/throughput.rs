//! `bench throughput`: how fast this server moves bytes over loopback, beside iperf3 in the same run.
//!
//! The server runs in this process behind its real accept loop; the client is plain threads with plain sockets, so that
//! it costs as little as iperf3's. Each figure is taken over a window in the middle of the transfer. The last line is
//! the smallest ratio of ours to `iperf3 -P 2` of the same direction.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use backend::{AppState, accept, clock::SystemClock, config::Config, http::api_router};
use domain::speed_tests::Session;
use serde_json::Value;

/// Slow start and the first scheduling are left out.
const WARM_UP: Duration = Duration::from_secs(1);
const WINDOW: Duration = Duration::from_secs(3);
const BLOCK: usize = 256 << 10;

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Down,
    Up,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    config.uplinks.enabled = false;
    // No cap is what is measured here.
    config.speed.uplink_mbit = Some(1e9);
    config.speed.max_per_address = 1000;
    config.speed.max_bytes = 1 << 50;
    config.speed.max_seconds = 120;
    let state = AppState::build(config, Arc::new(SystemClock)).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serving = accept::serve(
        vec![accept::Door::plain(listener, api_router(state.clone()))],
        accept::Limits::default(),
        state.stop.clone(),
    );
    let server = state.tasks.spawn(serving);
    let worst = tokio::task::spawn_blocking(move || measure(address)).await??;
    state.stop.cancel();
    server.await?;
    println!("ours / iperf3 -P 2, worst of both directions: {worst:.2}");
    Ok(())
}

fn measure(address: SocketAddr) -> anyhow::Result<f64> {
    let mut worst = f64::INFINITY;
    for direction in [Direction::Down, Direction::Up] {
        let peer = iperf3(direction)?;
        let name = if direction == Direction::Down { "download" } else { "upload" };
        println!("{name}: iperf3 -P 2     {peer:6.2} GB/s");
        let mut best = 0.0_f64;
        for streams in [1, 4] {
            let ours = ours(address, direction, streams)?;
            println!("{name}: ours, {streams} streams {ours:6.2} GB/s  ratio {:.2}", ours / peer);
            best = best.max(ours);
        }
        worst = worst.min(best / peer);
    }
    Ok(worst)
}

/// GB/s of iperf3's own count at the receiver.
fn iperf3(direction: Direction) -> anyhow::Result<f64> {
    let port = free_port()?;
    let mut server = Command::new("iperf3")
        .args(["-s", "-1", "-B", "127.0.0.1", "-p", &port])
        .stdout(Stdio::null())
        .spawn()
        .context("start iperf3 (Debian: apt-get install iperf3)")?;
    std::thread::sleep(Duration::from_millis(300));
    let seconds = (WARM_UP + WINDOW).as_secs().to_string();
    let skip = WARM_UP.as_secs().to_string();
    let mut client = Command::new("iperf3");
    client.args(["-c", "127.0.0.1", "-p", &port, "-P", "2", "-t", &seconds, "-O", &skip, "-J"]);
    if direction == Direction::Down {
        client.arg("-R");
    }
    let output = client.output()?;
    server.wait()?;
    let report: Value = serde_json::from_slice(&output.stdout).context("read iperf3's report")?;
    let rate = report["end"]["sum_received"]["bits_per_second"].as_f64();
    Ok(rate.context("iperf3 told no rate")? / 8e9)
}

fn free_port() -> anyhow::Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string())
}

fn ours(address: SocketAddr, direction: Direction, streams: usize) -> anyhow::Result<f64> {
    let session = session(address)?;
    let moved = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..streams)
        .map(|_| {
            let (moved, stop, session) = (moved.clone(), stop.clone(), session.clone());
            std::thread::spawn(move || match direction {
                Direction::Down => download(address, &session.download_url, &moved, &stop),
                Direction::Up => upload(address, &session.upload_url, &moved, &stop),
            })
        })
        .collect();
    std::thread::sleep(WARM_UP);
    let (begun, before) = (Instant::now(), moved.load(Ordering::Relaxed));
    std::thread::sleep(WINDOW);
    let bytes = moved.load(Ordering::Relaxed) - before;
    let seconds = begun.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().map_err(|_| anyhow::anyhow!("a stream panicked"))??;
    }
    ensure!(bytes > 0, "nothing flowed");
    Ok(bytes as f64 / seconds / 1e9)
}

fn session(address: SocketAddr) -> anyhow::Result<Session> {
    let mut stream = TcpStream::connect(address)?;
    let body = r#"{"kind":"full"}"#;
    write!(
        stream,
        "POST /api/speed/session HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    serde_json::from_str(body).with_context(|| format!("no session in {answer}"))
}

fn download(address: SocketAddr, url: &str, moved: &AtomicU64, stop: &AtomicBool) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {url} HTTP/1.1\r\nhost: {address}\r\n\r\n")?;
    let mut block = vec![0; BLOCK];
    while !stop.load(Ordering::Relaxed) {
        let read = stream.read(&mut block)?;
        ensure!(read > 0, "the download ended early");
        moved.fetch_add(read as u64, Ordering::Relaxed);
    }
    Ok(())
}

fn upload(address: SocketAddr, url: &str, moved: &AtomicU64, stop: &AtomicBool) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "POST {url} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n", 1_u64 << 50)?;
    let block = vec![7; BLOCK];
    while !stop.load(Ordering::Relaxed) {
        // What the socket took is at most its buffer ahead of what the server counted: nothing over three seconds.
        moved.fetch_add(stream.write(&block)? as u64, Ordering::Relaxed);
    }
    Ok(())
}
