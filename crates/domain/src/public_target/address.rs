//! Which addresses are of the public internet (IANA's special-purpose registries for IPv4 and IPv6).

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// What kind of address it is, where it is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPublic {
    /// Of this machine.
    Loopback,
    /// Of a private network, a carrier's shared range among them.
    Private,
    /// Of one link alone.
    LinkLocal,
    /// Of a cloud's metadata service.
    Metadata,
    /// To many at once.
    Multicast,
    /// An IPv4 address within an IPv6 one: the way to it is decided elsewhere.
    Embedded,
    /// For documentation, tests, or not given out.
    Reserved,
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Metadata => "cloud metadata",
            Self::Multicast => "multicast",
            Self::Embedded => "embedded IPv4",
            Self::Reserved => "reserved",
        })
    }
}

/// Metadata services that do not lie in a range of their own: AWS, GCP, Azure and most others; Azure's wire server;
/// Alibaba; Oracle's older one.
const METADATA: [Ipv4Addr; 4] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// Why an address is not public; `None` where it is.
pub fn not_public(address: IpAddr) -> Option<NotPublic> {
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

fn not_public_v4(address: Ipv4Addr) -> Option<NotPublic> {
    use NotPublic::{LinkLocal, Loopback, Metadata, Multicast, Private, Reserved};
    if METADATA.contains(&address) {
        return Some(Metadata);
    }
    Some(match address.octets() {
        // "This network": Linux connects 0.0.0.0 to itself.
        [0 | 127, ..] => Loopback,
        [10, ..] | [100, 64..=127, ..] | [172, 16..=31, ..] | [192, 168, ..] => Private,
        [169, 254, ..] => LinkLocal,
        // IETF assignments, documentation, the old 6to4 relay, benchmarks.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Reserved
        }
        [224..=239, ..] => Multicast,
        [240..=255, ..] => Reserved,
        _ => return None,
    })
}

fn not_public_v6(address: Ipv6Addr) -> Option<NotPublic> {
    use NotPublic::{Embedded, LinkLocal, Loopback, Metadata, Multicast, Private, Reserved};
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Loopback,
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Metadata,
        // Mapped, compatible, translated (SIIT), NAT64 of both prefixes, Teredo, 6to4.
        [0, 0, 0, 0, 0, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, ..]
        | [0x2001, 0, ..]
        | [0x2002, ..] => Embedded,
        [0xfe80..=0xfebf, ..] => LinkLocal,
        // Site-local is old, but still routed in places.
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Private,
        [0xff00..=0xffff, ..] => Multicast,
        // IETF assignments, documentation (both).
        [0x2001, 1..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reserved,
        // Only this has been given out.
        [0x2000..=0x3fff, ..] => return None,
        _ => Reserved,
    })
}
