//! Ports of the asking address, by TCP connects; never of anybody else.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::{
    ApiError, ErrorCode,
    diagnostics::{PORTS, PortScan, port_scan},
    public_target::{NotPublic, TargetRefused},
};
use futures::{StreamExt, stream};
use probe::{Bind, tcp};

use super::probing::broken;
use crate::{AppError, AppResult};

/// A port that is filtered costs it whole.
const PATIENCE: Duration = Duration::from_secs(1);
const AT_ONCE: usize = 5;

/// Tries each port of the list; `told` hears how many are done.
pub(super) async fn check(ip: IpAddr, mut told: impl FnMut(usize)) -> AppResult<PortScan> {
    let tries = PORTS.map(|(port, ..)| async move {
        let probed = tcp::connect(SocketAddr::new(ip, port), &Bind::default(), PATIENCE).await;
        probed.map(|probed| probed.outcome.is_answer().then_some(port))
    });
    let mut tries = stream::iter(tries).buffer_unordered(AT_ONCE);
    let (mut open, mut done) = (Vec::new(), 0);
    while let Some(port) = tries.next().await {
        open.extend(port.map_err(|error| broken(&error))?);
        done += 1;
        told(done);
    }
    Ok(port_scan(ip.to_string(), &open))
}

/// Why an asking address is not probed, for its owner.
pub(super) fn not_yours(why: TargetRefused) -> AppError {
    let words = match why {
        TargetRefused::OwnAddress => "You come from this server's own address, which is not probed.",
        TargetRefused::Address(NotPublic::Private) => {
            "You come from a private address; the operator can allow such to be probed (diagnostics.private_askers)."
        }
        _ => "The address that you come from is not one that can be probed.",
    };
    ApiError::new(ErrorCode::Invalid, words).into()
}
