//! `bench trace [TARGETS_A_ROW]`: hops a second through ten rows of twenty routers (namespaces, root), beside scamper on
//! the same targets in the same run: both by ICMP with one flow a path and one probe a hop. scamper asks all paths at
//! once, hop after hop (with eight hops at once it is slower), at the highest rate that it takes: 10,000 a second.
//!
//! Whatever is not named right ends it, so speed is never bought by hops left out. The last line is the ratio of ours
//! to scamper's, each the median of five turns.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use netlab::Fan;
use probe::{
    Bind,
    trace::{End, Plan, trace},
};
use tokio::task::JoinSet;

const ROWS: u8 = 10;
const LENGTH: u8 = 20;
const TURNS: usize = 5;
/// Paths at once; scamper takes all at once.
const AT_ONCE: usize = 32;

fn main() -> anyhow::Result<()> {
    let each = std::env::args().nth(1).map_or(Ok(100), |word| word.parse()).context("TARGETS_A_ROW")?;
    let fan = Fan::build(ROWS, LENGTH)?;
    let mut targets = fan.targets(each);
    // Row by row would load one row at a time.
    targets.sort_by_key(|target| target.octets()[3]);
    let hops = targets.len() * usize::from(LENGTH);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(hops as f64 / our_seconds(&fan, targets.clone())?);
        theirs.push(hops as f64 / their_seconds(&fan, &targets)?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "{} routers, {} targets, {hops} hops: ours {ours:.0} hops a second, scamper {theirs:.0}",
        u16::from(ROWS) * u16::from(LENGTH),
        targets.len()
    );
    println!("ours / scamper, hops a second: {:.2}", ours / theirs);
    Ok(())
}

fn our_seconds(fan: &Fan, targets: Vec<Ipv4Addr>) -> anyhow::Result<f64> {
    fan.on(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let started = Instant::now();
        runtime.block_on(trace_all(targets))?;
        Ok(started.elapsed().as_secs_f64())
    })?
}

async fn trace_all(targets: Vec<Ipv4Addr>) -> anyhow::Result<()> {
    let plan = Plan { queries: 1, timeout: Duration::from_secs(1), ..Plan::default() };
    let (mut targets, mut running) = (targets.into_iter(), JoinSet::new());
    loop {
        while running.len() < AT_ONCE
            && let Some(target) = targets.next()
        {
            running.spawn(async move { trace(target.into(), &Bind::default(), plan).await });
        }
        let Some(done) = running.join_next().await else { return Ok(()) };
        let found = done??;
        let named = found
            .hops
            .iter()
            .filter(|hop| hop.answers.iter().any(|answer| at(hop.ttl, found.target, answer.from)));
        ensure!(found.end == End::Reached && named.count() == usize::from(LENGTH), "ours: {found:?}");
    }
}

/// Whether this is who answers at that TTL.
fn at(ttl: u8, target: IpAddr, from: IpAddr) -> bool {
    let (IpAddr::V4(to), IpAddr::V4(v4)) = (target, from) else { return false };
    if ttl == LENGTH { to == v4 } else { v4 == Ipv4Addr::new(198, 18, to.octets()[2], 4 * ttl - 2) }
}

fn their_seconds(fan: &Fan, targets: &[Ipv4Addr]) -> anyhow::Result<f64> {
    let folder = Path::new("/tmp").join(format!("bench_trace_{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let (list, out) = (folder.join("targets"), folder.join("out"));
    let lines: Vec<String> = targets.iter().map(ToString::to_string).collect();
    fs::write(&list, lines.join("\n") + "\n")?;
    let started = Instant::now();
    let status = Command::new("ip")
        .args(["netns", "exec", &fan.here(), "scamper", "-p", "10000", "-O", "text"])
        .args(["-c", "trace -P icmp-paris -q 1 -w 1"])
        .args([Path::new("-f"), &list, Path::new("-o"), &out])
        .stdout(Stdio::null())
        .status()
        .context("start scamper")?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(status.success(), "scamper: {status}; install it: apt-get install scamper");
    let said = fs::read_to_string(&out)?;
    fs::remove_dir_all(&folder)?;
    let ttl = |line: &str| line.split_whitespace().next()?.parse::<u8>().ok();
    let answered = said.lines().filter(|line| line.ends_with(" ms")).filter_map(ttl);
    let hops = answered.filter(|ttl| *ttl <= LENGTH).count();
    ensure!(hops == targets.len() * usize::from(LENGTH), "scamper named {hops} hops");
    Ok(seconds)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}
