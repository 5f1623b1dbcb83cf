//! Clients that mean no good: idle, slow, gone. The server answers others all the while and gives back what they held.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::ensure;
use netlab::product::Product;
use netlab::{Lab, SERVER};

use super::resident_mb;

/// quality.md §2.
const IDLE: usize = 10_000;
/// `http.header_timeout_s` is 10; a head that trickles must be cut off soon after.
const HEAD_CUT_WITHIN: Duration = Duration::from_secs(15);
/// The server waits 10 s for one whose sockets are all gone (`speed_tests::desk`), then gives its place to the next.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(12);
/// An honest page load beside them.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

pub fn check(lab: &Lab, product: &Product) -> anyhow::Result<()> {
    let before = resident_mb(product);
    let idle =
        lab.on("crowd", || -> std::io::Result<Vec<TcpStream>> { (0..IDLE).map(|_| connect()).collect() })??;
    // The server still takes them out of its listen queue.
    std::thread::sleep(Duration::from_secs(3));
    let took = honest(product)?;
    println!(
        "{} idle sockets: /livez answers in {} ms, server {before} → {} MB",
        idle.len(),
        took.as_millis(),
        resident_mb(product)
    );

    let cut = lab.on("crowd", trickle)??;
    println!("slow-loris: a head at a byte a second was cut off after {:.1} s", cut.as_secs_f64());
    ensure!(cut <= HEAD_CUT_WITHIN, "a trickling head was served for {cut:?}");
    drop(idle);

    abandon(lab, product)?;
    // The place of the one who left is free again: another device's whole test runs.
    let answer = product.light_test("tester", "7b3f41a3-c54c-4ce1-9c2b-2f1f0b9c2b02")?;
    ensure!(answer.status == 201, "after an abandoned test the next was refused: {}", answer.body);
    println!(
        "a test abandoned in mid-download: the next one ran; /livez answers in {} ms",
        honest(product)?.as_millis()
    );
    Ok(())
}

fn connect() -> std::io::Result<TcpStream> {
    TcpStream::connect_timeout(&SocketAddr::from((SERVER, 3000)), Duration::from_secs(10))
}

fn honest(product: &Product) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let answer = product.get("tester", "/livez", &[])?;
    ensure!(
        answer.status == 200 && began.elapsed() < ANSWER_WITHIN,
        "/livez: {} after {:?}",
        answer.status,
        began.elapsed()
    );
    Ok(began.elapsed())
}

/// Sends a request's head a byte a second; how long the server bore it.
fn trickle() -> std::io::Result<Duration> {
    let mut stream = connect()?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let began = Instant::now();
    for byte in b"GET / HTTP/1.1\r\nX-Slow: ".iter().chain(std::iter::repeat_n(&b'a', 60)) {
        let mut answer = [0; 512];
        let ended = stream.write_all(&[*byte]).is_err()
            || match stream.read(&mut answer) {
                // A 408 is an end too.
                Ok(_) => true,
                Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
            };
        if ended {
            break;
        }
    }
    Ok(began.elapsed())
}

/// Starts a download with a token, reads some of it and goes away.
fn abandon(lab: &Lab, product: &Product) -> anyhow::Result<()> {
    let own = [("X-Client-ID", super::DEVICE), ("Content-Type", "application/json")];
    let session = product.request("tester", "POST", "/api/speed/session", &own, "{}")?;
    let (_, rest) = session.body.split_once(r#""download_url":""#).unwrap_or_default();
    let path = rest.split('"').next().unwrap_or_default().to_owned();
    ensure!(session.status == 200 && path.starts_with('/'), "no session: {}", session.body);
    lab.on("tester", move || -> std::io::Result<()> {
        let mut stream = connect()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {SERVER}:3000\r\n\r\n")?;
        stream.read_exact(&mut vec![0; 300_000])
    })??;
    std::thread::sleep(GIVEN_UP_AFTER);
    Ok(())
}
