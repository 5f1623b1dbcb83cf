//! Diagnostics: what a resident may have this server probe, and what the answers mean.
//!
//! Flow: a query names a [`crate::public_target::PublicTarget`] (or nobody: then the operator's named targets) → probes
//! by sockets in `backend` → the types here, with their words. Surprise: a port of a third party is never probed but
//! those of TLS, and what the server measured is of the server's line, never of the resident's.

mod dns_leak;
mod endpoints;
mod families;
mod loss;
mod loss_runs;
mod names;
mod path;
mod ports;
mod queries;
mod reach;
mod stream;
mod throttle;
mod tls;
mod usage;

pub use dns_leak::{DnsLeak, DnsLeakQuery, DnsNames, ResolverKind, SeenResolver, dns_leak};
pub use endpoints::*;
pub use families::{FamilyCheck, Ipv6Check, families_verdict};
pub use loss::{JitterReport, JitterWord, PacketLossReport, jitter_report, jitter_word};
pub use loss_runs::{LossHistoryQuery, LossPoint, LossRun, LossRunOrder, SuitableFor};
pub use names::{
    DnsTest, DnsTestResult, DnsTiming, DnsTimingResult, DnsTransport, dns_test, dns_timing, is_name,
};
pub use path::{EnrichedHop, EnrichedTrace, MtuLimit, MtuReport, Traceroute, is_spike, mtu_report};
pub use ports::{OpenPort, PORTS, PortScan, RiskLevel, RiskyPort, port_scan};
pub use queries::{
    DnsTestQuery, DnsTimingQuery, JitterQuery, MtuQuery, MultiPingQuery, PacketLossQuery, Resolvers, Targets,
    TlsProbeQuery, TracerouteQuery,
};
pub use reach::{
    Connectivity, DiagnosedTarget, Diagnostics, MultiPing, MultiRegion, PingedHost, Region, diagnostics,
    multi_ping, multi_region,
};
pub use stream::{LossAndJitter, StreamQuery, Test, TestPhase, TestResult, TestStep, Tests, Towards};
pub use throttle::{Fetched, MIN_ROUNDS, ThrottleProbe, ThrottleQuery, ThrottleReport, throttle_report};
pub use tls::{TLS_PORTS, TlsCertificate, TlsProbe};
pub use usage::{NetworkUsage, UsingProgram};

use crate::stats::{mean, round};

/// The mean of what answered, to a hundredth; none where nothing did.
fn mean_of(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    mean(&values.flatten().collect::<Vec<_>>()).map(|mean| round(mean, 2))
}
