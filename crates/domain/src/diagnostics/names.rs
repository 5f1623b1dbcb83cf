//! Resolvers: who answers, how fast, and what to do about it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    public_target::{Host, PublicTarget},
    stats::significant,
};

/// Whether a target is a name that a resolver can be asked for.
pub fn is_name(target: &PublicTarget) -> bool {
    matches!(target.host(), Host::Name(_)) && target.port().is_none()
}

/// The answer of `GET /api/dns-test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DnsTest {
    /// The name that was asked for.
    pub host: String,
    /// When.
    pub tested_at: DateTime<Utc>,
    /// The operator's resolvers, each asked by UDP.
    pub results: Vec<DnsTestResult>,
    /// The fastest one's name; null: nobody answered.
    pub fastest: Option<String>,
    /// In a sentence.
    pub recommendation: String,
}

/// One resolver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DnsTestResult {
    /// The operator's name for it.
    pub name: String,
    /// Its address.
    pub ip: String,
    /// How long it took.
    pub latency_ms: Option<f64>,
    /// Whether it answered the question.
    pub ok: bool,
    /// Why not.
    pub error: Option<String>,
}

/// Compares resolvers by UDP.
pub fn dns_test(host: String, tested_at: DateTime<Utc>, results: Vec<DnsTestResult>) -> DnsTest {
    let times =
        results.iter().filter_map(|one| Some((one.name.as_str(), one.latency_ms.filter(|_| one.ok)?)));
    let (fastest, recommendation) = compare(times.collect());
    DnsTest { host, tested_at, results, fastest, recommendation }
}

/// How a resolver is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DnsTransport {
    /// By UDP.
    Udp,
    /// By TCP.
    Tcp,
    /// By HTTPS (RFC 8484).
    Doh,
}

/// The answer of `GET /api/dns-timing`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DnsTiming {
    /// The name that was asked for.
    pub domain: String,
    /// Each resolver by each of its transports.
    pub results: Vec<DnsTimingResult>,
    /// The fastest one's name.
    pub fastest_resolver: Option<String>,
    /// The slowest one's that answered.
    pub slowest_resolver: Option<String>,
    /// In a sentence.
    pub recommendation: String,
}

/// One resolver by one transport.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DnsTimingResult {
    /// Its name.
    pub name: String,
    /// How it was asked.
    pub transport: DnsTransport,
    /// Address and port, or the URL.
    pub address: String,
    /// The faster of two questions: the second finds the name in the resolver's memory.
    pub latency_ms: Option<f64>,
    /// The records, at most 10.
    pub answers: Vec<String>,
    /// Whether it answered with an address.
    pub success: bool,
    /// Whether nobody was faster.
    pub is_fastest: bool,
    /// Why it did not answer.
    pub error: Option<String>,
}

/// Compares resolvers by all transports.
pub fn dns_timing(domain: String, mut results: Vec<DnsTimingResult>) -> DnsTiming {
    let times: Vec<(String, f64)> = results
        .iter()
        .filter_map(|one| Some((one.name.clone(), one.latency_ms.filter(|_| one.success)?)))
        .collect();
    let best = times.iter().map(|(_, ms)| *ms).min_by(f64::total_cmp);
    let slowest = times.iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(name, _)| name.clone());
    for one in &mut results {
        one.is_fastest = one.success && best.is_some() && one.latency_ms == best;
    }
    let (fastest_resolver, recommendation) =
        compare(times.iter().map(|(name, ms)| (name.as_str(), *ms)).collect());
    DnsTiming { domain, results, fastest_resolver, slowest_resolver: slowest, recommendation }
}

/// Less than this is not felt, whatever the share (a page needs some ten names one after another at most).
const FELT_MS: f64 = 10.0;

fn compare(mut times: Vec<(&str, f64)>) -> (Option<String>, String) {
    times.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let (Some((fastest, best)), Some((slowest, worst))) = (times.first(), times.last()) else {
        let words = "No resolver answered this server: DNS may be blocked on its line, or the line is down.";
        return (None, words.to_owned());
    };
    let words = if worst - best < FELT_MS {
        format!("All that answered take about the same time from this server ({} ms).", significant(*best))
    } else {
        format!(
            "From this server {fastest} answers fastest ({} ms), {slowest} slowest ({} ms).",
            significant(*best),
            significant(*worst)
        )
    };
    (Some((*fastest).to_owned()), words)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn one(name: &str, latency_ms: Option<f64>) -> DnsTimingResult {
        DnsTimingResult {
            name: name.into(),
            transport: DnsTransport::Udp,
            address: String::new(),
            latency_ms,
            answers: Vec::new(),
            success: latency_ms.is_some(),
            is_fastest: false,
            error: None,
        }
    }

    #[rstest]
    #[case::nobody(&[None, None], None, "No resolver answered")]
    #[case::alike(&[Some(12.0), Some(20.0)], Some("0"), "about the same")]
    #[case::apart(&[Some(80.0), Some(9.0)], Some("1"), "1 answers fastest (9.0 ms), 0 slowest (80 ms)")]
    fn resolvers_are_compared(
        #[case] times: &[Option<f64>],
        #[case] fastest: Option<&str>,
        #[case] words: &str,
    ) {
        let results = times.iter().enumerate().map(|(i, ms)| one(&i.to_string(), *ms)).collect();
        let timing = dns_timing("example.com".into(), results);
        assert_eq!(timing.fastest_resolver.as_deref(), fastest);
        assert!(timing.recommendation.contains(words), "{}", timing.recommendation);
        assert_eq!(
            timing.results.iter().filter(|one| one.is_fastest).count(),
            usize::from(fastest.is_some())
        );
    }

    #[test]
    fn only_names_are_asked_for() {
        let name = |text: &str| is_name(&text.parse().unwrap());
        assert!(name("example.com") && !name("1.1.1.1") && !name("example.com:53"));
    }
}
