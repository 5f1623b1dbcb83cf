//! From a resident's target to the address that is connected to.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use domain::{
    ApiError, ErrorCode,
    public_target::{Host, NotPublic, PublicTarget, TargetRefused, not_public},
};
use futures::future::join;
use probe::{
    Bind,
    dns::{self, Question, Resolver},
    resolve,
};

use crate::{
    AppError,
    config::{DiagnosticsConfig, OwnPlace},
};

const PATIENCE: Duration = Duration::from_secs(3);

/// Looks names up and judges what it finds.
pub(super) struct Names {
    resolver: Option<SocketAddr>,
    /// Names that the operator vouches for, in lower case.
    hosts: HashMap<String, OwnPlace>,
    /// Addresses of this server that its interfaces do not show.
    own: Vec<IpAddr>,
    /// Whether residents with private addresses may have them probed.
    private_askers: bool,
}

/// What was found for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub ip: IpAddr,
    /// The operator's port instead of the one asked for.
    pub port: Option<u16>,
    /// How long the name took; none for an address.
    pub took: Option<Duration>,
}

impl Found {
    pub fn at(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.ip, self.port.unwrap_or(port))
    }
}

impl Names {
    pub fn new(config: &DiagnosticsConfig) -> Self {
        let hosts = config.hosts.iter().map(|host| (host.name.to_ascii_lowercase(), host.value));
        Self {
            resolver: config.resolver,
            hosts: hosts.collect(),
            own: config.own_addresses.clone(),
            private_askers: config.private_askers,
        }
    }

    /// The address of a resident's target, judged after resolution, too.
    pub async fn public(&self, target: &PublicTarget) -> Result<Found, TargetRefused> {
        let (resolved, took) = match target.host() {
            Host::Address(_) => (Vec::new(), None),
            Host::Name(name) => {
                if let Some(own) = self.hosts.get(name) {
                    return Ok(Found { ip: own.ip, port: own.port, took: None });
                }
                let started = Instant::now();
                (self.look_up(name).await, Some(started.elapsed()))
            }
        };
        let allowed = target.choose(&resolved, &[&self.own[..], &resolve::own_addresses()].concat())?;
        allowed.first().map(|&ip| Found { ip, port: None, took }).ok_or(TargetRefused::NoAddress)
    }

    /// The asking address, where it may be probed: never this server's own, a private one only if the operator says
    /// so (residents of a LAN).
    pub fn asker(&self, address: IpAddr) -> Result<IpAddr, TargetRefused> {
        let own = [&self.own[..], &resolve::own_addresses()].concat();
        if own.contains(&address) {
            return Err(TargetRefused::OwnAddress);
        }
        match not_public(address) {
            Some(NotPublic::Private | NotPublic::Loopback | NotPublic::LinkLocal) if self.private_askers => {
                Ok(address)
            }
            Some(why) => Err(TargetRefused::Address(why)),
            None => Ok(address),
        }
    }

    /// The address of a host that the operator named: any.
    pub async fn operators(&self, host: &str) -> Option<Found> {
        if let Ok(ip) = host.parse() {
            return Some(Found { ip, port: None, took: None });
        }
        let started = Instant::now();
        let ip = self.look_up(host).await.into_iter().next()?;
        Some(Found { ip, port: None, took: Some(started.elapsed()) })
    }

    async fn look_up(&self, name: &str) -> Vec<IpAddr> {
        let Some(resolver) = self.resolver else {
            return resolve::resolve(name, PATIENCE).await.unwrap_or_default();
        };
        let (v4, v6) = join(ask(resolver, name, "A"), ask(resolver, name, "AAAA")).await;
        [v4, v6].concat()
    }
}

async fn ask(resolver: SocketAddr, name: &str, kind: &str) -> Vec<IpAddr> {
    let Ok(question) = Question::new(name, kind) else { return Vec::new() };
    let asked =
        async |resolver| Box::pin(dns::ask(&resolver, &question, &Bind::default(), PATIENCE)).await.ok();
    let answer = match asked(Resolver::Udp(resolver)).await {
        Some(answer) if answer.truncated => asked(Resolver::Tcp(resolver)).await,
        other => other,
    };
    // Names on the way (CNAME) are no addresses.
    answer.into_iter().flat_map(|answer| answer.records).filter_map(|record| record.parse().ok()).collect()
}

