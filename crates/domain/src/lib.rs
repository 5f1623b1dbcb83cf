//! The shared language of Steadyline: wire types, the list of endpoints, and every rule.
//!
//! No I/O and no clock: time and chance come in as arguments, so each rule is a table test. Browser and
//! server run the same functions; the server always recomputes and never trusts a sent grade.

pub mod admin;
pub mod bgp;
pub mod buildings;
pub mod canary;
pub mod diagnostics;
pub mod endpoint;
pub mod endpoints;
pub mod error;
pub mod evidence;
pub mod histogram;
pub mod history;
pub mod isps;
pub mod live;
pub mod loss;
pub mod me;
pub mod measurements;
pub mod overlay;
pub mod privacy;
pub mod providers;
pub mod public_target;
pub mod self_health;
pub mod service;
pub mod speed_tests;
pub mod stats;
pub mod uplinks;
pub mod verdict;

pub use endpoint::{Endpoint, EndpointInfo, Method};
pub use error::{ApiError, ErrorCode};
