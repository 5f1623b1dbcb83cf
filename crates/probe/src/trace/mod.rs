//! Traceroute: which routers lie between here and a target, and how each answers.
//!
//! By ICMP echo where a socket for it is allowed, else by UDP, which needs no right: the kernel's error queue brings
//! the routers' answers to any program. trippy-core needs `CAP_NET_RAW` on Linux and has a flow of its own for each
//! probe by default; this is smaller than what it would bring along, and one code for both kinds of socket.

mod strategy;

use std::{net::IpAddr, time::Duration};

use serde::Serialize;

use crate::{
    Bind, Method, ProbeError, Unreachable,
    outcome::as_ms,
    path::{icmp::IcmpNet, udp::UdpNet},
};

/// How a path is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Hops at most.
    pub max_hops: u8,
    /// Probes to each hop.
    pub queries: u8,
    /// So many hops without an answer end it.
    pub silent_hops: u8,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl Default for Plan {
    /// 30 hops, three probes each, five silent hops, one second.
    fn default() -> Self {
        Self { max_hops: 30, queries: 3, silent_hops: 5, timeout: Duration::from_secs(1) }
    }
}

/// A path as it answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// Where it was to lead.
    pub target: IpAddr,
    /// How it was really asked.
    pub method: Method,
    /// Hop by hop, the nearest first.
    pub hops: Vec<Hop>,
    /// How it ended.
    pub end: End,
}

/// How a trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The target answered.
    Reached,
    /// A router, or this machine, said that it goes no further.
    Stopped(Unreachable),
    /// Too many hops in a row said nothing.
    Silent,
    /// As many hops as were allowed, and not there.
    TooFar,
}

/// One hop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hop {
    /// How far away.
    pub ttl: u8,
    /// Probes that were sent to it.
    pub sent: u8,
    /// What came back; several addresses are several ways.
    pub answers: Vec<HopAnswer>,
}

/// One answer of a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct HopAnswer {
    /// Who answered.
    pub from: IpAddr,
    /// After which time.
    #[serde(rename = "rtt_ms", serialize_with = "as_ms")]
    pub rtt: Duration,
}

impl Hop {
    /// Share of the probes without an answer; a router may also just not care to answer them all.
    pub fn loss(&self) -> f64 {
        1.0 - self.answers.len() as f64 / f64::from(self.sent.max(1))
    }
}

impl Trace {
    /// The farthest hop that answered: the fault lies behind it.
    pub fn deepest(&self) -> Option<&Hop> {
        self.hops.iter().rev().find(|hop| !hop.answers.is_empty())
    }
}

/// Asks the path to a target, by the best method that is allowed.
pub async fn trace(target: IpAddr, bind: &Bind, plan: Plan) -> Result<Trace, ProbeError> {
    match IcmpNet::open(target, bind, plan.timeout, false)? {
        Some(mut net) => {
            let method = net.method();
            let (hops, end) = strategy::run(&mut net, plan, strategy::ICMP_AT_ONCE).await?;
            Ok(Trace { target, method, hops, end })
        }
        None => trace_by_udp(target, bind, plan).await,
    }
}

/// The same by UDP, whatever is allowed; slower, since only one probe may be under way.
pub async fn trace_by_udp(target: IpAddr, bind: &Bind, plan: Plan) -> Result<Trace, ProbeError> {
    let mut net = UdpNet::open(target, bind, plan.timeout)?;
    let (hops, end) = strategy::run(&mut net, plan, 1).await?;
    Ok(Trace { target, method: Method::Udp, hops, end })
}
