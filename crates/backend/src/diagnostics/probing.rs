//! Probes of one target in the words of the contract.

use std::{net::IpAddr, time::Duration};

use domain::diagnostics::{
    JitterReport, MtuLimit, MtuReport, PacketLossReport, TlsCertificate, TlsProbe, TlsProbeQuery,
    jitter_report, mtu_report,
};
use probe::{
    Bind, Method, Outcome, ProbeError, Probed,
    https::Request,
    mtu::{self, Limit},
    tls,
    trace::{self, Trace},
    train::{self, Plan, Train},
};

use super::names::{Found, refused};
use crate::{AppError, AppResult, AppState};

/// Between the echoes of a train: ten a second.
const GAP: Duration = Duration::from_millis(100);
const ECHO: Duration = Duration::from_secs(2);
/// Of a path MTU: each of up to 40 sizes that vanish costs it.
const SIZE: Duration = Duration::from_millis(500);
const TLS: Duration = Duration::from_secs(5);
/// Of a hop: 30 hops with three probes each stay under 25 s, by UDP where only one may be under way five silent ones do.
const HOP: Duration = Duration::from_millis(800);
/// Ports that speak HTTP.
const WEB: [u16; 2] = [443, 8443];

/// Milliseconds to the microsecond.
pub(super) fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// The address of a resident's target.
pub(super) async fn find(state: &AppState, target: &domain::public_target::PublicTarget) -> AppResult<Found> {
    state.diagnostics.names.public(target).await.map_err(|why| refused(target, why))
}

/// A probe that could not be made: for want of a right, or because this machine is out of something.
pub(super) fn broken(error: &ProbeError) -> AppError {
    tracing::warn!(error = %error, "a diagnostic probe could not be made");
    match error {
        ProbeError::NotPermitted { operation, mend, .. } => {
            AppError::unavailable(format!("This server may not {operation}: {mend}."), 3600)
        }
        _ => AppError::unavailable("This server could not make the probe.", 60),
    }
}

/// A train of echoes; `told` hears of each as it ends.
pub(super) async fn echoes(
    state: &AppState,
    ip: IpAddr,
    count: u16,
    told: impl FnMut(u16, &Probed),
) -> AppResult<Train> {
    let plan = Plan { count, gap: GAP, timeout: ECHO };
    train::train(&state.diagnostics.pinger, ip, plan, told).await.map_err(|error| broken(&error))
}

/// The port of echoes that had to be connections.
fn port_of(method: Method) -> Option<u16> {
    match method {
        Method::Tcp { port } => Some(port),
        _ => None,
    }
}

pub(super) fn loss(host: String, train: &Train) -> PacketLossReport {
    PacketLossReport::new(host, port_of(train.method), train.method.to_string(), &train.figures)
}

pub(super) fn jitter(host: String, train: &Train) -> JitterReport {
    let round_trips: Vec<_> = train.echoes.iter().map(|echo| echo.outcome.rtt().map(ms)).collect();
    jitter_report(host, port_of(train.method), train.method.to_string(), &round_trips)
}

pub(super) async fn path_mtu(host: String, ip: IpAddr) -> AppResult<MtuReport> {
    let found = mtu::path_mtu(ip, &Bind::default(), SIZE).await.map_err(|error| broken(&error))?;
    let limit = match found.limit {
        Limit::NoAnswer => MtuLimit::NoAnswer,
        Limit::OwnInterface => MtuLimit::OwnInterface,
        Limit::Router { .. } => MtuLimit::Router,
        Limit::BlackHole => MtuLimit::BlackHole,
        Limit::None => MtuLimit::None,
    };
    Ok(mtu_report(host, found.mtu, limit, found.method.to_string()))
}

pub(super) async fn trace_to(ip: IpAddr) -> AppResult<Trace> {
    let plan = trace::Plan { timeout: HOP, ..trace::Plan::default() };
    trace::trace(ip, &Bind::default(), plan).await.map_err(|error| broken(&error))
}

/// Looks at a TLS server; only a valid one is asked anything.
pub(super) async fn tls_of(state: &AppState, query: &TlsProbeQuery, found: Found) -> AppResult<TlsProbe> {
    let host = query.host.host().to_string();
    let wanted = query.wanted_port();
    let (address, bind) = (found.at(wanted), Bind::default());
    let report = tls::inspect(address, &host, &state.diagnostics.roots, &bind, TLS).await;
    let report = report.map_err(|error| broken(&error))?;
    let mut answer = None;
    if report.valid && WEB.contains(&wanted) {
        let request = Request { address, host: host.clone(), path: "/".to_owned() };
        answer = state.diagnostics.https.get(&request, &bind, TLS).await.ok();
    }
    let answer = answer.filter(|answer| matches!(answer.probed.outcome, Outcome::HttpStatus { .. }));
    let now = state.clock.now();
    Ok(TlsProbe {
        host,
        ip: found.ip,
        port: wanted,
        tcp_ms: report.connect.map(ms),
        tls_ms: report.tls.map(ms),
        http_ms: answer.as_ref().and_then(|answer| answer.phases.first_byte).map(ms),
        tls_overhead_ms: report.tls.map(ms),
        version: report.version,
        cipher: report.cipher,
        http2: report.alpn.as_deref().map(|chosen| chosen == "h2"),
        alpn: report.alpn,
        hsts: answer.and_then(|answer| answer.hsts),
        days_left: report.chain.iter().filter_map(|one| one.days_left(now)).min(),
        chain: report
            .chain
            .into_iter()
            .map(|one| TlsCertificate { subject: one.subject, issuer: one.issuer, not_after: one.not_after })
            .collect(),
        valid: report.valid,
        error: report.error,
    })
}
