//! What traceroute and path MTU share: numbered probes of a TTL and a size, and who answers them.
//!
//! The strategies ([`crate::trace`], [`crate::mtu`]) are pure loops over [`Net`] and ask no clock: the net says when
//! nothing more will come. Tests give them a simulated net; [`icmp::IcmpNet`] and [`udp::UdpNet`] are the real ones.

pub(crate) mod icmp;
pub(crate) mod udp;

#[cfg(test)]
pub(crate) mod sim;

use std::{net::IpAddr, time::Duration};

use crate::{ProbeError, Unreachable};

/// A probe that shall be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// Its number; each is used once.
    pub number: u16,
    /// Hops that it may go.
    pub ttl: u8,
    /// Bytes of the whole IP packet.
    pub size: u16,
}

/// What came for a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Of the probe.
    pub number: u16,
    /// Who answered.
    pub from: IpAddr,
    /// After which time.
    pub rtt: Duration,
    /// What it says.
    pub says: Says,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// The probe arrived at the target.
    Arrived,
    /// Its hops were used up here.
    Expired,
    /// It cannot go on from here.
    Stopped(Unreachable),
}

/// The network, as far as a strategy sees it.
pub(crate) trait Net {
    /// Sends a probe; `Some` where this machine itself says why it cannot go.
    async fn send(&mut self, probe: Probe) -> Result<Option<Unreachable>, ProbeError>;

    /// The next answer; `None` when the time for an answer to the last probe is over.
    async fn next(&mut self) -> Result<Option<Answer>, ProbeError>;
}

/// Length of an IP header without options.
pub(crate) fn ip_header(v4: bool) -> u16 {
    if v4 { 20 } else { 40 }
}
