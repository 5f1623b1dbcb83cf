//! The way to a target: its routers and the largest packet that it carries.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The answer of `GET /api/traceroute`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Traceroute {
    /// As asked.
    pub host: String,
    /// One line a hop, as traceroute prints it.
    pub hops: Vec<String>,
    /// By what it was made.
    pub tool: String,
    /// The lines as one text.
    pub raw: String,
    /// Whether the target answered.
    pub success: bool,
    /// How many hops.
    pub hop_count: usize,
    /// How it ended, in words.
    pub end: String,
}

/// The answer of `GET /api/traceroute/enriched`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrichedTrace {
    /// As asked.
    pub host: String,
    /// By what it was made.
    pub tool: String,
    /// How many hops.
    pub total_hops: usize,
    /// Of these, how many answered.
    pub responding: usize,
    /// The target's round trip; null: it did not answer.
    pub final_rtt_ms: Option<f64>,
    /// The nearest first.
    pub hops: Vec<EnrichedHop>,
    /// How it ended, in words.
    pub end: String,
    /// When it was asked.
    pub checked_at: DateTime<Utc>,
}

/// One hop with what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrichedHop {
    /// How far away.
    pub hop: u8,
    /// Who answered; null: nobody.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub ip: Option<IpAddr>,
    /// Whether nobody answered.
    pub timeout: bool,
    /// The shortest round trip.
    pub rtt_ms: Option<f64>,
    /// All round trips.
    pub rtts: Vec<f64>,
    /// Share of the probes without an answer; a router may also just not care to answer them all.
    pub loss_percent: f64,
    /// As traceroute prints it.
    pub raw: String,
    /// `AS64500`, by this server's own table.
    pub asn: Option<String>,
    /// The network's name.
    pub org: Option<String>,
    /// The same, as a provider.
    pub isp: Option<String>,
    /// Null: no table of places.
    pub country: Option<String>,
    /// Null: no table of places.
    pub city: Option<String>,
    /// Whether it takes 50 ms longer than the hop before.
    pub latency_spike: bool,
}

/// Longer than the hop before by so much is a long way, or a queue.
const SPIKE_MS: f64 = 50.0;

/// Whether a hop takes much longer than the last one that answered.
pub fn is_spike(before_ms: Option<f64>, here_ms: Option<f64>) -> bool {
    before_ms.zip(here_ms).is_some_and(|(before, here)| here - before >= SPIKE_MS)
}

/// The answer of `GET /api/diagnostics/mtu`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MtuReport {
    /// As asked.
    pub host: String,
    /// Bytes of the largest IP packet that arrived; null: the target does not answer.
    pub optimal_mtu: Option<u16>,
    /// Ethernet's.
    pub standard_mtu: u16,
    /// Whether something should be changed: only where large packets vanish without a word.
    pub needs_adjustment: bool,
    /// What limits it.
    pub limit: MtuLimit,
    /// In a sentence.
    pub recommendation: String,
    /// How it was asked.
    pub method: String,
}

/// What limits the size of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MtuLimit {
    /// The target does not answer.
    NoAnswer,
    /// This server's own interface.
    OwnInterface,
    /// A router that says so.
    Router,
    /// Larger packets vanish, and nobody says so.
    BlackHole,
    /// Everything that was tried arrived.
    None,
}

const STANDARD_MTU: u16 = 1500;

/// What a path's MTU means. (A smaller one that routers tell is found by every host by itself: RFC 1191, RFC 8201.)
pub fn mtu_report(host: String, mtu: Option<u16>, limit: MtuLimit, method: String) -> MtuReport {
    let fits = mtu.unwrap_or_default();
    let recommendation = match limit {
        MtuLimit::NoAnswer => {
            "The target does not answer echoes, so nothing can be said; choose another one.".to_owned()
        }
        MtuLimit::BlackHole => format!(
            "Packets above {fits} bytes vanish without a word: large transfers hang. Set the MTU of the router to \
             {fits}, or let it clamp the MSS, and let ICMP \"too big\" pass."
        ),
        MtuLimit::Router if fits < STANDARD_MTU => {
            format!("{fits} bytes fit, and routers say so: hosts find that by themselves. Nothing to do.")
        }
        _ => format!("{fits} bytes fit. Nothing to do."),
    };
    MtuReport {
        host,
        optimal_mtu: mtu,
        standard_mtu: STANDARD_MTU,
        needs_adjustment: limit == MtuLimit::BlackHole,
        limit,
        recommendation,
        method,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::ethernet(Some(1500), MtuLimit::OwnInterface, false, "Nothing to do")]
    #[case::pppoe(Some(1492), MtuLimit::Router, false, "by themselves")]
    #[case::black_hole(Some(1400), MtuLimit::BlackHole, true, "Set the MTU of the router to 1400")]
    #[case::silent(None, MtuLimit::NoAnswer, false, "choose another")]
    fn an_mtu_means(
        #[case] mtu: Option<u16>,
        #[case] limit: MtuLimit,
        #[case] act: bool,
        #[case] words: &str,
    ) {
        let report = mtu_report("a".into(), mtu, limit, "ICMP".into());
        assert_eq!((report.optimal_mtu, report.needs_adjustment), (mtu, act));
        assert!(report.recommendation.contains(words), "{}", report.recommendation);
    }

    #[rstest]
    #[case(Some(10.0), Some(60.0), true)]
    #[case(Some(10.0), Some(59.0), false)]
    #[case(None, Some(90.0), false)]
    #[case(Some(10.0), None, false)]
    fn spikes(#[case] before: Option<f64>, #[case] here: Option<f64>, #[case] spike: bool) {
        assert_eq!(is_spike(before, here), spike);
    }
}
