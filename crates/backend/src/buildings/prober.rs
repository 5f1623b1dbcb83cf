//! Asking an address whether it is there: behind a trait, so that joins and cycles are tested without a network.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use futures::future::join_all;
use probe::{Bind, Method, Outcome, Pinger, ProbeError, Probed, Unreachable, tcp};

/// Ports that are tried where echoes are not answered; a refusal is an answer, too.
const PORTS: [u16; 4] = [443, 80, 8443, 8080];
/// Echoes of a join.
const ECHOES: u32 = 3;
/// How long an answer to a join may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// By what an address is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// ICMP echo, or what this system allows in its place.
    Icmp,
    /// A TCP connection to this port.
    Tcp(u16),
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Icmp => f.write_str("icmp"),
            Self::Tcp(port) => write!(f, "tcp:{port}"),
        }
    }
}

impl FromStr for Way {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix("tcp:").map_or(Ok(Self::Icmp), |port| port.parse().map(Self::Tcp))
    }
}

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The address is there.
    Answer,
    /// Nothing came.
    Silence,
    /// It could not be asked: no right, no socket, no route of this machine's.
    Broken,
}

pub type Asking<'a> = Pin<Box<dyn Future<Output = Asked> + Send + 'a>>;

/// Asks addresses.
pub trait Prober: Send + Sync {
    /// One question.
    fn ask(&self, address: IpAddr, way: Way, timeout: Duration) -> Asking<'_>;
}

/// Asks by real sockets.
pub struct NetProber(Pinger);

impl Default for NetProber {
    fn default() -> Self {
        Self(Pinger::new(Bind::default()))
    }
}

impl Prober for NetProber {
    fn ask(&self, address: IpAddr, way: Way, timeout: Duration) -> Asking<'_> {
        Box::pin(async move {
            let probed = match way {
                Way::Icmp => self.0.ping(address, timeout).await,
                Way::Tcp(port) => {
                    tcp::connect(SocketAddr::new(address, port), &Bind::default(), timeout).await
                }
            };
            judge(probed)
        })
    }
}

fn judge(probed: Result<Probed, ProbeError>) -> Asked {
    match probed {
        Ok(Probed { outcome, .. }) if outcome.is_answer() => Asked::Answer,
        Ok(Probed { outcome: Outcome::Refused, method: Method::Tcp { .. } }) => Asked::Answer,
        // This machine itself says so: the fault is on this side.
        Ok(Probed {
            outcome: Outcome::Unreachable { code: Unreachable::Net | Unreachable::LinkDown, from: None },
            ..
        })
        | Err(_) => Asked::Broken,
        Ok(_) => Asked::Silence,
    }
}

/// By what an address answers; `None`: by nothing.
pub async fn find_way(prober: &Arc<dyn Prober>, address: IpAddr) -> Option<Way> {
    for _ in 0..ECHOES {
        if prober.ask(address, Way::Icmp, PATIENCE).await == Asked::Answer {
            return Some(Way::Icmp);
        }
    }
    let tried = PORTS.map(|port| async move {
        let way = Way::Tcp(port);
        (prober.ask(address, way, PATIENCE).await == Asked::Answer).then_some(way)
    });
    join_all(tried).await.into_iter().flatten().next()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Way::Icmp, "icmp")]
    #[case(Way::Tcp(443), "tcp:443")]
    fn ways_read_back(#[case] way: Way, #[case] text: &str) {
        assert_eq!(way.to_string(), text);
        assert_eq!(text.parse(), Ok(way));
        assert!("tcp:x".parse::<Way>().is_err());
    }

    #[rstest]
    #[case::reply(Method::IcmpRaw, Outcome::Reply { rtt: Duration::ZERO }, Asked::Answer)]
    #[case::a_closed_port_is_there(Method::Tcp { port: 443 }, Outcome::Refused, Asked::Answer)]
    #[case::nothing(Method::IcmpRaw, Outcome::Timeout, Asked::Silence)]
    #[case::a_router_says_so(
        Method::IcmpRaw,
        Outcome::Unreachable { code: Unreachable::Host, from: Some([192, 0, 2, 1].into()) },
        Asked::Silence
    )]
    #[case::this_machine_has_no_route(
        Method::IcmpRaw,
        Outcome::Unreachable { code: Unreachable::Net, from: None },
        Asked::Broken
    )]
    fn answers(#[case] method: Method, #[case] outcome: Outcome, #[case] asked: Asked) {
        assert_eq!(judge(Ok(Probed { method, outcome })), asked);
    }

    #[tokio::test]
    async fn real_sockets_find_this_machine() {
        let prober: Arc<dyn Prober> = Arc::new(NetProber::default());
        assert_eq!(find_way(&prober, [127, 0, 0, 1].into()).await, Some(Way::Icmp));
    }
}
