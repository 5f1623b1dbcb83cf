//! The bytes of ICMP echo (RFC 792, RFC 4443), and what an ICMP error means. Pure.

use std::net::IpAddr;

use crate::Unreachable;

/// Type, code, checksum, identifier, sequence.
const HEADER: usize = 8;
/// Type of an echo request, of its reply, in ICMP.
const V4_ECHO: (u8, u8) = (8, 0);
/// The same in ICMPv6.
const V6_ECHO: (u8, u8) = (128, 129);

/// An echo request or reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Echo<'a> {
    /// Of the socket; the kernel writes it for datagram sockets.
    pub id: u16,
    /// Of the request.
    pub sequence: u16,
    /// What the reply must bring back.
    pub payload: &'a [u8],
}

impl<'a> Echo<'a> {
    /// The request's bytes. The checksum is written for ICMP; for ICMPv6 it takes the addresses, and the kernel does it.
    pub fn request(&self, v4: bool) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.payload.len());
        bytes.extend([if v4 { V4_ECHO.0 } else { V6_ECHO.0 }, 0, 0, 0]);
        bytes.extend(self.id.to_be_bytes());
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.payload);
        if v4 {
            let sum = checksum(&bytes);
            bytes[2..4].copy_from_slice(&sum.to_be_bytes());
        }
        bytes
    }

    /// Reads a reply; anything else is `None`.
    pub fn reply(bytes: &'a [u8], v4: bool) -> Option<Self> {
        Self::read(bytes, if v4 { V4_ECHO.1 } else { V6_ECHO.1 })
    }

    /// Reads the start of a request of ours as an ICMP error quotes it: often no more than the header.
    pub fn quoted(bytes: &'a [u8], v4: bool) -> Option<Self> {
        Self::read(bytes, if v4 { V4_ECHO.0 } else { V6_ECHO.0 })
    }

    fn read(bytes: &'a [u8], kind: u8) -> Option<Self> {
        let (header, payload) = bytes.split_at_checked(HEADER)?;
        let (id, sequence) = ([header[4], header[5]], [header[6], header[7]]);
        (header[..2] == [kind, 0]).then_some(Self {
            id: u16::from_be_bytes(id),
            sequence: u16::from_be_bytes(sequence),
            payload,
        })
    }
}

/// What a raw ICMP socket hands over begins with the IPv4 header; this is the rest.
pub(crate) fn behind_ip_header(bytes: &[u8]) -> Option<&[u8]> {
    let length = usize::from(bytes.first()? & 0x0f) * 4;
    bytes.get(length..).filter(|_| bytes[0] >> 4 == 4 && length >= 20)
}

/// The internet checksum (RFC 1071) of bytes whose own checksum field is zero.
pub(crate) fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// What the kernel's error queue tells of a packet of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// ICMP or ICMPv6.
    pub v4: bool,
    /// Set where this machine itself refused.
    pub errno: Option<i32>,
    /// The ICMP message's type.
    pub kind: u8,
    /// Its code.
    pub code: u8,
    /// With "too big": the MTU that would fit, 0 if it is not said.
    pub info: u32,
    /// Who said so.
    pub from: Option<IpAddr>,
}

