//! Requests per minute: per method and route template, per device and per address (/64 for IPv6).
//!
//! A page's own calls are not counted (its request already was); byte paths are not routed through here, since they
//! have caps of bytes, seconds and concurrency. Counts are this instance's own.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{ApiError, ErrorCode};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use http::{HeaderName, HeaderValue, Method};

use super::{caller::device_id, client::Client};
use crate::{AppError, AppState, config::LimitsConfig, crypto::DeviceHash};

/// Routes with a number of their own (api.md §0).
const SPECIAL: &[(&str, &str, u32)] = &[
    ("POST", "/api/test-now", 5),
    // Each asks an address.
    ("POST", "/api/buildings/{slug}/register", 5),
    ("POST", "/api/register", 5),
    ("GET", "/api/dns-test", 20),
    ("GET", "/api/dns-timing", 20),
    ("GET", "/api/multi-ping", 20),
    ("GET", "/api/multi-region", 20),
    ("GET", "/api/diagnostics", 20),
    ("GET", "/api/diagnostics/jitter", 20),
    ("GET", "/api/diagnostics/mtu", 20),
    ("GET", "/api/diagnostics/packet-loss", 20),
    ("GET", "/api/ipv6-check", 20),
    ("GET", "/api/tls-probe", 20),
    ("GET", "/api/traceroute", 20),
    ("GET", "/api/traceroute/enriched", 20),
];
/// Never counted: probes of a supervisor, and what counts by itself.
const FREE: &[&str] = &["/livez", "/readyz", "/health", "/api/health", "/metrics", "/api/metrics"];
/// Keys above which idle ones are swept.
const SWEEP_ABOVE: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    Device(DeviceHash),
    Network(u128),
}

type Counter =
    RateLimiter<(usize, Who), DefaultKeyedStateStore<(usize, Who)>, DefaultClock, StateInformationMiddleware>;

/// All counters: one a quota, keyed by route and asker.
pub struct Limits {
    enabled: bool,
    per_minute: NonZeroU32,
    counters: HashMap<u32, Counter>,
    routes: Mutex<HashMap<(Method, String), usize>>,
}

/// What a counted request may still do.
struct Left {
    limit: u32,
    remaining: u32,
    /// Seconds until the next one is allowed, when this one is not.
    wait_s: Option<u64>,
}

impl Limits {
    pub fn new(config: &LimitsConfig) -> Self {
        let quotas = SPECIAL.iter().map(|(.., quota)| *quota).chain([config.per_minute.get()]);
        let counter = |quota: u32| {
            let quota = Quota::per_minute(NonZeroU32::new(quota).unwrap_or(NonZeroU32::MIN));
            RateLimiter::keyed(quota).with_middleware()
        };
        let counters = quotas.map(|quota| (quota, counter(quota))).collect();
        Self { enabled: config.enabled, per_minute: config.per_minute, counters, routes: Mutex::default() }
    }

    fn check(&self, method: &Method, route: &str, askers: &[Who]) -> Left {
        let special = SPECIAL.iter().find(|(m, path, _)| *m == method.as_str() && *path == route);
        let quota = special.map_or(self.per_minute.get(), |(.., quota)| *quota);
        let mut left = Left { limit: quota, remaining: quota, wait_s: None };
        let Some(counter) = self.counters.get(&quota) else { return left };
        let route = self.number(method, route);
        for who in askers {
            match counter.check_key(&(route, *who)) {
                Ok(state) => left.remaining = left.remaining.min(state.remaining_burst_capacity()),
                Err(refused) => {
                    let wait = refused.wait_time_from(DefaultClock::default().now());
                    left.remaining = 0;
                    left.wait_s = left.wait_s.max(Some(wait.as_secs() + 1));
                }
            }
        }
        if counter.len() > SWEEP_ABOVE {
            counter.retain_recent();
        }
        left
    }

    /// A small number for a route; there are as many as the program has routes.
    fn number(&self, method: &Method, route: &str) -> usize {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let next = routes.len();
        *routes.entry((method.clone(), route.to_owned())).or_insert(next)
    }
}

/// One household's network: the address, or an IPv6 /64.
pub fn network(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits() & !u128::from(u64::MAX),
    }
}

pub(super) async fn count(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let (parts, body) = request.into_parts();
    let client = Client::of(&parts, &state.config.http);
    let Some(route) =
        route.filter(|route| state.limits.enabled && !client.in_process && !FREE.contains(&route.as_str()))
    else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let mut askers = vec![Who::Network(network(client.address))];
    if let Ok(Some(id)) = device_id(&parts) {
        askers.push(Who::Device(state.key.device(id)));
    }
    let left = state.limits.check(&parts.method, &route, &askers);
    let mut response = match left.wait_s {
        Some(wait_s) => {
            let why = format!("Too many requests; try again in {wait_s} s.");
            AppError::RetryAfter(ApiError::new(ErrorCode::TooMany, why), wait_s as u32).into_response()
        }
        None => next.run(Request::from_parts(parts, body)).await,
    };
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), HeaderValue::from(left.limit));
    headers.insert(HeaderName::from_static("x-ratelimit-remaining"), HeaderValue::from(left.remaining));
    headers
        .insert(HeaderName::from_static("x-ratelimit-reset"), HeaderValue::from(left.wait_s.unwrap_or(60)));
    response
}
