//! A small internet on one machine, for tests and benches: homes behind access links of known rate, queue, delay and
//! loss, one provider's router, and one server.
//!
//! ```text
//! resident ──veth── home router ══tbf up══▶ provider ──TUN relay (delay)── server
//!                               ◀══tbf down══
//! ```
//!
//! Each box is a network namespace; forwarding, TTL and MTU are the kernel's own. The rate is `tbf` on the two ends of
//! the access link (never on the resident's own interface: there TCP small queues would hide the queue), loss is
//! nftables' `numgen random` at the provider, and the delay is a relay between two TUN devices, since netem is not in
//! every kernel. Segmentation offload is off on each veth, so that `tbf` counts frames as a wire would carry them:
//! 1514 bytes for 1448 bytes of TCP payload.
//!
//! A [`Chain`] is another shape: a row of routers, for probes that look at the hops of a path; a [`Fan`] is many rows; a
//! [`Town`] a third: homes of several providers, for the building check.
//!
//! On a chain a [`Watched`] machine has its line watched by the program itself; a [`Story`] does things to it and says
//! what must be told of them.
//!
//! Root is needed: [`Lab::build`] answers [`LabError::NotRoot`] without it, and tests skip with that message.
//! Namespaces are named by the process that made them, deleted on drop, and those of dead processes at the next start.

mod chain;
mod fan;
mod lab;
mod light_test;
mod relay;
mod run;
mod scenario;
mod shape;
mod story;
mod sys;
mod town;
mod watched;

pub mod gauge;
pub mod product;

pub use chain::Chain;
pub use fan::Fan;
pub use lab::{Lab, SERVER, require_root};
pub use run::LabError;
pub use scenario::{Home, Scenario};
pub use shape::payload_mbit;
pub use story::Story;
pub use town::{TOWN_SERVER, Town, TownProvider};
pub use watched::Watched;
