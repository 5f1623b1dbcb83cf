//! ICMP echo, IPv4 and IPv6, or the nearest thing that is allowed here.
//!
//! A datagram socket needs no right where `net.ipv4.ping_group_range` holds the program's group; a raw one needs
//! `CAP_NET_RAW`; where neither is, a TCP connection to 443 or 80 answers the same question, and is named so. This is
//! our own and not surge-ping: kernel stamps, the error queue (an "unreachable" without a right) and one socket for all
//! targets of an interface are the point, and that crate has none of the three.

pub(crate) mod open;
pub(crate) mod packet;
mod socket;
pub(crate) mod waiting;

#[cfg(test)]
mod tests;

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use socket::EchoSocket;

use crate::{Bind, ProbeError, Probed, tcp};

/// Ports of the fallback, the likelier first.
const FALLBACK_PORTS: [u16; 2] = [443, 80];

/// Echoes through one door: one socket per family for all targets, opened at the first need.
pub struct Pinger {
    bind: Bind,
    v4: Mutex<Way>,
    v6: Mutex<Way>,
}

/// What a family's echoes go by.
#[derive(Clone, Default)]
enum Way {
    #[default]
    Unopened,
    Icmp(Arc<EchoSocket>),
    Tcp,
}

impl Pinger {
    /// Nothing is opened yet, so this cannot fail. Wants a tokio runtime when it is used.
    pub fn new(bind: Bind) -> Self {
        Self { bind, v4: Mutex::default(), v6: Mutex::default() }
    }

    /// The door.
    pub fn bind(&self) -> &Bind {
        &self.bind
    }

    /// One echo. Any number may run at the same time; dropping the future forgets the echo.
    pub async fn ping(&self, target: IpAddr, timeout: Duration) -> Result<Probed, ProbeError> {
        let Way::Icmp(socket) = self.way(target)? else {
            return tcp::echo(target, &FALLBACK_PORTS, &self.bind, timeout).await;
        };
        let echoed = socket.echo(target, timeout).await;
        let silent = !matches!(&echoed, Ok(outcome) if outcome.is_answer());
        if silent && socket.is_stale(&self.bind) {
            // The next one opens a new socket, or says that the interface is gone.
            self.close(target, &socket);
        }
        Ok(Probed { method: socket.method(), outcome: echoed? })
    }

    fn way(&self, target: IpAddr) -> Result<Way, ProbeError> {
        let mut way = self.slot(target).lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*way, Way::Unopened) {
            *way = EchoSocket::open(target, &self.bind)?.map_or(Way::Tcp, |socket| Way::Icmp(socket.into()));
        }
        Ok(way.clone())
    }

    /// Closes a family's socket, unless another one is there already.
    fn close(&self, target: IpAddr, stale: &Arc<EchoSocket>) {
        let mut way = self.slot(target).lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(&*way, Way::Icmp(socket) if Arc::ptr_eq(socket, stale)) {
            *way = Way::Unopened;
        }
    }

    fn slot(&self, target: IpAddr) -> &Mutex<Way> {
        if target.is_ipv4() { &self.v4 } else { &self.v6 }
    }
}

impl fmt::Debug for Pinger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pinger").field("bind", &self.bind).finish_non_exhaustive()
    }
}
