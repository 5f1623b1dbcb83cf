//! What was found, in words. Pure.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::loss::LossFigures;

use crate::{
    dns::DnsAnswer,
    https::Answer,
    mtu::{Limit, PathMtu},
    outcome::Ms,
    tls::TlsReport,
    trace::{End, Hop, Trace},
};

pub(super) fn figures(figures: &LossFigures) -> String {
    let interval = figures.loss_interval_percent;
    let mut parts = vec![format!(
        "{} sent, {} answered: {:.1} % lost (95 % interval {:.1} to {:.1} %)",
        figures.sent, figures.received, figures.loss_percent, interval.low, interval.high
    )];
    let times = [figures.min_ms, figures.mean_ms, figures.p95_ms, figures.max_ms];
    if let [Some(min), Some(mean), Some(p95), Some(max)] = times {
        parts.push(format!("min {min:.2}, mean {mean:.2}, p95 {p95:.2}, max {max:.2} ms"));
    }
    if let Some(jitter) = figures.jitter_ms {
        parts.push(format!("jitter {jitter:.2} ms"));
    }
    parts.join("\n")
}

fn phase(name: &str, time: Option<Duration>) -> String {
    time.map_or_else(|| format!("{name} not reached"), |time| format!("{name} {}", Ms(time)))
}

pub(super) fn https(answer: &Answer) -> String {
    let phases = answer.phases;
    let parts = [
        phase("connect", phases.connect),
        phase("TLS", phases.tls),
        phase("first byte", phases.first_byte),
        answer.http_version.clone().unwrap_or_default(),
        answer.hsts.as_ref().map_or_else(String::new, |hsts| format!("HSTS {hsts}")),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}\n{}", answer.probed.outcome, parts.join(", "))
}

pub(super) fn trace(trace: &Trace) -> String {
    let mut lines = vec![format!("to {} by {}", trace.target, trace.method)];
    lines.extend(trace.hops.iter().map(hop));
    lines.push(match trace.end {
        End::Reached => "The target answered.".to_owned(),
        End::Stopped(code) => format!("It goes no further: {code}."),
        End::Silent => "Nobody behind this answers.".to_owned(),
        End::TooFar => "The target is farther than that.".to_owned(),
    });
    lines.join("\n")
}

/// Each address once, with the times of its answers; a star for each probe without one.
fn hop(hop: &Hop) -> String {
    let mut parts = vec![format!("{:>2}", hop.ttl)];
    let mut last = None;
    for answer in &hop.answers {
        if last.replace(answer.from) != Some(answer.from) {
            parts.push(answer.from.to_string());
        }
        parts.push(Ms(answer.rtt).to_string());
    }
    parts.extend((hop.answers.len()..hop.sent.into()).map(|_| "*".to_owned()));
    parts.join("  ")
}

pub(super) fn mtu(found: &PathMtu) -> String {
    let limit = match found.limit {
        Limit::NoAnswer => return format!("{} does not answer, so nothing can be said.", found.target),
        Limit::OwnInterface => "limited by this machine's interface".to_owned(),
        Limit::Router { from } => format!("limited by {from}, which says so"),
        Limit::BlackHole => {
            "a black hole: larger packets vanish and nobody says so, large transfers will hang".to_owned()
        }
        Limit::None => "nothing larger was tried".to_owned(),
    };
    match found.mtu {
        Some(mtu) => format!("{mtu} bytes arrive whole at {} ({}); {limit}.", found.target, found.method),
        None => format!("Nothing arrives at {}; {limit}.", found.target),
    }
}

pub(super) fn tls(report: &TlsReport, now: DateTime<Utc>) -> String {
    let mut lines = vec![match &report.error {
        None => "valid".to_owned(),
        Some(error) => format!("NOT valid: {error}"),
    }];
    let session =
        [&report.version, &report.cipher, &report.alpn].map(|part| part.clone().unwrap_or_default());
    lines.push(format!("{}; {}", phase("TLS", report.tls), session.join(" ").trim_end()));
    for certificate in &report.chain {
        let left = certificate.days_left(now).map_or_else(String::new, |days| format!(", {days} days left"));
        lines.push(format!("{} (issued by {}{left})", certificate.subject, certificate.issuer));
    }
    lines.join("\n")
}

pub(super) fn dns(answer: &DnsAnswer) -> String {
    let code = answer.code.as_deref().map_or_else(String::new, |code| format!("{code}, "));
    let mut lines = vec![format!("{code}{} ({})", answer.probed.outcome, answer.probed.method)];
    lines.extend(answer.records.iter().cloned());
    if answer.truncated {
        lines.push("There is more; ask --by tcp.".to_owned());
    }
    lines.join("\n")
}
