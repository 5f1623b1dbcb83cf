//! What a probe found, and by which method.

use std::{fmt, io, net::IpAddr, time::Duration};

use serde::{Deserialize, Serialize, Serializer};

/// What came of a probe, and how it was really made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probed {
    /// How it was made; a fallback is named here.
    pub method: Method,
    /// What the network did.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What the network did with a probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The target answered.
    Reply {
        /// The round trip.
        #[serde(rename = "rtt_ms", serialize_with = "as_ms", deserialize_with = "from_ms")]
        rtt: Duration,
    },
    /// An HTTP server answered.
    HttpStatus {
        /// Its status code.
        status: u16,
        /// From the start of the connection to the first byte of the answer.
        #[serde(rename = "rtt_ms", serialize_with = "as_ms", deserialize_with = "from_ms")]
        rtt: Duration,
    },
    /// Nothing came in time.
    Timeout,
    /// Somebody on the way, or this machine itself, says that the target cannot be reached.
    Unreachable {
        /// Why.
        code: Unreachable,
        /// Who said so; none is this machine (no route, link down).
        from: Option<IpAddr>,
    },
    /// The target answered that nothing listens there.
    Refused,
    /// The connection was made, then the other end broke it off.
    Closed,
    /// The connection was made, but TLS was not: a certificate that is not valid, another protocol.
    TlsError {
        /// What TLS says, in words.
        reason: String,
    },
    /// TLS or TCP was made, but what came is not the protocol asked for.
    ProtocolError {
        /// What was wrong, in words.
        reason: String,
    },
    /// The name has no address of the wanted family, or no resolver said so.
    NameError {
        /// What the resolver says, in words.
        reason: String,
    },
}

impl Outcome {
    /// The round trip, where the target answered.
    pub fn rtt(&self) -> Option<Duration> {
        match *self {
            Self::Reply { rtt } | Self::HttpStatus { rtt, .. } => Some(rtt),
            _ => None,
        }
    }

    /// Whether the target itself answered what was asked of it.
    pub fn is_answer(&self) -> bool {
        self.rtt().is_some()
    }

    /// What a failed send or connect means for the target; `None` where the probe itself is broken.
    pub(crate) fn of_error(error: &io::Error) -> Option<Self> {
        let unreachable = |code| Some(Self::Unreachable { code, from: None });
        match error.raw_os_error()? {
            libc::ECONNREFUSED => Some(Self::Refused),
            libc::ETIMEDOUT => Some(Self::Timeout),
            libc::ECONNRESET | libc::EPIPE | libc::ECONNABORTED => Some(Self::Closed),
            libc::EHOSTUNREACH => unreachable(Unreachable::Host),
            libc::ENETUNREACH => unreachable(Unreachable::Net),
            libc::ENETDOWN => unreachable(Unreachable::LinkDown),
            // A firewall of this machine (nftables `reject with admin-prohibited`); a missing right is EPERM, too,
            // but only for options of the socket, which are not sent through here.
            libc::EACCES | libc::EPERM => unreachable(Unreachable::Prohibited),
            libc::EMSGSIZE => unreachable(Unreachable::TooBig { mtu: None }),
            libc::EPROTO => unreachable(Unreachable::Other { kind: 3, code: 2 }),
            _ => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply { rtt } => write!(f, "answer after {}", Ms(*rtt)),
            Self::HttpStatus { status, rtt } => write!(f, "HTTP {status} after {}", Ms(*rtt)),
            Self::Timeout => f.write_str("no answer in time"),
            Self::Unreachable { code, from: Some(from) } => write!(f, "{code}, says {from}"),
            Self::Unreachable { code, from: None } => write!(f, "{code}, says this machine"),
            Self::Refused => f.write_str("refused: nothing listens there"),
            Self::Closed => f.write_str("the other end broke the connection off"),
            Self::TlsError { reason } => write!(f, "no TLS: {reason}"),
            Self::ProtocolError { reason } => write!(f, "not the protocol asked for: {reason}"),
            Self::NameError { reason } => write!(f, "no address: {reason}"),
        }
    }
}

