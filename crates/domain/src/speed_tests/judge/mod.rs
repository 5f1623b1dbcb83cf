//! From samples to figures: everything that is stored of a run is derived here.
//!
//! Download from the browser's counts (checked against the server's), upload from the server's log alone.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

use super::{
    PlannedStep, ServerLog, TcpSummary, TestKind,
    bottleneck::bottleneck,
    grades::{Inputs, grades},
    latency,
    plan::plan,
    plausible,
    rate::{MIN_BATCHES, Rate, Window, batches, rate},
};
use crate::{
    ApiError,
    measurements::{Bottleneck, Curve, FinishedRun, InvalidReason, ResultDetail, RunStep, Spread, StepKind},
};

/// What a run came to, ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The server's own time of the run's begin.
    pub started_at: DateTime<Utc>,
    pub duration_ms: u64,
    pub download_mbps: Option<f64>,
    pub upload_mbps: Option<f64>,
    pub ping_ms: Option<f64>,
    pub jitter_ms: Option<f64>,
    pub loaded_ping_down_ms: Option<f64>,
    pub loaded_ping_up_ms: Option<f64>,
    pub retransmitted_share: Option<f64>,
    pub connections: u32,
    pub protocol: Option<String>,
    pub congestion: Option<String>,
    /// `full` or `light`.
    pub method: &'static str,
    pub concurrent_tests: u32,
    pub ip_version: Option<u8>,
    pub bytes_used: u64,
    /// False exactly when `detail.invalid_reason` is there.
    pub valid: bool,
    pub detail: ResultDetail,
}

/// A run that cannot have happened: refused with the field that shows it, nothing is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Impossible {
    /// The path of the field in the body, such as `steps.1.bytes`.
    pub field: String,
    pub why: String,
}

impl From<Impossible> for ApiError {
    fn from(impossible: Impossible) -> Self {
        Self::invalid(&impossible.field, impossible.why)
    }
}

/// Fewer idle round trips than this (of 18) give no valid run.
const MIN_IDLE: usize = 10;
/// Points of the drawn curve: a quarter of a second each.
const CURVE_STEP_MS: u32 = 250;
/// What a program chooses as its protocol's name stays a word.
const LONGEST_WORD: usize = 32;
/// Payload in a full Ethernet frame with its 14-byte header over IPv4 and IPv6, TCP with time stamps
/// (measurement.md §1.6): 1500 − 20 − 32 and 1500 − 40 − 32.
const FRAME_BYTES: f64 = 1514.0;
const PAYLOAD_V4: f64 = 1448.0;
const PAYLOAD_V6: f64 = 1428.0;

/// Derives every figure of a run from its samples and the server's log, or says why it cannot have happened.
pub fn judge(run: &FinishedRun, log: &ServerLog) -> Result<Judged, Impossible> {
    plausible::check(run, log)?;
    let [_, down_plan, up_plan] = plan(log.kind);
    let step = |kind| run.steps.iter().find(|step| step.kind == kind);
    let (idle_step, down_step, up_step) =
        (step(StepKind::Idle), step(StepKind::Download), step(StepKind::Upload));
    let rtts = |step: Option<&RunStep>| step.map_or(Vec::new(), |s| s.rtt_ms.clone());

    let down_windows = down_step.map_or(Vec::new(), |s| s.windows.clone());
    let up_windows = up_step.map_or(Vec::new(), |s| uploaded(log, s.duration_ms));
    let download = rate(&down_windows, down_plan.batch_ms);
    let upload = rate(&up_windows, up_plan.batch_ms);
    let idle_rtts = rtts(idle_step);
    let idle = latency::idle(&idle_rtts);
    let (down_rtts, up_rtts) = (rtts(down_step), rtts(up_step));
    let bloat = idle.as_ref().and_then(|i| latency::bufferbloat(i.median, &down_rtts, &up_rtts));
    let tcp = log.tcp.filter(|_| log.direct);
    let limit = down_step.and(tcp.as_ref()).map(bottleneck);

    let samples = Samples { download, upload, idle: idle_rtts.len(), limit };
    let invalid_reason = invalid_reason(run, log, &samples);
    let mbps = |rate: Option<Rate>| rate.map(|r| round(r.mbps, 1000.0));
    let ping_ms = idle.as_ref().map(|i| round(i.median, 1000.0));
    let jitter_ms = idle.as_ref().and_then(|i| i.jitter).map(|j| round(j, 1000.0));
    let loaded = |rtts: &[f64]| latency::loaded(rtts).map(|ms| round(ms, 1000.0));
    let (loaded_down, loaded_up) = (loaded(&down_rtts), loaded(&up_rtts));
    let inputs = Inputs {
        download_mbps: mbps(download),
        upload_mbps: mbps(upload),
        ping_ms,
        jitter_ms,
        loaded_down_ms: loaded_down,
        loaded_up_ms: loaded_up,
    };
    let last = log.points.last().copied().unwrap_or_default();
    Ok(Judged {
        started_at: run.started_at.min(log.received_at),
        duration_ms: run.steps.iter().map(|s| s.duration_ms).sum::<f64>() as u64,
        download_mbps: inputs.download_mbps,
        upload_mbps: inputs.upload_mbps,
        ping_ms,
        jitter_ms,
        loaded_ping_down_ms: loaded_down,
        loaded_ping_up_ms: loaded_up,
        retransmitted_share: tcp.as_ref().and_then(retransmitted),
        connections: down_step.or(up_step).map_or(0, |s| s.connections.min(down_plan.max_streams)),
        protocol: run.client.protocol.as_deref().and_then(word),
        congestion: log.congestion.clone(),
        method: log.kind.as_str(),
        concurrent_tests: log.concurrent_tests,
        ip_version: log.ip_version,
        bytes_used: last.sent_bytes.saturating_add(last.received_bytes),
        valid: invalid_reason.is_none(),
        detail: ResultDetail {
            grades: grades(&inputs),
            spread: spread(download, upload),
            idle,
            bufferbloat: bloat,
            bottleneck: limit,
            goodput_mbps: inputs.download_mbps,
            line_rate_mbps: line_rate(inputs.download_mbps, log.ip_version),
            invalid_reason,
            curve: Some(curve(&down_windows, &up_windows, &down_plan)),
            concurrent_tests: Some(log.concurrent_tests),
            connection: run.client.connection.as_deref().and_then(word),
        },
    })
}

