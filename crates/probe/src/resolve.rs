//! From names to addresses, by the machine's own resolver; a person's target is judged before and after.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use domain::public_target::{Host, PublicTarget, TargetRefused};
use nix::{ifaddrs::getifaddrs, sys::socket::SockaddrStorage};

use crate::Outcome;

/// The addresses of a target that a person named; connect to these, never to the name. `own` are addresses of this
/// server that its interfaces do not show (those before a NAT).
pub async fn resolve_public(
    target: &PublicTarget,
    own: &[IpAddr],
    timeout: Duration,
) -> Result<Vec<IpAddr>, TargetRefused> {
    let resolved = match target.host() {
        Host::Address(_) => Vec::new(),
        Host::Name(name) => resolve(name, timeout).await.map_err(|_| TargetRefused::NoAddress)?,
    };
    target.choose(&resolved, &[own, &own_addresses()].concat())
}

/// The addresses of a name or an address that the operator named; private ones, too.
pub async fn resolve(host: &str, timeout: Duration) -> Result<Vec<IpAddr>, Outcome> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse() {
        return Ok(vec![address]);
    }
    let looked_up = tokio::time::timeout(timeout, tokio::net::lookup_host((host, 0))).await;
    let found = looked_up.map_err(|_| Outcome::Timeout)?;
    let found = found.map_err(|error| Outcome::NameError { reason: error.to_string() })?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

/// The addresses of this machine's interfaces.
pub fn own_addresses() -> Vec<IpAddr> {
    // Without an answer of the kernel only loopback is known, which is refused anyway.
    let Ok(interfaces) = getifaddrs() else { return vec![Ipv4Addr::LOCALHOST.into()] };
    interfaces.filter_map(|interface| ip(interface.address?)).collect()
}

fn ip(address: SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|&address| SocketAddr::V4(address.into()));
    let v6 = || address.as_sockaddr_in6().map(|&address| SocketAddr::V6(address.into()));
    v4.or_else(v6).map(|address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn addresses_need_no_resolver() {
        assert_eq!(resolve("192.0.2.1", SECOND).await, Ok(vec![[192, 0, 2, 1].into()]));
        assert_eq!(resolve("[2001:db8::1]", SECOND).await, Ok(vec!["2001:db8::1".parse().unwrap()]));
        let public: PublicTarget = "9.9.9.9".parse().unwrap();
        assert_eq!(resolve_public(&public, &[], SECOND).await, Ok(vec![[9, 9, 9, 9].into()]));
        let own = [[9, 9, 9, 9].into()];
        assert_eq!(resolve_public(&public, &own, SECOND).await, Err(TargetRefused::OwnAddress));
    }

    /// `localhost` is known without a network, so it shows that what a resolver says is judged.
    #[tokio::test]
    async fn what_a_name_resolves_to_is_judged() {
        let found = resolve("localhost", SECOND).await.unwrap();
        let name: PublicTarget = "rebind.example.com".parse().unwrap();
        assert!(matches!(name.choose(&found, &[]), Err(TargetRefused::Address(_))), "{found:?}");
    }

    #[test]
    fn loopback_is_an_own_address() {
        assert!(own_addresses().contains(&[127, 0, 0, 1].into()));
    }
}
