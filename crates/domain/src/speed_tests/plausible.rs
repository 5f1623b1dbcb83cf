//! What cannot have happened: the checks that a run passes before anything is derived from it.
//!
//! The server's own byte log is the measure: a client may have seen less than the server sent, never more, and never
//! earlier. The slack covers timers and clocks, not another order of magnitude.

use chrono::Duration;

use super::{Impossible, ServerLog};
use crate::measurements::{FinishedRun, MAX_RTTS, MAX_WINDOWS, RunStep, StepKind};

/// A browser's step clock and the server's begin at different ends of a request; timers are late by this at most.
const CLOCK_SLACK_MS: f64 = 1000.0;
/// The run is dated by `server_now`, which is a round trip old when it arrives.
const START_SLACK_S: i64 = 60;
/// A round trip that took longer than this never came back.
const LONGEST_RTT_MS: f64 = 60_000.0;

fn refuse<T>(field: String, why: impl Into<String>) -> Result<T, Impossible> {
    Err(Impossible { field, why: why.into() })
}

/// Refuses a run that contradicts itself, its token or the server's log.
pub(super) fn check(run: &FinishedRun, log: &ServerLog) -> Result<(), Impossible> {
    check_times(run, log)?;
    for (i, step) in run.steps.iter().enumerate() {
        let at = |field: &str| format!("steps.{i}.{field}");
        if run.steps[..i].iter().any(|earlier| earlier.kind == step.kind) {
            return refuse(at("kind"), "stands twice in one run");
        }
        if !step.duration_ms.is_finite() || step.duration_ms < 0.0 {
            return refuse(at("duration_ms"), "is not a time span");
        }
        check_rtts(step, &at)?;
        check_windows(step, &at)?;
        match step.kind {
            StepKind::Idle if step.bytes > 0 => return refuse(at("bytes"), "an idle step carries none"),
            StepKind::Idle => {}
            StepKind::Download => check_bytes(step, &at, &sent(log), "sent")?,
            StepKind::Upload => check_bytes(step, &at, &received(log), "received")?,
        }
    }
    Ok(())
}

fn check_times(run: &FinishedRun, log: &ServerLog) -> Result<(), Impossible> {
    let slack = Duration::seconds(START_SLACK_S);
    if run.started_at > log.received_at + slack {
        return refuse("started_at".into(), "lies in the future");
    }
    if run.started_at < log.started_at - slack {
        return refuse("started_at".into(), "lies before its token was given");
    }
    let total: f64 = run.steps.iter().map(|step| step.duration_ms.max(0.0)).sum();
    if total > f64::from(log.max_seconds) * 1000.0 + CLOCK_SLACK_MS {
        return refuse("steps".into(), "take longer than the token was good for");
    }
    Ok(())
}

fn check_rtts(step: &RunStep, at: &dyn Fn(&str) -> String) -> Result<(), Impossible> {
    if step.rtt_ms.len() > MAX_RTTS {
        return refuse(at("rtt_ms"), format!("holds more than {MAX_RTTS} values"));
    }
    match step.rtt_ms.iter().position(|rtt| !(0.0..=LONGEST_RTT_MS).contains(rtt)) {
        Some(i) => refuse(at(&format!("rtt_ms.{i}")), "is not a round trip"),
        None => Ok(()),
    }
}

fn check_windows(step: &RunStep, at: &dyn Fn(&str) -> String) -> Result<(), Impossible> {
    if step.windows.len() > MAX_WINDOWS {
        return refuse(at("windows"), format!("holds more than {MAX_WINDOWS} values"));
    }
    let mut before = (-1.0, 0);
    for (i, &(t, bytes)) in step.windows.iter().enumerate() {
        if !t.is_finite() || t < 0.0 || t <= before.0 {
            return refuse(at(&format!("windows.{i}")), "its time does not follow the one before");
        }
        if bytes < before.1 {
            return refuse(at(&format!("windows.{i}")), "counts fewer bytes than the one before");
        }
        before = (t, bytes);
    }
    if before.1 > step.bytes {
        return refuse(at("bytes"), "is less than its windows count");
    }
    if before.0 > step.duration_ms + CLOCK_SLACK_MS {
        return refuse(at("duration_ms"), "is shorter than its windows");
    }
    Ok(())
}

/// The server's side of one direction: `(t_ms, bytes)`.
type Side = Vec<(f64, u64)>;

fn sent(log: &ServerLog) -> Side {
    log.points.iter().map(|point| (point.t_ms, point.sent_bytes)).collect()
}

fn received(log: &ServerLog) -> Side {
    log.points.iter().map(|point| (point.t_ms, point.received_bytes)).collect()
}

fn check_bytes(
    step: &RunStep,
    at: &dyn Fn(&str) -> String,
    side: &[(f64, u64)],
    did: &str,
) -> Result<(), Impossible> {
    let total = side.last().map_or(0, |point| point.1);
    if step.bytes > total {
        return refuse(at("bytes"), format!("is more than the {total} bytes that this server {did}"));
    }
    let Some(begin) = side.iter().find(|point| point.1 > 0).map(|point| point.0) else { return Ok(()) };
    for (i, &(t, bytes)) in step.windows.iter().enumerate() {
        // The first point after that moment: a busy server logs late, and what it had sent by then lies below it.
        let after = side.partition_point(|point| point.0 <= begin + t + CLOCK_SLACK_MS);
        let possible = side.get(after).map_or(total, |point| point.1);
        if bytes > possible {
            return refuse(
                at(&format!("windows.{i}")),
                format!("counts more bytes than this server had {did} by then"),
            );
        }
    }
    Ok(())
}
