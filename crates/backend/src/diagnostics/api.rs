//! Handlers of the diagnostics.

use axum::{extract::State, response::Response};
use domain::diagnostics::{
    Diagnostics, DnsTest, DnsTestQuery, DnsTiming, DnsTimingQuery, EnrichedTrace, Ipv6Check, JitterQuery,
    JitterReport, MtuReport, MultiPing, MultiPingQuery, MultiRegion, NetworkUsage, PacketLossQuery,
    PacketLossReport, TlsProbe, TlsProbeQuery, Traceroute, TracerouteQuery, diagnostics, dns_test,
    dns_timing, families_verdict, multi_ping, multi_region,
};
use futures::future::join;

use super::{lines, named, probing, resolvers, usage};
use crate::{
    AppResult, AppState,
    http::{Admin, Caller, Json, Query},
};

/// Ask the operator's named targets by HTTPS.
#[utoipa::path(get, path = "/api/diagnostics", tag = "diagnostics", responses((status = 200, body = Diagnostics)))]
pub async fn get_diagnostics(State(state): State<AppState>, caller: Caller) -> AppResult<Response> {
    let asking = async { Ok(diagnostics(named::targets(&state).await, state.clock.now())) };
    state.diagnostics.answer(&caller, "targets".to_owned(), asking).await
}

/// Ask the operator's named places.
#[utoipa::path(get, path = "/api/multi-region", tag = "diagnostics", responses((status = 200, body = MultiRegion)))]
pub async fn get_multi_region(State(state): State<AppState>, caller: Caller) -> AppResult<Response> {
    let asking = async { Ok(multi_region(named::regions(&state).await, state.clock.now())) };
    state.diagnostics.answer(&caller, "regions".to_owned(), asking).await
}

/// The routers between this server and a host.
#[utoipa::path(get, path = "/api/traceroute", tag = "diagnostics", params(TracerouteQuery),
    responses((status = 200, body = Traceroute)))]
pub async fn trace_route(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<TracerouteQuery>,
) -> AppResult<Response> {
    let asking = async {
        let found = probing::find(&state, &query.host).await?;
        Ok(lines::plain(query.host.to_string(), &probing::trace_to(found.ip).await?))
    };
    state.diagnostics.answer(&caller, format!("trace {}", query.host), asking).await
}

/// The same with the network of each router.
#[utoipa::path(get, path = "/api/traceroute/enriched", tag = "diagnostics", params(TracerouteQuery),
    responses((status = 200, body = EnrichedTrace)))]
pub async fn trace_route_enriched(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<TracerouteQuery>,
) -> AppResult<Response> {
    let asking = async {
        let found = probing::find(&state, &query.host).await?;
        let trace = probing::trace_to(found.ip).await?;
        Ok(lines::enriched_trace(query.host.to_string(), &trace, &state))
    };
    state.diagnostics.answer(&caller, format!("enriched {}", query.host), asking).await
}

/// Whether this server has IPv4 and IPv6.
#[utoipa::path(get, path = "/api/ipv6-check", tag = "diagnostics", responses((status = 200, body = Ipv6Check)))]
pub async fn check_ipv6(State(state): State<AppState>, caller: Caller) -> AppResult<Response> {
    let asking = async {
        let (ipv4, ipv6) = join(named::family(&state, true), named::family(&state, false)).await;
        let (v4, v6) = (ipv4.reachable, ipv6.reachable);
        let verdict = families_verdict(v4, v6).to_owned();
        Ok(Ipv6Check { ipv4, ipv6, dual_stack: v4 && v6, verdict, checked_at: state.clock.now() })
    };
    state.diagnostics.answer(&caller, "families".to_owned(), asking).await
}

/// Ask each of the operator's resolvers for a name.
#[utoipa::path(get, path = "/api/dns-test", tag = "diagnostics", params(DnsTestQuery),
    responses((status = 200, body = DnsTest)))]
pub async fn test_dns(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<DnsTestQuery>,
) -> AppResult<Response> {
    let asking = async {
        let host = query.host.to_string();
        let results = resolvers::test(&state, &host).await?;
        Ok(dns_test(host, state.clock.now(), results))
    };
    state.diagnostics.answer(&caller, format!("dns {}", query.host), asking).await
}

