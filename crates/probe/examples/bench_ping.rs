//! `bench ping [TARGETS]…`: CPU time an echo, beside `fping -c 1` on the same set at the same pace in the same run.
//!
//! The targets are addresses of loopback, spread over a minute; all of ours runs on one thread. The last line is the
//! ratio of ours to fping's for the last set.
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
use nix::sys::resource::{UsageWho, getrusage};
use probe::{
    Bind, Pinger,
    sweep::{Plan, sweep},
};

const CYCLE: Duration = Duration::from_mins(1);

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
        let ours = ours(&targets)?;
        let theirs = theirs(&targets)?;
        let each = |seconds: f64| seconds / f64::from(count) * 1e6;
        println!(
            "{count} targets in {} s: ours {:.1} µs CPU an echo, fping {:.1} µs; peak RSS {:.0} MB",
            CYCLE.as_secs(),
            each(ours),
            each(theirs),
            peak_rss_mb()?
        );
        ratio = ours / theirs;
    }
    println!("ours / fping, CPU an echo: {ratio:.2}");
    Ok(())
}

fn ours(targets: &[IpAddr]) -> anyhow::Result<f64> {
    let before = cpu_seconds(UsageWho::RUSAGE_SELF)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answered = runtime.block_on(async {
        let pinger = Arc::new(Pinger::new(Bind::default()));
        let (plan, mut answered) = (Plan { cycle: CYCLE, timeout: Duration::from_secs(1) }, 0);
        sweep(&pinger, targets, plan, |_, probed| {
            answered += usize::from(probed.is_ok_and(|probed| probed.outcome.is_answer()));
        })
        .await;
        answered
    });
    ensure!(answered == targets.len(), "{answered} of {} answered", targets.len());
    Ok(cpu_seconds(UsageWho::RUSAGE_SELF)? - before)
}

fn theirs(targets: &[IpAddr]) -> anyhow::Result<f64> {
    let before = cpu_seconds(UsageWho::RUSAGE_CHILDREN)?;
    let gap_ms = (CYCLE.as_secs_f64() * 1e3 / targets.len() as f64).to_string();
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
    Ok(cpu_seconds(UsageWho::RUSAGE_CHILDREN)? - before)
}

/// User and system time.
fn cpu_seconds(whose: UsageWho) -> anyhow::Result<f64> {
    let usage = getrusage(whose)?;
    let times = [usage.user_time(), usage.system_time()];
    Ok(times.iter().map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6).sum())
}

fn peak_rss_mb() -> anyhow::Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}
