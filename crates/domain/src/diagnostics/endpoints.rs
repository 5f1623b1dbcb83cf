//! The endpoints of the diagnostics (api.md §5 and §13).

use super::{
    Diagnostics, DnsLeak, DnsLeakQuery, DnsNames, DnsTest, DnsTestQuery, DnsTiming, DnsTimingQuery,
    EnrichedTrace, Ipv6Check, JitterQuery, JitterReport, LossHistoryQuery, LossPoint, LossRun, LossRunOrder,
    MtuQuery, MtuReport, MultiPing, MultiPingQuery, MultiRegion, NetworkUsage, PacketLossQuery,
    PacketLossReport, PortScan, StreamQuery, TestStep, ThrottleQuery, ThrottleReport, TlsProbe,
    TlsProbeQuery, Traceroute, TracerouteQuery,
};
use crate::endpoint::{Endpoint, EndpointInfo};

/// The operator's named targets by HTTPS.
pub const GET_DIAGNOSTICS: Endpoint<(), Diagnostics> = Endpoint::get("get_diagnostics", "/api/diagnostics");
/// The operator's named places.
pub const GET_MULTI_REGION: Endpoint<(), MultiRegion> =
    Endpoint::get("get_multi_region", "/api/multi-region");
/// The routers on the way, as lines of text.
pub const TRACE_ROUTE: Endpoint<TracerouteQuery, Traceroute> =
    Endpoint::get("trace_route", "/api/traceroute");
/// The routers on the way, with their networks.
pub const TRACE_ROUTE_ENRICHED: Endpoint<TracerouteQuery, EnrichedTrace> =
    Endpoint::get("trace_route_enriched", "/api/traceroute/enriched");
/// Whether this server has IPv4 and IPv6.
pub const CHECK_IPV6: Endpoint<(), Ipv6Check> = Endpoint::get("check_ipv6", "/api/ipv6-check");
/// One name at each of the operator's resolvers.
pub const TEST_DNS: Endpoint<DnsTestQuery, DnsTest> = Endpoint::get("test_dns", "/api/dns-test");
/// One name at resolvers by each transport.
pub const TIME_DNS: Endpoint<DnsTimingQuery, DnsTiming> = Endpoint::get("time_dns", "/api/dns-timing");
/// Certificates, version and times of a TLS server.
pub const PROBE_TLS: Endpoint<TlsProbeQuery, TlsProbe> = Endpoint::get("probe_tls", "/api/tls-probe");
/// Up to 20 hosts at once.
pub const PING_MANY: Endpoint<MultiPingQuery, MultiPing> = Endpoint::get("ping_many", "/api/multi-ping");
/// A train of echoes: loss.
pub const PROBE_PACKET_LOSS: Endpoint<PacketLossQuery, PacketLossReport> =
    Endpoint::get("probe_packet_loss", "/api/diagnostics/packet-loss");
/// A train of echoes: jitter.
pub const PROBE_JITTER: Endpoint<JitterQuery, JitterReport> =
    Endpoint::get("probe_jitter", "/api/diagnostics/jitter");
/// The largest packet that arrives whole.
pub const PROBE_MTU: Endpoint<MtuQuery, MtuReport> = Endpoint::get("probe_mtu", "/api/diagnostics/mtu");
/// A train of echoes that is kept for the device.
pub const RUN_PACKET_LOSS: Endpoint<LossRunOrder, LossRun> =
    Endpoint::post("run_packet_loss", "/api/packet-loss/run");
/// The device's kept trains.
pub const LIST_PACKET_LOSS: Endpoint<LossHistoryQuery, Vec<LossPoint>> =
    Endpoint::get("list_packet_loss", "/api/packet-loss/history").of_device();
/// What uses this server's line (admin).
pub const GET_NETWORK_USAGE: Endpoint<(), NetworkUsage> =
    Endpoint::get("get_network_usage", "/api/network-usage");

/// Tests one after the other, told as they go (server-sent events).
pub const STREAM_DIAGNOSTICS: Endpoint<StreamQuery, TestStep> =
    Endpoint::get("stream_diagnostics", "/api/diagnostics/stream");
/// Which ports of the asking address are open.
pub const SCAN_PORTS: Endpoint<(), PortScan> = Endpoint::get("scan_ports", "/api/security/port-scan");

/// Names for a browser to look up, so that its resolver shows itself.
pub const CREATE_DNS_NAMES: Endpoint<(), DnsNames> =
    Endpoint::post("create_dns_names", "/api/diagnostics/dns-names");
/// Which resolvers asked for them.
pub const CHECK_DNS_LEAK: Endpoint<DnsLeakQuery, DnsLeak> =
    Endpoint::get("check_dns_leak", "/api/diagnostics/dns-leak");

/// Whether some kinds of traffic are slower than others on this server's line.
pub const DETECT_THROTTLING: Endpoint<ThrottleQuery, ThrottleReport> =
    Endpoint::get("detect_throttling", "/api/throttle/detect");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[
    GET_DIAGNOSTICS.info(),
    GET_MULTI_REGION.info(),
    TRACE_ROUTE.info(),
    TRACE_ROUTE_ENRICHED.info(),
    CHECK_IPV6.info(),
    TEST_DNS.info(),
    TIME_DNS.info(),
    PROBE_TLS.info(),
    PING_MANY.info(),
    PROBE_PACKET_LOSS.info(),
    RUN_PACKET_LOSS.info(),
    LIST_PACKET_LOSS.info(),
    PROBE_JITTER.info(),
    PROBE_MTU.info(),
    GET_NETWORK_USAGE.info(),
    STREAM_DIAGNOSTICS.info(),
    SCAN_PORTS.info(),
    DETECT_THROTTLING.info(),
    CREATE_DNS_NAMES.info(),
    CHECK_DNS_LEAK.info(),
];