/// Time resolvers by UDP, TCP and HTTPS.
#[utoipa::path(get, path = "/api/dns-timing", tag = "diagnostics", params(DnsTimingQuery),
    responses((status = 200, body = DnsTiming)))]
pub async fn time_dns(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<DnsTimingQuery>,
) -> AppResult<Response> {
    let named = query.resolvers.clone().map(String::from).unwrap_or_default();
    let asking = async { Ok(dns_timing(query.domain.to_string(), resolvers::time(&state, &query).await?)) };
    state.diagnostics.answer(&caller, format!("timing {} {named}", query.domain), asking).await
}

/// Look at the TLS of a host: version, chain, times.
#[utoipa::path(get, path = "/api/tls-probe", tag = "diagnostics", params(TlsProbeQuery),
    responses((status = 200, body = TlsProbe)))]
pub async fn probe_tls(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<TlsProbeQuery>,
) -> AppResult<Response> {
    let asking = async {
        let found = probing::find(&state, &query.host).await?;
        probing::tls_of(&state, &query, found).await
    };
    let question = format!("tls {} {}", query.host, query.wanted_port());
    state.diagnostics.answer(&caller, question, asking).await
}

/// Ask up to 20 hosts at once.
#[utoipa::path(get, path = "/api/multi-ping", tag = "diagnostics", params(MultiPingQuery),
    responses((status = 200, body = MultiPing)))]
pub async fn ping_many(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<MultiPingQuery>,
) -> AppResult<Response> {
    let question = format!("ping {}", String::from(query.hosts.clone()));
    let asking = async { Ok(multi_ping(named::hosts(&state, &query.hosts.0).await?)) };
    state.diagnostics.answer(&caller, question, asking).await
}

/// Loss between this server and a host, by a train of echoes.
#[utoipa::path(get, path = "/api/diagnostics/packet-loss", tag = "diagnostics", params(PacketLossQuery),
    responses((status = 200, body = PacketLossReport)))]
pub async fn probe_packet_loss(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<PacketLossQuery>,
) -> AppResult<Response> {
    let asking = async {
        let found = probing::find(&state, &query.host).await?;
        let train = probing::echoes(&state, found.ip, query.count, |_, _| ()).await?;
        Ok(probing::loss(query.host.to_string(), &train))
    };
    state.diagnostics.answer(&caller, format!("loss {} {}", query.host, query.count), asking).await
}

/// Jitter between this server and a host, by a train of echoes.
#[utoipa::path(get, path = "/api/diagnostics/jitter", tag = "diagnostics", params(JitterQuery),
    responses((status = 200, body = JitterReport)))]
pub async fn probe_jitter(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<JitterQuery>,
) -> AppResult<Response> {
    let asking = async {
        let found = probing::find(&state, &query.host).await?;
        let train = probing::echoes(&state, found.ip, query.samples, |_, _| ()).await?;
        Ok(probing::jitter(query.host.to_string(), &train))
    };
    state.diagnostics.answer(&caller, format!("jitter {} {}", query.host, query.samples), asking).await
}

/// The largest packet that arrives whole at a host.
#[utoipa::path(get, path = "/api/diagnostics/mtu", tag = "diagnostics", params(TracerouteQuery),
    responses((status = 200, body = MtuReport)))]
pub async fn probe_mtu(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<TracerouteQuery>,
) -> AppResult<Response> {
    let asking = async {
        let found = probing::find(&state, &query.host).await?;
        probing::path_mtu(query.host.to_string(), found.ip).await
    };
    state.diagnostics.answer(&caller, format!("mtu {}", query.host), asking).await
}

/// What uses this server's line (admin).
#[utoipa::path(get, path = "/api/network-usage", tag = "diagnostics", responses((status = 200, body = NetworkUsage)))]
pub async fn get_network_usage(State(state): State<AppState>, _: Admin) -> AppResult<Json<NetworkUsage>> {
    let now = state.clock.now();
    let looked = tokio::task::spawn_blocking(move || usage::look(now)).await;
    Ok(Json(looked.map_err(anyhow::Error::from)?))
}
