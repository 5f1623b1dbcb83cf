//! Path MTU: the largest packet that arrives whole, and whether too large ones are told or just vanish.
//!
//! A path that drops what is too big without saying so (a black hole, RFC 2923) lets small packets through and hangs
//! large transfers; it is what this is for.

mod strategy;

use std::{net::IpAddr, time::Duration};

use serde::Serialize;

use crate::{Bind, Method, ProbeError, path::icmp::IcmpNet};

/// What a path carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathMtu {
    /// Where it leads.
    pub target: IpAddr,
    /// How it was asked.
    pub method: Method,
    /// Bytes of the largest IP packet that arrived; none if not even the smallest did.
    pub mtu: Option<u16>,
    /// What limits it.
    pub limit: Limit,
}

/// What limits the size of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The target does not answer at all, so nothing can be said.
    NoAnswer,
    /// This machine's own interface.
    OwnInterface,
    /// A router, which says so.
    Router {
        /// Which one.
        from: IpAddr,
    },
    /// Larger packets vanish, and nobody says so: large transfers will hang.
    BlackHole,
    /// Everything that was tried arrived.
    None,
}

/// Finds the path MTU. Only ICMP echo can tell that a packet arrived, so this needs a socket for it.
pub async fn path_mtu(target: IpAddr, bind: &Bind, timeout: Duration) -> Result<PathMtu, ProbeError> {
    let Some(mut net) = IcmpNet::open(target, bind, timeout, true)? else {
        return Err(ProbeError::NotPermitted {
            operation: "find the path MTU",
            target: target.to_string(),
            mend: "it needs net.ipv4.ping_group_range for this group, or CAP_NET_RAW",
        });
    };
    let method = net.method();
    let smallest = if target.is_ipv4() { strategy::SMALLEST_V4 } else { strategy::SMALLEST_V6 };
    let (mtu, limit) = strategy::run(&mut net, smallest).await?;
    Ok(PathMtu { target, method, mtu, limit })
}
