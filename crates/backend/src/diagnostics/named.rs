//! The operator's named targets, places and families, asked all at once.

use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    time::Duration,
};

use domain::{
    diagnostics::{DiagnosedTarget, FamilyCheck, PingedHost, Region},
    public_target::{PublicTarget, TargetRefused, not_public},
};
use futures::future::join_all;
use probe::{
    Bind, Outcome,
    https::{Answer, Request},
};

use super::{
    names::{Found, refused},
    probing::{broken, ms},
};
use crate::{
    AppError, AppResult, AppState,
    config::{HttpsTarget, Named, NamedRegion},
};

const PATIENCE: Duration = Duration::from_secs(5);
const ECHO: Duration = Duration::from_secs(1);
/// An echo may be lost; two seldom are.
const TRIES: u32 = 2;

/// What came of asking a web server once.
struct Asked {
    found: Option<Found>,
    answer: Option<Answer>,
}

impl Asked {
    fn status(&self) -> Option<u16> {
        match self.answer.as_ref()?.probed.outcome {
            Outcome::HttpStatus { status, .. } => Some(status),
            _ => None,
        }
    }

    fn error(&self) -> Option<String> {
        match &self.answer {
            _ if self.status().is_some() => None,
            Some(answer) => Some(answer.probed.outcome.to_string()),
            None => Some("no address, or no time left to ask".to_owned()),
        }
    }
}

async fn ask(state: &AppState, target: &HttpsTarget) -> Asked {
    let found = state.diagnostics.names.operators(&target.host).await;
    let Some(found) = found else { return Asked { found: None, answer: None } };
    let request =
        Request { address: found.at(target.port), host: target.host.clone(), path: target.path.clone() };
    let answer = state.diagnostics.https.get(&request, &Bind::default(), PATIENCE).await;
    Asked { found: Some(found), answer: answer.ok() }
}

pub(super) async fn targets(state: &AppState) -> Vec<DiagnosedTarget> {
    join_all(state.config.diagnostics.targets.iter().map(|target| one_target(state, target))).await
}

async fn one_target(state: &AppState, target: &Named<HttpsTarget>) -> DiagnosedTarget {
    let asked = ask(state, &target.value).await;
    DiagnosedTarget {
        name: target.name.clone(),
        host: target.value.host.clone(),
        reachable: asked.status().is_some(),
        dns_ms: asked.found.and_then(|found| found.took).map(ms),
        http_ms: asked.answer.as_ref().and_then(|answer| answer.probed.outcome.rtt()).map(ms),
        status_code: asked.status(),
        error: asked.error(),
    }
}

pub(super) async fn regions(state: &AppState) -> Vec<Region> {
    join_all(state.config.diagnostics.regions.iter().map(|place| one_region(state, place))).await
}

async fn one_region(state: &AppState, place: &NamedRegion) -> Region {
    let asked = ask(state, &place.target).await;
    Region {
        name: place.name.clone(),
        url: place.url.clone(),
        region: place.region.clone(),
        latency_ms: asked.answer.as_ref().and_then(|answer| answer.phases.connect).map(ms),
        status: asked.status(),
        reachable: asked.status().is_some(),
    }
}

/// Asks the operator's target of a family.
pub(super) async fn family(state: &AppState, v4: bool) -> FamilyCheck {
    let Some(&target) = state.config.diagnostics.family_targets.iter().find(|ip| ip.is_ipv4() == v4) else {
        return FamilyCheck::default();
    };
    let rtt = echo(state, target).await.ok().and_then(|(rtt, _)| rtt);
    // A private address is nobody's business, and says nothing to anybody outside.
    let ip = own_address(target).filter(|ip| not_public(*ip).is_none());
    FamilyCheck { reachable: rtt.is_some(), ip: ip.map(|ip| ip.to_string()), latency_ms: rtt.map(ms) }
}

/// The source address towards a target, by the routing table: nothing is sent.
fn own_address(target: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if target.is_ipv4() { [0; 4].into() } else { [0_u16; 8].into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    socket.connect(SocketAddr::new(target, 443)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

async fn echo(state: &AppState, ip: IpAddr) -> AppResult<(Option<Duration>, String)> {
    let mut last = String::new();
    for _ in 0..TRIES {
        let probed = state.diagnostics.pinger.ping(ip, ECHO).await.map_err(|error| broken(&error))?;
        last = probed.method.to_string();
        if let Some(rtt) = probed.outcome.rtt() {
            return Ok((Some(rtt), last));
        }
    }
    Ok((None, last))
}

/// Asks hosts that a resident named; one that is not public refuses them all.
pub(super) async fn hosts(state: &AppState, hosts: &[PublicTarget]) -> AppResult<Vec<PingedHost>> {
    let found = join_all(hosts.iter().map(|host| state.diagnostics.names.public(host))).await;
    let mut judged = Vec::with_capacity(hosts.len());
    for (host, found) in hosts.iter().zip(found) {
        match found {
            Ok(found) => judged.push((host, Some(found.ip))),
            Err(TargetRefused::NoAddress) => judged.push((host, None)),
            Err(why) => return Err(refused(host, why)),
        }
    }
    join_all(judged.into_iter().map(|(host, ip)| one_host(state, host, ip))).await.into_iter().collect()
}

async fn one_host(state: &AppState, host: &PublicTarget, ip: Option<IpAddr>) -> Result<PingedHost, AppError> {
    let asked = match ip {
        Some(ip) => Some(echo(state, ip).await?),
        None => None,
    };
    let (rtt, method) = asked.unzip();
    let rtt = rtt.flatten();
    Ok(PingedHost { host: host.to_string(), ip, rtt_ms: rtt.map(ms), reachable: rtt.is_some(), method })
}
