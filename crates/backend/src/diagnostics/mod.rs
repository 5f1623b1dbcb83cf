//! Diagnostics: probes that a resident may start, made from this server.
//!
//! Flow: a query whose hosts are `PublicTarget`s (a private one is not readable) → `desk` (switched on? a place free?
//! asked already?) → `names` (the addresses are judged again, and the judged one is connected to) → a probe →
//! `domain::diagnostics` for the words. Redirects are never followed.
//!
//! Threats: a request forged through this server (into its network, to itself, to a cloud's metadata), a scan of third
//! parties, a flood towards one target, names that resolve differently the second time. Bounds, whoever asks: so many
//! probes at once (`diagnostics.max_concurrent`), four of one address, 25 s each, at most 100 echoes, one answer of the
//! same question in ten seconds, a thousand kept answers; the per-minute limits count before.

mod api;
mod desk;
mod lines;
mod loss_runs;
mod named;
mod names;
mod ports;
mod probing;
mod resolvers;
mod stream;
mod throttle;
mod usage;
mod zone;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub use desk::Desk;
pub use loss_runs::all_kept;
pub use zone::{Zone, serve as serve_zone};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::check_dns_leak))
        .routes(routes!(api::check_ipv6))
        .routes(routes!(api::create_dns_names))
        .routes(routes!(api::detect_throttling))
        .routes(routes!(api::get_diagnostics))
        .routes(routes!(api::get_multi_region))
        .routes(routes!(api::get_network_usage))
        .routes(routes!(api::ping_many))
        .routes(routes!(api::probe_jitter))
        .routes(routes!(api::probe_mtu))
        .routes(routes!(api::probe_packet_loss))
        .routes(routes!(api::probe_tls))
        .routes(routes!(api::scan_ports))
        .routes(routes!(api::test_dns))
        .routes(routes!(api::time_dns))
        .routes(routes!(api::trace_route))
        .routes(routes!(api::trace_route_enriched))
        .routes(routes!(loss_runs::list_packet_loss))
        .routes(routes!(loss_runs::run_packet_loss))
        .routes(routes!(stream::stream_diagnostics))
}
