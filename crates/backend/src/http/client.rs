//! Who is on the other end of a request: the address, and whether it came by HTTPS.
//!
//! The socket's peer counts, unless it is one of the operator's trusted proxies: then the right-most address of the
//! configured header that is no trusted proxy itself. Everything left of that was written by the client and is
//! never believed. Pages call the API in process and carry their own request's address by [`InProcess`], a request
//! extension, which nothing from outside can set.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::ConnectInfo;
use http::{HeaderMap, header, request::Parts, uri::Scheme};
use ipnet::IpNet;

use crate::{accept::Peer, config::HttpConfig};

/// Marks a call that a page makes in process, with the address of the page's own client.
#[derive(Clone, Copy, Debug)]
pub struct InProcess(pub IpAddr);

/// The resolved other end of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    pub https: bool,
    pub in_process: bool,
    /// The client's own socket ends here, with no proxy between.
    pub direct: bool,
}

impl Client {
    /// Resolves the client of a request.
    pub fn of(parts: &Parts, config: &HttpConfig) -> Self {
        if let Some(known) = parts.extensions.get::<Self>() {
            return *known;
        }
        if let Some(InProcess(address)) = parts.extensions.get() {
            return Self { address: *address, https: false, in_process: true, direct: false };
        }
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        let direct_https =
            parts.uri.scheme() == Some(&Scheme::HTTPS) || peer.is_some_and(|ConnectInfo(peer)| peer.tls);
        // Without a socket (a router called by a test) the client is this machine.
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.address.ip());
        let peer = peer.to_canonical();
        let trusted = |address: IpAddr| is_in(&config.trusted_proxies, address);
        if !trusted(peer) {
            return Self { address: peer, https: direct_https, in_process: false, direct: true };
        }
        let address = forwarded(&parts.headers, config, trusted).unwrap_or(peer);
        let proto = parts.headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
        let https = proto.and_then(|list| list.rsplit(',').next()).is_some_and(|last| last.trim() == "https");
        Self { address, https: https || direct_https, in_process: false, direct: false }
    }
}

impl Client {
    /// Whether the address is a proxy's and not the asker's own: a trusted one that named nobody, or one that says so
    /// itself (RFC 9110 §7.6.3). A header can only close this door, never open it.
    pub fn is_proxy(&self, parts: &Parts, config: &HttpConfig) -> bool {
        is_in(&config.trusted_proxies, self.address)
            || (self.direct && parts.headers.contains_key(header::VIA))
    }
}

fn is_in(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// The right-most address of the header that is no trusted proxy; an unreadable hop ends the search, since nothing
/// left of it can be vouched for.
fn forwarded(headers: &HeaderMap, config: &HttpConfig, trusted: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let mut best = None;
    let values: Vec<_> = headers.get_all(&config.client_address_header).iter().collect();
    let hops = values.iter().rev().flat_map(|value| value.to_str().unwrap_or("?").rsplit(','));
    for hop in hops {
        let address = hop_address(hop.trim())?.to_canonical();
        best = Some(address);
        if !trusted(address) {
            return best;
        }
    }
    best
}

/// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    hop.parse()
        .ok()
        .or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use http::Request;
    use rstest::rstest;

    use super::*;
    use crate::config::{Config, Vars};

    fn client(peer: &str, header: &[&str], proto: &str) -> Client {
        let vars = Vars::from([("http.trusted_proxies".into(), "10.0.0.0/8,fd00::/8".into())]);
        let config = Config::from_vars(&vars).unwrap().http;
        let mut request = Request::builder().uri("/").header("x-forwarded-proto", proto);
        for value in header {
            request = request.header("x-forwarded-for", *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(Peer::from(std::net::SocketAddr::new(peer.parse().unwrap(), 1))));
        Client::of(&parts, &config)
    }

    #[rstest]
    #[case::direct("198.51.100.1", &[], "198.51.100.1")]
    #[case::an_untrusted_header_never("198.51.100.1", &["192.0.2.9"], "198.51.100.1")]
    #[case::a_trusted_proxy("10.0.0.1", &["192.0.2.9"], "192.0.2.9")]
    #[case::the_forged_left_is_ignored("10.0.0.1", &["1.2.3.4, 192.0.2.9"], "192.0.2.9")]
    #[case::a_chain_of_proxies("10.0.0.1", &["1.2.3.4, 192.0.2.9, 10.0.0.2"], "192.0.2.9")]
    #[case::several_headers("10.0.0.1", &["1.2.3.4", "192.0.2.9"], "192.0.2.9")]
    #[case::with_ports("10.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1")]
    #[case::mapped("::ffff:10.0.0.1", &["::ffff:192.0.2.9"], "192.0.2.9")]
    #[case::garbage_falls_back("10.0.0.1", &["192.0.2.9, nonsense"], "10.0.0.1")]
    #[case::no_header("10.0.0.1", &[], "10.0.0.1")]
    fn addresses(#[case] peer: &str, #[case] header: &[&str], #[case] expected: IpAddr) {
        assert_eq!(client(peer, header, "http").address, expected);
    }

    #[rstest]
    #[case::believed_of_a_proxy("10.0.0.1", "https", true)]
    #[case::the_last_proxy_counts("10.0.0.1", "https, http", false)]
    #[case::never_of_a_stranger("198.51.100.1", "https", false)]
    fn https(#[case] peer: &str, #[case] proto: &str, #[case] expected: bool) {
        assert_eq!(client(peer, &["192.0.2.9"], proto).https, expected);
    }
}
