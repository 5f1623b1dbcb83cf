//! `cargo xtask bench live [READERS]`: event streams, half of them SSE and half WebSocket, all of one device that then
//! tests; p99 of the time from the POST of its result to each reader. Then hostile clients: what they hold open, send
//! slowly or break off leaves the server healthy.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod hostile;
mod readers;

use std::time::Duration;

use anyhow::{Context, ensure};
use netlab::product::Product;
use netlab::{Home, Lab, Scenario};

/// quality.md §1.
const GOAL_MS: f64 = 200.0;
const READERS: usize = 10_000;
/// The first looks each reader's device up and is not counted.
const EVENTS: usize = 6;
const DEVICE: &str = "6a2f41a3-c54c-4ce1-9c2b-2f1f0b9c2a01";

fn main() -> anyhow::Result<()> {
    netlab::require_root()?;
    let count =
        std::env::args().nth(1).map_or(Ok(READERS), |text| text.parse()).context("how many readers?")?;
    let homes = vec![Home::named("crowd"), Home::named("tester").rate(25.0).rtt(4.0)];
    let lab = Lab::build(Scenario { homes })?;
    let settings = [("STEADYLINE_LIVE__MAX_PER_ADDRESS", "20000"), ("STEADYLINE_LOG__LEVEL", "warn")];
    let product = Product::start(&lab, &settings)?;
    measure(&lab, &product, count)?;
    hostile::check(&lab, &product)
}

fn measure(lab: &Lab, product: &Product, count: usize) -> anyhow::Result<()> {
    let (crowd, opened) = readers::gather(lab, count, DEVICE)?;
    println!("{opened} readers of {count} are listening; server {} MB", resident_mb(product));
    let mut sent = Vec::new();
    for _ in 0..EVENTS {
        let (at, answer) = product.light_test_at("tester", DEVICE)?;
        ensure!(answer.status == 201, "the result was not taken: {}", answer.body);
        sent.push(at);
        std::thread::sleep(Duration::from_secs(2));
    }
    let heard = crowd.disperse()?;
    let mut late: Vec<f64> = Vec::new();
    for (event, at) in sent.iter().enumerate().skip(1) {
        let of_event = heard.iter().filter_map(|reader| reader.get(event));
        late.extend(of_event.map(|heard| heard.saturating_duration_since(*at).as_secs_f64() * 1e3));
    }
    late.sort_by(f64::total_cmp);
    ensure!(!late.is_empty(), "no reader heard of any event");
    let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize];
    let missed = heard.len() * (EVENTS - 1) - late.len();
    println!(
        "{} deliveries, {missed} missed; from POST to reader: median {:.0} ms, p99 {:.0} ms, max {:.0} ms",
        late.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    println!("p99 / goal of {GOAL_MS} ms: {:.2}", at(0.99) / GOAL_MS);
    ensure!(missed == 0, "{missed} deliveries were missed");
    Ok(())
}

/// Resident memory of the server.
pub fn resident_mb(product: &Product) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", product.pid())).unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
