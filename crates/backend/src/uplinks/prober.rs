//! Making a round: behind a trait, so that the loop is tested without a network.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use chrono::DateTime;
use domain::{
    stats::round,
    uplinks::{EchoResult, HttpsResult, Round, TraceEnd, Trouble, UplinkHop, UplinkTrace},
};
use futures::future::{join, join_all};
use probe::{
    Bind, Pinger, ProbeError, Probed,
    https::{Https, Request},
    link::{self, LinkState},
    trace::{End, Hop, Plan, Trace},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio::time::{sleep, timeout};

use super::route;
use crate::config::{HttpsTarget, UplinksConfig};

/// Echoes a target and round (measurement.md §3).
const ECHOES: u32 = 3;
/// Apart, so that one short burst of loss does not take all three.
const ECHO_GAP: Duration = Duration::from_millis(100);
/// From the first echo to the last.
pub const ECHO_SPREAD: Duration = Duration::from_millis(100 * (ECHOES as u64 - 1));
/// A confirming round waits no longer for HTTPS, so that DOWN is told within 10 s at worst: 5 s to the next round, 2 s
/// for it, at most 1 s of pause, 1.5 s to confirm.
const CONFIRMED_WITHIN: Duration = Duration::from_millis(1500);

/// What came of a round, and by what it was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    pub round: Round,
    /// The gateway that was asked.
    pub gateway: Option<IpAddr>,
    /// How echoes were really made.
    pub echo_method: Option<String>,
}

pub type Taking<'a> = Pin<Box<dyn Future<Output = Taken> + Send + 'a>>;
pub type Asking<'a> = Pin<Box<dyn Future<Output = Option<UplinkTrace>> + Send + 'a>>;

/// Asks through one interface.
pub trait Prober: Send + Sync {
    /// One round; `confirming` one that must be quick.
    fn take(&self, confirming: bool) -> Taking<'_>;
    /// The path to a target; none where it cannot be asked.
    fn trace(&self, target: IpAddr) -> Asking<'_>;
}

/// Asks by real sockets, all bound to the interface.
pub struct NetProber {
    interface: String,
    bind: Bind,
    config: UplinksConfig,
    https: Https,
    /// Its sockets belong to the interface as it was when they were opened.
    pinger: Mutex<std::sync::Arc<Pinger>>,
}

impl NetProber {
    pub fn new(interface: &str, config: &UplinksConfig) -> anyhow::Result<Self> {
        let roots = config.ca_file.as_deref().map(certificates).transpose()?.unwrap_or_default();
        let bind = Bind::interface(interface);
        Ok(Self {
            interface: interface.to_owned(),
            https: Https::new(&roots).context("trust uplinks.ca_file")?,
            pinger: Mutex::new(Pinger::new(bind.clone()).into()),
            bind,
            config: config.clone(),
        })
    }

    async fn round(&self, confirming: bool) -> Taken {
        let gateway = route::gateway(&self.interface);
        let pinger = self.pinger.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let patience = if confirming { CONFIRMED_WITHIN } else { self.config.https_timeout };
        let patience = patience.min(self.config.https_timeout);
        let echoes = join_all(self.config.echo_targets.iter().map(|target| self.echoes(&pinger, *target)));
        let pages = join_all(self.config.https_targets.iter().map(|target| self.page(target, patience)));
        let from_gateway =
            async { join_all(gateway.map(|address| self.echoes(&pinger, address))).await.pop() };
        let ((echoes, pages), from_gateway) = join(join(echoes, pages), from_gateway).await;
        let trouble = echoes
            .iter()
            .filter_map(|echoes| echoes.trouble)
            .chain(pages.iter().filter_map(|(_, trouble)| *trouble))
            .chain(link_trouble(&self.interface))
            .min_by_key(|trouble| *trouble == Trouble::NoRight);
        let echo_method = echoes.iter().find_map(|echoes| echoes.method.clone());
        let gateway_answers = from_gateway
            .filter(|echoes| echoes.result.sent > 0)
            .map(|echoes| !echoes.result.rtt_ms.is_empty());
        let round = Round {
            echoes: echoes.into_iter().map(|echoes| echoes.result).collect(),
            https: pages.into_iter().map(|(result, _)| result).collect(),
            gateway: gateway_answers,
            trouble,
        };
        if round.echoes.iter().all(|echo| echo.rtt_ms.is_empty()) {
            // An interface that went and came again is another one to an open socket.
            let fresh = Pinger::new(self.bind.clone()).into();
            *self.pinger.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        Taken { round, gateway, echo_method }
    }

    async fn echoes(&self, pinger: &Pinger, target: IpAddr) -> Echoes {
        let answers = (0..ECHOES).map(|n| async move {
            sleep(ECHO_GAP * n).await;
            pinger.ping(target, self.config.echo_timeout).await
        });
        let mut all = Echoes::of(target);
        join_all(answers).await.into_iter().for_each(|answer| all.add(answer));
        all
    }

    /// One HTTPS answer of a verified server, whatever it says.
    async fn page(&self, target: &HttpsTarget, patience: Duration) -> (HttpsResult, Option<Trouble>) {
        let mut result = HttpsResult { target: target.host.clone(), answered: false };
        let asked = async {
            let address = resolve(target).await?;
            let request = Request { address, host: target.host.clone(), path: target.path.clone() };
            Some(self.https.get(&request, &self.bind, patience).await)
        };
        match timeout(patience, asked).await {
            Ok(Some(Ok(answer))) => result.answered = answer.probed.outcome.is_answer(),
            Ok(Some(Err(error))) => return (result, trouble_of(&error)),
            // Without a name there is no answer either.
            Ok(None) | Err(_) => {}
        }
        (result, None)
    }
}

impl Prober for NetProber {
    fn take(&self, confirming: bool) -> Taking<'_> {
        Box::pin(self.round(confirming))
    }

