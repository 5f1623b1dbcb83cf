//! A target that a person may name: parsed into a type that can only be valid, refused where it is not of the public
//! internet. Pure.
//!
//! The threat is a request forged through this server (SSRF): into its own network, to itself, to a cloud's metadata. So
//! the text is refused first (an allow list of what a host looks like, no list of tricks), then each address that its
//! name resolves to ([`PublicTarget::choose`]); the one that is left is what is connected to, never the name again.

mod address;

pub use address::{NotPublic, not_public};

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

/// A host, and maybe a port, of the public internet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicTarget {
    host: Host,
    port: Option<u16>,
}

/// A name or an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// In lower case, with at least one dot, not of a reserved zone.
    Name(String),
    /// Public.
    Address(IpAddr),
}

/// Why a target is refused; to be shown to whoever typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetRefused {
    /// Not of the form of a host.
    #[error("this is neither a host name (like www.example.com) nor an IP address")]
    NotAHost,
    /// A whole URL, or parts of one.
    #[error("give the host alone, without scheme, user, path or spaces")]
    Url,
    /// Letters outside of ASCII look like others, and are read differently by different programs.
    #[error("write an international name in its ASCII form (xn--…)")]
    NotAscii,
    /// A number in one of the old notations of IPv4.
    #[error("write an IPv4 address as four decimal numbers without leading zeroes")]
    OddAddress,
    /// A port that is none.
    #[error("a port is a number from 1 to 65535")]
    Port,
    /// A name that means something only inside a network.
    #[error("this name is not of the public internet")]
    ReservedName,
    /// An address that is not public.
    #[error("{0} addresses are not tested here")]
    Address(NotPublic),
    /// An address of this server.
    #[error("this server does not test itself")]
    OwnAddress,
    /// The name has no address.
    #[error("no resolver gives an address for this name")]
    NoAddress,
}

/// Zones that are not, or not only, of the public internet: RFC 6761, 6762, 7686, 8375, 9476, ICANN's name collisions
/// and `.internal`, and the reverse tree.
const RESERVED_ZONES: [&str; 19] = [
    "alt",
    "arpa",
    "corp",
    "domain",
    "example",
    "fritz.box",
    "home",
    "host",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "test",
];

impl PublicTarget {
    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, where one was named.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Judges what the name resolved to, and gives the addresses that may be connected to. One address that is not
    /// public condemns all: an honest name has none, and the next look-up might give that one alone. `own` are the
    /// addresses of this server, those before a NAT among them.
    pub fn choose(&self, resolved: &[IpAddr], own: &[IpAddr]) -> Result<Vec<IpAddr>, TargetRefused> {
        let addresses = match &self.host {
            Host::Address(address) => std::slice::from_ref(address),
            Host::Name(_) => resolved,
        };
        for &address in addresses {
            if let Some(why) = not_public(address) {
                return Err(TargetRefused::Address(why));
            }
            if own.contains(&address) {
                return Err(TargetRefused::OwnAddress);
            }
        }
        if addresses.is_empty() { Err(TargetRefused::NoAddress) } else { Ok(addresses.to_vec()) }
    }
}

impl FromStr for PublicTarget {
    type Err = TargetRefused;

    fn from_str(text: &str) -> Result<Self, TargetRefused> {
        if !text.is_ascii() {
            return Err(TargetRefused::NotAscii);
        }
        if text
            .bytes()
            .any(|byte| matches!(byte, b'/' | b'\\' | b'@' | b'?' | b'#' | b'%' | b'&' | b'=' | b' '))
        {
            return Err(TargetRefused::Url);
        }
        let (host, port) = split_port(text)?;
        Ok(Self { host: parse_host(host)?, port })
    }
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`, `v6`.
fn split_port(text: &str) -> Result<(&str, Option<u16>), TargetRefused> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or(TargetRefused::NotAHost)?;
            if !host.contains(':') {
                return Err(TargetRefused::NotAHost);
            }
            match after.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if after.is_empty() => (host, None),
                None => return Err(TargetRefused::NotAHost),
            }
        }
        None => match text.split_once(':') {
            // More than one colon and no brackets: an IPv6 address, or nothing.
            Some((_, after)) if after.contains(':') => (text, None),
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let digits = |port: &str| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let number = |port: &str| port.parse().ok().filter(|&port: &u16| port > 0 && digits(&port.to_string()));
    match port {
        None => Ok((host, None)),
        Some(port) if digits(port) => Ok((host, Some(number(port).ok_or(TargetRefused::Port)?))),
        Some(_) => Err(TargetRefused::Port),
    }
}

fn parse_host(host: &str) -> Result<Host, TargetRefused> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return match not_public(address) {
            Some(why) => Err(TargetRefused::Address(why)),
            None => Ok(Host::Address(address)),
        };
    }
    let name = host.to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    // Resolvers of C read numbers in the last place as an IPv4 address, in decimal, octal or hexadecimal.
    if labels.iter().rev().find(|label| !label.is_empty()).is_some_and(|last| is_number(last)) {
        return Err(TargetRefused::OddAddress);
    }
    if name.len() > 253 || !labels.iter().all(|label| is_label(label)) {
        return Err(TargetRefused::NotAHost);
    }
    if labels.len() < 2 || RESERVED_ZONES.iter().any(|zone| is_within(&name, zone)) {
        return Err(TargetRefused::ReservedName);
    }
    Ok(Host::Name(name))
}

fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x");
    hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || label.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters, digits and inner hyphens (RFC 1123).
fn is_label(label: &str) -> bool {
    let fits = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

fn is_within(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

impl fmt::Display for PublicTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (Host::Address(IpAddr::V6(address)), Some(port)) => write!(f, "[{address}]:{port}"),
            (host, Some(port)) => write!(f, "{host}:{port}"),
            (host, None) => host.fmt(f),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl TryFrom<String> for PublicTarget {
    type Error = TargetRefused;

    fn try_from(text: String) -> Result<Self, TargetRefused> {
        text.parse()
    }
}

impl From<PublicTarget> for String {
    fn from(target: PublicTarget) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
mod tests;