/// What the sender's kernel sent twice, as a share of all it sent; no share of nothing.
fn retransmitted(tcp: &TcpSummary) -> Option<f64> {
    let share = tcp.bytes_retransmitted as f64 / tcp.bytes_sent as f64;
    (tcp.bytes_sent > 0).then(|| share.clamp(0.0, 1.0))
}

fn spread(download: Option<Rate>, upload: Option<Rate>) -> Spread {
    let of = |rate: Option<Rate>| rate.map(|r| r.spread());
    Spread { download: of(download), upload: of(upload), ping: None }
}

/// The server's counts of the upload, from its first byte on and no longer than the client's step: what drains after
/// the client stopped is no rate of the line.
fn uploaded(log: &ServerLog, duration_ms: f64) -> Vec<Window> {
    let received = log.points.iter().filter(|p| p.received_bytes > 0).map(|p| (p.t_ms, p.received_bytes));
    let windows: Vec<Window> = received.collect();
    let Some(begin) = windows.first().map(|w| w.0) else { return windows };
    windows.into_iter().take_while(|w| w.0 <= begin + duration_ms).collect()
}

/// What the validity of a run is decided by, beside what the client and the log say outright.
struct Samples {
    download: Option<Rate>,
    upload: Option<Rate>,
    idle: usize,
    limit: Option<Bottleneck>,
}

fn invalid_reason(run: &FinishedRun, log: &ServerLog, samples: &Samples) -> Option<InvalidReason> {
    let client = &run.client;
    let enough = |rate: Option<Rate>| {
        // A slow ramp may leave two batches of a light run; a full one has the seconds for four.
        let least = if log.kind == TestKind::Light { 2 } else { MIN_BATCHES };
        rate.is_some_and(|r| r.n >= least)
    };
    let too_few = samples.idle < MIN_IDLE || !enough(samples.download) || !enough(samples.upload);
    let server = log.uplink_was_full || samples.limit == Some(Bottleneck::Server);
    [
        (!client.visible, InvalidReason::HiddenTab),
        (client.went_offline, InvalidReason::Offline),
        (client.connection_changed, InvalidReason::ConnectionChanged),
        (log.address_changed, InvalidReason::AddressChanged),
        (too_few, InvalidReason::TooFewSamples),
        (server, InvalidReason::ServerWasTheLimit),
    ]
    .into_iter()
    .find_map(|(is_so, reason)| is_so.then_some(reason))
}

/// What the line would carry in full Ethernet frames, from the payload that arrived; an estimate, labelled so.
fn line_rate(goodput_mbps: Option<f64>, ip_version: Option<u8>) -> Option<f64> {
    let payload = if ip_version? == 6 { PAYLOAD_V6 } else { PAYLOAD_V4 };
    Some(round(goodput_mbps? * FRAME_BYTES / payload, 1000.0))
}

fn curve(down: &[Window], up: &[Window], plan: &PlannedStep) -> Curve {
    let step_ms = f64::from(CURVE_STEP_MS).min(plan.batch_ms);
    let rates = |windows| batches(windows, step_ms).iter().map(|mbps| round(*mbps, 10.0)).collect();
    Curve { step_ms: step_ms as u32, download: rates(down), upload: rates(up) }
}

/// Rounded to `1 / parts`: more digits than a browser's clock gives are noise.
fn round(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// A short plain word, or nothing: these come from outside and are shown to people.
fn word(text: &str) -> Option<String> {
    let fits = !text.is_empty()
        && text.len() <= LONGEST_WORD
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
    fits.then(|| text.to_owned())
}