    fn trace(&self, target: IpAddr) -> Asking<'_> {
        Box::pin(async move {
            match probe::trace::trace(target, &self.bind, Plan::default()).await {
                Ok(path) => Some(as_told(&path)),
                Err(error) => {
                    tracing::debug!(error = %error, "the path of a fault cannot be asked");
                    None
                }
            }
        })
    }
}

fn link_trouble(interface: &str) -> Option<Trouble> {
    match link::state(interface) {
        LinkState::Gone => Some(Trouble::NoInterface),
        LinkState::Down => Some(Trouble::LinkDown),
        LinkState::Up => None,
    }
}

/// A path in the words of the contract; when it was taken and whose networks these are is told by whoever keeps it.
fn as_told(path: &Trace) -> UplinkTrace {
    let hop = |hop: &Hop| UplinkHop {
        ttl: hop.ttl,
        address: hop.answers.first().map(|answer| answer.from.to_string()),
        provider: None,
        sent: hop.sent.into(),
        answered: hop.answers.len() as u32,
        rtt_ms: hop
            .answers
            .iter()
            .map(|answer| answer.rtt)
            .min()
            .map(|rtt| round(rtt.as_secs_f64() * 1e3, 3)),
    };
    UplinkTrace {
        taken_at: DateTime::UNIX_EPOCH,
        target: path.target.to_string(),
        method: path.method.to_string(),
        end: match path.end {
            End::Reached => TraceEnd::Reached,
            End::Stopped(_) => TraceEnd::Stopped,
            End::Silent => TraceEnd::Silent,
            End::TooFar => TraceEnd::TooFar,
        },
        hops: path.hops.iter().map(hop).collect(),
    }
}

/// The echoes of one target.
struct Echoes {
    result: EchoResult,
    method: Option<String>,
    trouble: Option<Trouble>,
}

impl Echoes {
    fn of(target: IpAddr) -> Self {
        let result = EchoResult { target: target.to_string(), ..EchoResult::default() };
        Self { result, method: None, trouble: None }
    }

    fn add(&mut self, answer: Result<Probed, ProbeError>) {
        match answer {
            Ok(probed) => {
                self.result.sent += 1;
                self.result.rtt_ms.extend(probed.outcome.rtt().map(|rtt| rtt.as_secs_f64() * 1e3));
                self.method = Some(probed.method.to_string());
            }
            Err(error) => {
                self.trouble = trouble_of(&error);
                // Whatever else broke, nothing came back; only what may not be sent at all is not missed.
                self.result.sent += u32::from(self.trouble != Some(Trouble::NoRight));
            }
        }
    }
}

fn trouble_of(error: &ProbeError) -> Option<Trouble> {
    match error {
        ProbeError::NoInterface { .. } => Some(Trouble::NoInterface),
        ProbeError::NotPermitted { .. } => Some(Trouble::NoRight),
        ProbeError::Invalid { .. } | ProbeError::System { .. } => {
            tracing::debug!(error = %error, "a probe of an uplink broke");
            None
        }
    }
}

async fn resolve(target: &HttpsTarget) -> Option<SocketAddr> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, target.port));
    }
    tokio::net::lookup_host((target.host.as_str(), target.port)).await.ok()?.next()
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = || format!("uplinks.ca_file {} cannot be read as PEM", path.display());
    CertificateDer::pem_file_iter(path).with_context(read)?.collect::<Result<_, _>>().with_context(read)
}
