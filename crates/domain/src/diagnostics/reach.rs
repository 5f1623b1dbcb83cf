//! Who answers at all: the operator's named targets and places, and hosts that a person names.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::mean_of;

/// How much of what was asked answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Connectivity {
    /// All.
    Full,
    /// Some.
    Partial,
    /// Nobody.
    None,
}

/// The answer of `GET /api/diagnostics`: this server's own line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnostics {
    /// How many answered, in a word.
    pub connectivity: Connectivity,
    /// How many answered.
    pub reachable: usize,
    /// How many were asked.
    pub total_targets: usize,
    /// Mean of their whole answers; null where nobody answered.
    pub avg_latency_ms: Option<f64>,
    /// One by one.
    pub targets: Vec<DiagnosedTarget>,
    /// When they were asked.
    pub checked_at: DateTime<Utc>,
}

/// One named target by HTTPS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiagnosedTarget {
    /// The operator's name for it.
    pub name: String,
    /// Name or address.
    pub host: String,
    /// Whether an HTTP answer came, whatever it says.
    pub reachable: bool,
    /// How long its name took to resolve; null: it is an address, or has none.
    pub dns_ms: Option<f64>,
    /// Connect, TLS and first byte.
    pub http_ms: Option<f64>,
    /// The HTTP status.
    pub status_code: Option<u16>,
    /// Why it is not reachable.
    pub error: Option<String>,
}

/// The sum of what was found.
pub fn diagnostics(targets: Vec<DiagnosedTarget>, checked_at: DateTime<Utc>) -> Diagnostics {
    let reachable = targets.iter().filter(|target| target.reachable).count();
    Diagnostics {
        connectivity: match reachable {
            0 => Connectivity::None,
            some if some < targets.len() => Connectivity::Partial,
            _ => Connectivity::Full,
        },
        reachable,
        total_targets: targets.len(),
        avg_latency_ms: mean_of(targets.iter().map(|target| target.http_ms)),
        targets,
        checked_at,
    }
}

/// The answer of `GET /api/multi-region`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MultiRegion {
    /// The operator's places, in the order configured.
    pub regions: Vec<Region>,
    /// Mean of those that answered.
    pub avg_latency_ms: Option<f64>,
    /// How many answered.
    pub reachable_count: usize,
    /// How many were asked.
    pub total: usize,
    /// When they were asked.
    pub checked_at: DateTime<Utc>,
}

/// One named place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Region {
    /// The operator's name for it.
    pub name: String,
    /// What was asked.
    pub url: String,
    /// Where it stands, as the operator says; null: nowhere in particular (anycast).
    pub region: Option<String>,
    /// TCP connect: one round trip.
    pub latency_ms: Option<f64>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// Whether an HTTP answer came.
    pub reachable: bool,
}

/// The sum of what was found.
pub fn multi_region(regions: Vec<Region>, checked_at: DateTime<Utc>) -> MultiRegion {
    MultiRegion {
        avg_latency_ms: mean_of(regions.iter().map(|region| region.latency_ms.filter(|_| region.reachable))),
        reachable_count: regions.iter().filter(|region| region.reachable).count(),
        total: regions.len(),
        regions,
        checked_at,
    }
}

/// The answer of `GET /api/multi-ping`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MultiPing {
    /// In the order asked.
    pub results: Vec<PingedHost>,
    /// How many answered.
    pub reachable_count: usize,
    /// How many did not.
    pub unreachable_count: usize,
    /// The host with the shortest round trip.
    pub fastest_host: Option<String>,
    /// Mean of those that answered.
    pub avg_rtt_ms: Option<f64>,
}

/// One host of a multi-ping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PingedHost {
    /// As asked.
    pub host: String,
    /// The address that was asked; null: the name has none.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub ip: Option<IpAddr>,
    /// The round trip.
    pub rtt_ms: Option<f64>,
    /// Whether it answered.
    pub reachable: bool,
    /// How it was really asked; null where it could not be.
    pub method: Option<String>,
}

/// The sum of what was found.
pub fn multi_ping(results: Vec<PingedHost>) -> MultiPing {
    let reachable_count = results.iter().filter(|host| host.reachable).count();
    let timed = results.iter().filter_map(|host| Some((host, host.rtt_ms?)));
    let fastest = timed.min_by(|(_, a), (_, b)| a.total_cmp(b));
    MultiPing {
        reachable_count,
        unreachable_count: results.len() - reachable_count,
        fastest_host: fastest.map(|(host, _)| host.host.clone()),
        avg_rtt_ms: mean_of(results.iter().map(|host| host.rtt_ms)),
        results,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn target(http_ms: Option<f64>) -> DiagnosedTarget {
        DiagnosedTarget {
            name: String::new(),
            host: String::new(),
            reachable: http_ms.is_some(),
            dns_ms: None,
            http_ms,
            status_code: None,
            error: None,
        }
    }

    #[rstest]
    #[case::all(&[Some(10.0), Some(20.0)], Connectivity::Full, Some(15.0))]
    #[case::some(&[Some(10.0), None], Connectivity::Partial, Some(10.0))]
    #[case::nobody(&[None, None], Connectivity::None, None)]
    #[case::nobody_asked(&[], Connectivity::None, None)]
    fn connectivity(#[case] times: &[Option<f64>], #[case] word: Connectivity, #[case] mean: Option<f64>) {
        let sum = diagnostics(times.iter().map(|ms| target(*ms)).collect(), DateTime::UNIX_EPOCH);
        assert_eq!((sum.connectivity, sum.avg_latency_ms), (word, mean));
    }

    #[test]
    fn the_fastest_answered() {
        let host = |name: &str, rtt_ms: Option<f64>| PingedHost {
            host: name.into(),
            ip: None,
            rtt_ms,
            reachable: rtt_ms.is_some(),
            method: None,
        };
        let sum = multi_ping(vec![host("a", None), host("b", Some(9.0)), host("c", Some(3.0))]);
        assert_eq!((sum.reachable_count, sum.unreachable_count), (2, 1));
        assert_eq!((sum.fastest_host.as_deref(), sum.avg_rtt_ms), (Some("c"), Some(6.0)));
        assert_eq!(multi_ping(Vec::new()).fastest_host, None);
    }
}
