//! `bench ping [TARGETS]…`: CPU time an echo, beside `fping -c 1` on the same set at the same pace in the same run.
//!
//! The targets are addresses of loopback; all of ours runs on one thread. The last line is the ratio of ours to fping's
//! for the last set. Each cycle is a minute for 100,000 targets and shorter for fewer, never under six seconds.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::{
    fs,
    io::Write,
    net::IpAddr,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, ensure};
use probe::{
    Bind, Pinger,
    sweep::{Plan, sweep},
};

/// Linux counts CPU time for user space in hundredths of a second (`USER_HZ`) on every architecture it runs on today.
const TICKS_PER_SECOND: f64 = 100.0;

fn main() -> anyhow::Result<()> {
    let mut sets: Vec<u32> =
        std::env::args().skip(1).map(|word| word.parse()).collect::<Result<_, _>>().context("TARGETS")?;
    if sets.is_empty() {
        sets = vec![10_000, 100_000];
    }
    let mut ratio = f64::NAN;
    for count in sets {
        ensure!((1..1 << 22).contains(&count), "1 to 4194303 targets");
        let targets: Vec<IpAddr> =
            (0..count).map(|n| IpAddr::from((0x7f40_0000 + n).to_be_bytes())).collect();
        let cycle = Duration::from_secs_f64((f64::from(count) * 600e-6).max(6.0));
        let ours = ours(&targets, cycle)?;
        let theirs = theirs(&targets, cycle)?;
        let each = |seconds: f64| seconds / f64::from(count) * 1e6;
        println!(
            "{count} targets in {} s: ours {:.1} µs CPU an echo, fping {:.1} µs; peak RSS {:.0} MB",
            cycle.as_secs(),
            each(ours),
            each(theirs),
            peak_rss_mb()?
        );
        ratio = ours / theirs;
    }
    println!("ours / fping, CPU an echo: {ratio:.2}");
    Ok(())
}

fn ours(targets: &[IpAddr], cycle: Duration) -> anyhow::Result<f64> {
    let before = cpu_seconds(13)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answered = runtime.block_on(async {
        let pinger = Arc::new(Pinger::new(Bind::default()));
        let (plan, mut answered) = (Plan { cycle, timeout: Duration::from_secs(1) }, 0);
        sweep(&pinger, targets, plan, |_, probed| {
            answered += usize::from(probed.is_ok_and(|probed| probed.outcome.is_answer()));
        })
        .await;
        answered
    });
    ensure!(answered == targets.len(), "{answered} of {} answered", targets.len());
    Ok(cpu_seconds(13)? - before)
}

fn theirs(targets: &[IpAddr], cycle: Duration) -> anyhow::Result<f64> {
    let before = cpu_seconds(15)?;
    let gap_ms = (cycle.as_secs_f64() * 1e3 / targets.len() as f64).to_string();
    let mut fping = Command::new("fping")
        .args(["-q", "-c", "1", "-t", "1000", "-i", &gap_ms])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("fping was not found; install it: apt-get install fping")?;
    let list: Vec<String> = targets.iter().map(ToString::to_string).collect();
    fping.stdin.take().context("fping's input")?.write_all(list.join("\n").as_bytes())?;
    ensure!(fping.wait()?.success(), "fping did not reach all targets");
    Ok(cpu_seconds(15)? - before)
}

/// User and system time of this process (from field 13, counted from 0) or of its ended children (15); proc(5).
fn cpu_seconds(field: usize) -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the program may hold spaces; fields are counted behind its closing bracket.
    let (_, rest) = stat.rsplit_once(')').context("/proc/self/stat")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| -> anyhow::Result<f64> { Ok(fields.get(at - 2).context("a field")?.parse()?) };
    Ok((ticks(field)? + ticks(field + 1)?) / TICKS_PER_SECOND)
}

fn peak_rss_mb() -> anyhow::Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}
