//! Where to, as people type it. Pure.

use std::{net::IpAddr, str::FromStr};

use anyhow::Context;

/// A host with what may stand behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// A name or an address without brackets.
    pub host: String,
    pub port: Option<u16>,
    /// Path and query, `/` if none was given.
    pub path: String,
}

impl FromStr for Place {
    type Err = anyhow::Error;

    /// Reads `host`, `host:port`, `host/path`, an address of either family, or a whole `https://` address.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        if text.parse::<IpAddr>().is_ok() {
            return Ok(Self { host: text.to_owned(), port: None, path: "/".to_owned() });
        }
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let uri: http::Uri = whole.parse().with_context(|| format!("{text} is no host"))?;
        anyhow::ensure!(uri.scheme_str() == Some("https"), "{text}: only https is spoken");
        let host = uri.host().with_context(|| format!("{text} names no host"))?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self { host: bare.to_owned(), port: uri.port_u16(), path: path.to_owned() })
    }
}

/// The first server that a `resolv.conf` names.
pub(super) fn name_server(conf: &str) -> Option<String> {
    let servers = conf.lines().filter_map(|line| line.strip_prefix("nameserver"));
    servers.filter(|rest| rest.starts_with([' ', '\t'])).map(|rest| rest.trim().to_owned()).next()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::name("example.com", "example.com", None, "/")]
    #[case::port("example.com:8443", "example.com", Some(8443), "/")]
    #[case::path("example.com/a?b=c", "example.com", None, "/a?b=c")]
    #[case::whole("https://example.com:444/x", "example.com", Some(444), "/x")]
    #[case::v4("192.0.2.1:53", "192.0.2.1", Some(53), "/")]
    #[case::v6("2001:db8::1", "2001:db8::1", None, "/")]
    #[case::v6_and_port("[2001:db8::1]:53", "2001:db8::1", Some(53), "/")]
    fn places(#[case] text: &str, #[case] host: &str, #[case] port: Option<u16>, #[case] path: &str) {
        let place = Place { host: host.to_owned(), port, path: path.to_owned() };
        assert_eq!(text.parse::<Place>().unwrap(), place);
    }

    #[rstest]
    #[case("")]
    #[case("http://example.com")]
    #[case("a b")]
    fn no_place(#[case] text: &str) {
        assert!(text.parse::<Place>().is_err());
    }

    #[rstest]
    #[case::first_counts("# x\nsearch lan\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n", Some("192.0.2.1"))]
    #[case::tab("nameserver\t2001:db8::1 \n", Some("2001:db8::1"))]
    #[case::none("search lan\nnameservers x\n", None)]
    fn name_servers(#[case] conf: &str, #[case] first: Option<&str>) {
        assert_eq!(name_server(conf).as_deref(), first);
    }
}