/// Why a target cannot be reached, as ICMP (RFC 792, RFC 1812, RFC 4443) or this machine says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreachable {
    /// No route to its network.
    Net,
    /// The host does not answer on its own network.
    Host,
    /// The host is there, but not the port.
    Port,
    /// A filter forbids it.
    Prohibited,
    /// The link of this machine is down.
    LinkDown,
    /// The packet is too big for a link.
    TooBig {
        /// What would fit, in bytes; none if it is not said.
        mtu: Option<u32>,
    },
    /// Too many hops: a routing loop, or a small TTL.
    HopLimit,
    /// Another ICMP message.
    Other {
        /// Its type.
        kind: u8,
        /// Its code.
        code: u8,
    },
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net => f.write_str("no route to the network"),
            Self::Host => f.write_str("no such host on its network"),
            Self::Port => f.write_str("no such port"),
            Self::Prohibited => f.write_str("forbidden by a filter"),
            Self::LinkDown => f.write_str("the link is down"),
            Self::TooBig { mtu: Some(mtu) } => write!(f, "too big, {mtu} bytes would fit"),
            Self::TooBig { mtu: None } => f.write_str("too big"),
            Self::HopLimit => f.write_str("too many hops"),
            Self::Other { kind, code } => write!(f, "ICMP type {kind} code {code}"),
        }
    }
}

/// How a probe was really made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// ICMP echo by an unprivileged datagram socket (`net.ipv4.ping_group_range`).
    IcmpDatagram,
    /// ICMP echo by a raw socket (`CAP_NET_RAW`).
    IcmpRaw,
    /// A TCP connection to this port. For an echo: the fallback where ICMP is not allowed.
    Tcp {
        /// The port.
        port: u16,
    },
    /// HTTPS, each time by a new connection.
    Https,
    /// DNS by UDP.
    DnsUdp,
    /// DNS by TCP.
    DnsTcp,
    /// DNS by HTTPS (RFC 8484).
    DnsHttps,
    /// A UDP datagram to a port where nothing listens.
    Udp,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IcmpDatagram => f.write_str("ICMP (datagram socket)"),
            Self::IcmpRaw => f.write_str("ICMP (raw socket)"),
            Self::Tcp { port } => write!(f, "TCP {port}"),
            Self::Https => f.write_str("HTTPS"),
            Self::DnsUdp => f.write_str("DNS by UDP"),
            Self::DnsTcp => f.write_str("DNS by TCP"),
            Self::DnsHttps => f.write_str("DNS by HTTPS"),
            Self::Udp => f.write_str("UDP"),
        }
    }
}

/// A duration in milliseconds, as people read it.
pub(crate) struct Ms(pub Duration);

impl fmt::Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ms", self.0.as_secs_f64() * 1e3)
    }
}

/// Serialises a duration as milliseconds with microseconds behind the point.
pub(crate) fn as_ms<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64((time.as_secs_f64() * 1e6).round() / 1e3)
}

/// The same for a time that may be missing.
#[expect(clippy::ref_option, reason = "serde hands the field over as it is")]
pub(crate) fn as_ms_or_null<S: Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => as_ms(time, to),
        None => to.serialize_none(),
    }
}

fn from_ms<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let ms = f64::deserialize(from)?;
    Duration::try_from_secs_f64(ms / 1e3).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::reply(
        Outcome::Reply { rtt: Duration::from_nanos(1_234_567) },
        r#"{"method":"icmp_raw","outcome":"reply","rtt_ms":1.235}"#
    )]
    #[case::told_by_a_router(
        Outcome::Unreachable { code: Unreachable::TooBig { mtu: Some(1400) }, from: Some([192, 0, 2, 1].into()) },
        r#"{"method":"icmp_raw","outcome":"unreachable","code":{"too_big":{"mtu":1400}},"from":"192.0.2.1"}"#
    )]
    #[case::nothing(Outcome::Timeout, r#"{"method":"icmp_raw","outcome":"timeout"}"#)]
    fn the_wire_names_unit_and_method(#[case] outcome: Outcome, #[case] json: &str) {
        let probed = Probed { method: Method::IcmpRaw, outcome };
        assert_eq!(serde_json::to_string(&probed).unwrap(), json);
        let back: Probed = serde_json::from_str(json).unwrap();
        assert_eq!(back.outcome.is_answer(), probed.outcome.is_answer());
    }

    #[rstest]
    #[case::no_route(libc::ENETUNREACH, Some(Unreachable::Net))]
    #[case::link_down(libc::ENETDOWN, Some(Unreachable::LinkDown))]
    #[case::no_interface_is_a_broken_probe(libc::ENODEV, None)]
    #[case::no_memory_is_a_broken_probe(libc::ENOMEM, None)]
    fn a_missing_route_is_an_outcome(#[case] code: i32, #[case] expected: Option<Unreachable>) {
        let outcome = Outcome::of_error(&io::Error::from_raw_os_error(code));
        assert_eq!(outcome, expected.map(|code| Outcome::Unreachable { code, from: None }));
    }
}
