//! The words of LibreSpeed's getIP for addresses that are no provider's.

use std::net::IpAddr;

/// What getIP.php calls such an address (`getLocalOrPrivateIpInfo`); `None` for public ones.
pub fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => {
            let octets = v4.octets();
            match octets {
                _ if v4.is_loopback() => Some("localhost IPv4 access"),
                _ if v4.is_link_local() => Some("link-local IPv4 access"),
                _ if v4.is_private() => Some("private IPv4 access"),
                // RFC 6598
                [100, 64..=127, ..] => Some("CGNAT IPv4 access"),
                _ => None,
            }
        }
        IpAddr::V6(v6) if v6.is_loopback() => Some("localhost IPv6 access"),
        IpAddr::V6(v6) if v6.is_unicast_link_local() => Some("link-local IPv6 access"),
        IpAddr::V6(v6) if v6.is_unique_local() => Some("ULA IPv6 access"),
        IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("127.0.0.1", Some("localhost IPv4 access"))]
    #[case("::1", Some("localhost IPv6 access"))]
    #[case("10.1.2.3", Some("private IPv4 access"))]
    #[case("172.31.0.1", Some("private IPv4 access"))]
    #[case("172.32.0.1", None)]
    #[case("169.254.1.1", Some("link-local IPv4 access"))]
    #[case("100.64.0.1", Some("CGNAT IPv4 access"))]
    #[case("fe80::1", Some("link-local IPv6 access"))]
    #[case("fd00::1", Some("ULA IPv6 access"))]
    #[case("192.0.2.1", None)]
    #[case("2001:db8::1", None)]
    fn words(#[case] address: IpAddr, #[case] expected: Option<&str>) {
        assert_eq!(special(address), expected);
    }
}
