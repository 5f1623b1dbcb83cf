//! ICMP echo, or the nearest thing that is allowed here.

use std::{net::IpAddr, time::Duration};

use crate::{Bind, ProbeError, Probed, tcp};

/// Ports of the fallback, the likelier first.
const FALLBACK_PORTS: [u16; 2] = [443, 80];

/// Echoes through one door: one socket per family for all targets, opened at the first need.
#[derive(Debug)]
pub struct Pinger {
    bind: Bind,
}

impl Pinger {
    /// Nothing is opened yet, so this cannot fail. Wants a tokio runtime when it is used.
    pub fn new(bind: Bind) -> Self {
        Self { bind }
    }

    /// One echo. Any number may run at the same time; dropping the future forgets the echo.
    pub async fn ping(&self, target: IpAddr, timeout: Duration) -> Result<Probed, ProbeError> {
        tcp::echo(target, &FALLBACK_PORTS, &self.bind, timeout).await
    }
}