impl Told {
    /// What it means.
    pub fn code(&self) -> Unreachable {
        let (kind, code) = (self.kind, self.code);
        let too_big = Unreachable::TooBig { mtu: (self.info > 0).then_some(self.info) };
        match (self.errno, self.v4, kind, code) {
            (Some(libc::EMSGSIZE), ..) | (None, true, 3, 4) | (None, false, 2, _) => too_big,
            (Some(libc::ENETUNREACH), ..) | (None, true, 3, 0 | 6 | 11) | (None, false, 1, 0) => {
                Unreachable::Net
            }
            (Some(libc::EHOSTUNREACH), ..) | (None, true, 3, 1 | 7 | 12) | (None, false, 1, 3) => {
                Unreachable::Host
            }
            (None, true, 3, 3) | (None, false, 1, 4) => Unreachable::Port,
            (Some(libc::EACCES | libc::EPERM), ..)
            | (None, true, 3, 9 | 10 | 13)
            | (None, false, 1, 1 | 5 | 6) => Unreachable::Prohibited,
            (None, true, 11, 0) | (None, false, 3, 0) => Unreachable::HopLimit,
            _ => Unreachable::Other { kind, code },
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_request_is_what_the_wire_wants() {
        let echo = Echo { id: 0x1234, sequence: 7, payload: b"abc" };
        let bytes = echo.request(true);
        // A receiver sums all words with the checksum and must find zero (RFC 1071).
        assert_eq!((bytes[0], checksum(&bytes)), (8, 0));
        assert_eq!(Echo::quoted(&bytes, true), Some(echo));
        assert_eq!(Echo::reply(&bytes, true), None, "an own request on loopback is no reply");
        assert_eq!(echo.request(false)[..4], [128, 0, 0, 0]);
    }

    #[rstest]
    #[case::the_rfcs_example(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7], !0xddf2)]
    #[case::an_odd_length(&[0x00, 0x01, 0xf2], !0xf201)]
    #[case::nothing(&[], 0xffff)]
    fn checksums(#[case] bytes: &[u8], #[case] sum: u16) {
        assert_eq!(checksum(bytes), sum);
    }

    #[rstest]
    #[case::empty(&[])]
    #[case::cut_in_the_header(&[0, 0, 0, 0, 0x12, 0x34, 0])]
    #[case::another_type(&[3, 0, 0, 0, 0, 0, 0, 0])]
    #[case::a_code_that_echo_has_not(&[0, 1, 0, 0, 0, 0, 0, 0])]
    fn no_reply(#[case] bytes: &[u8]) {
        assert_eq!(Echo::reply(bytes, true), None);
    }

    #[rstest]
    #[case::plain(&[0x45; 21], Some(1))]
    #[case::with_options(&[0x46; 30], Some(6))]
    #[case::cut(&[0x45; 19], None)]
    #[case::a_header_too_short(&[0x44; 40], None)]
    #[case::another_version(&[0x65; 40], None)]
    #[case::empty(&[], None)]
    fn the_ip_header_is_left_off(#[case] bytes: &[u8], #[case] rest: Option<usize>) {
        assert_eq!(behind_ip_header(bytes).map(<[u8]>::len), rest);
    }

    #[rstest]
    #[case::host(true, None, 3, 1, Unreachable::Host)]
    #[case::port(true, None, 3, 3, Unreachable::Port)]
    #[case::filtered(true, None, 3, 13, Unreachable::Prohibited)]
    #[case::too_big(true, None, 3, 4, Unreachable::TooBig { mtu: Some(1400) })]
    #[case::expired(true, None, 11, 0, Unreachable::HopLimit)]
    #[case::reassembly_is_something_else(true, None, 11, 1, Unreachable::Other { kind: 11, code: 1 })]
    #[case::v6_no_route(false, None, 1, 0, Unreachable::Net)]
    #[case::v6_filtered(false, None, 1, 1, Unreachable::Prohibited)]
    #[case::v6_port(false, None, 1, 4, Unreachable::Port)]
    #[case::v6_too_big(false, None, 2, 0, Unreachable::TooBig { mtu: Some(1400) })]
    #[case::v6_expired(false, None, 3, 0, Unreachable::HopLimit)]
    #[case::own_link(true, Some(libc::EMSGSIZE), 0, 0, Unreachable::TooBig { mtu: Some(1400) })]
    #[case::own_neighbour(false, Some(libc::EHOSTUNREACH), 0, 0, Unreachable::Host)]
    fn what_errors_mean(
        #[case] v4: bool,
        #[case] errno: Option<i32>,
        #[case] kind: u8,
        #[case] code: u8,
        #[case] meant: Unreachable,
    ) {
        assert_eq!(Told { v4, errno, kind, code, info: 1400, from: None }.code(), meant);
    }

    #[test]
    fn an_mtu_of_zero_is_unknown() {
        let told = Told { v4: true, errno: None, kind: 3, code: 4, info: 0, from: None };
        assert_eq!(told.code(), Unreachable::TooBig { mtu: None });
    }
}