/// A refusal as the caller sees it.
pub(super) fn refused(target: &PublicTarget, why: TargetRefused) -> AppError {
    let code = if why == TargetRefused::NoAddress { ErrorCode::Invalid } else { ErrorCode::Malformed };
    ApiError::new(code, format!("{target}: {why}")).with_field("host", why.to_string()).into()
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    };

    use tokio::net::UdpSocket;

    use super::*;
    use crate::config::Config;

    /// A resolver whose first answer is public and whose later ones are loopback.
    async fn rebinding(questions: Arc<AtomicU8>) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the test's runtime ends it")]
        tokio::spawn(async move {
            let mut bytes = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
                let mut answer = bytes[..length].to_vec();
                answer[2] |= 0x80;
                // An A question (kind 1) ends with 0, 1, 0, 1.
                if bytes[length - 3] == 1 {
                    let ip = if questions.fetch_add(1, Ordering::Relaxed) == 0 {
                        [9, 9, 9, 9]
                    } else {
                        [127, 0, 0, 1]
                    };
                    answer[7] = 1;
                    answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
                    answer.extend(ip);
                }
                let _ = socket.send_to(&answer, from).await;
            }
        });
        address
    }

    #[tokio::test]
    async fn a_name_is_resolved_once_and_what_was_judged_is_what_is_found() {
        let questions = Arc::<AtomicU8>::default();
        let resolver = Some(rebinding(Arc::clone(&questions)).await);
        let names = Names::new(&DiagnosticsConfig { resolver, ..Config::default().diagnostics });
        let target: PublicTarget = "rebind.steadyline.net".parse().unwrap();
        let found = names.public(&target).await.unwrap();
        assert_eq!((found.ip, questions.load(Ordering::Relaxed)), ([9, 9, 9, 9].into(), 1));
        assert_eq!(
            found.at(443),
            SocketAddr::from(([9, 9, 9, 9], 443)),
            "an address: nothing is left to resolve"
        );
        assert_eq!(names.public(&target).await, Err(TargetRefused::Address(NotPublic::Loopback)));
    }

    /// `answers`: it says that the name is there and has no address; else nothing at all.
    #[rstest::rstest]
    #[case::the_resolver_is_dead(false)]
    #[case::the_name_has_no_address(true)]
    #[tokio::test]
    async fn a_name_that_leads_nowhere_is_refused(#[case] answers: bool) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let resolver = Some(socket.local_addr().unwrap());
        let empty = async {
            let mut bytes = [0; 512];
            while answers && let Ok((length, from)) = socket.recv_from(&mut bytes).await {
                bytes[2] |= 0x80;
                socket.send_to(&bytes[..length], from).await.unwrap();
            }
            std::future::pending::<()>().await;
        };
        let names = Names::new(&DiagnosticsConfig { resolver, ..Config::default().diagnostics });
        let target: PublicTarget = "empty.steadyline.net".parse().unwrap();
        let begun = Instant::now();
        tokio::select! {
            () = empty => unreachable!("it waits for ever"),
            found = names.public(&target) => assert_eq!(found, Err(TargetRefused::NoAddress)),
        }
        assert_eq!(begun.elapsed() < PATIENCE, answers, "who is silent is waited for, but not longer");
        assert!(begun.elapsed() < PATIENCE * 2);
    }

    #[rstest::rstest]
    #[case::public("9.9.9.9", false, true)]
    #[case::private("192.168.1.7", false, false)]
    #[case::private_where_allowed("192.168.1.7", true, true)]
    #[case::this_server("127.0.0.1", true, false)]
    #[case::metadata("169.254.169.254", true, false)]
    #[case::this_server_before_a_nat("5.6.7.8", true, false)]
    fn an_asker_is_probed(#[case] address: IpAddr, #[case] private_askers: bool, #[case] allowed: bool) {
        let own_addresses = vec![[5, 6, 7, 8].into()];
        let config = DiagnosticsConfig { own_addresses, private_askers, ..Config::default().diagnostics };
        assert_eq!(Names::new(&config).asker(address).is_ok(), allowed);
    }

    #[tokio::test]
    async fn own_names_are_the_operators_alone() {
        let mut config = Config::default().diagnostics;
        config.hosts = vec!["Lab.Steadyline.net=10.0.0.7:4443".parse().unwrap()];
        let names = Names::new(&config);
        let found = names.public(&"lab.steadyline.net".parse().unwrap()).await.unwrap();
        assert_eq!(found.at(443), "10.0.0.7:4443".parse().unwrap());
        assert_eq!("10.0.0.7".parse::<PublicTarget>(), Err(TargetRefused::Address(NotPublic::Private)));
    }
}
