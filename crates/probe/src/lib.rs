//! Measuring the network: sockets and what the kernel says of them. No database, no HTTP server.
//!
//! Every probe answers a [`Probed`]: an [`Outcome`] (what the network did, a time-out among it) and the [`Method`] that
//! was really used. An `Err` ([`ProbeError`]) means that the probe itself could not be made: no right, no interface.
//! A missing route or a link that is down is an outcome, since that is just what an uplink is watched for.

#![warn(missing_docs)]

mod bind;
mod error;
mod outcome;
mod path;
mod sys;

pub mod cli;
pub mod clock;
pub mod dns;
pub mod https;
pub mod icmp;
pub mod link;
pub mod mtu;
pub mod resolve;
pub mod sweep;
pub mod tcp;
pub mod tcp_info;
pub mod tls;
pub mod trace;
pub mod train;

#[cfg(test)]
mod test_server;

pub use bind::Bind;
pub use error::ProbeError;
pub use icmp::Pinger;
pub use outcome::{Method, Outcome, Probed, Unreachable};
pub use tcp_info::{TcpInfo, congestion, set_congestion, tcp_info};
