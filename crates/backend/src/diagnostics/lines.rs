//! A trace as traceroute prints it, and with what this server's own tables know of each hop.

use std::{fmt::Write, net::IpAddr};

use domain::diagnostics::{EnrichedHop, EnrichedTrace, Traceroute, is_spike};
use probe::trace::{End, Hop, Trace};

use super::probing::ms;
use crate::{AppState, providers::Providers};

/// The name of the tool: this program, and how it asked.
fn tool(trace: &Trace) -> String {
    format!("steadyline by {}", trace.method)
}

/// ` 3  192.0.2.1  1.234 ms  1.300 ms  *`
fn line(hop: &Hop) -> String {
    // Writing to a text cannot fail.
    let mut line = format!("{:2}", hop.ttl);
    let mut last = None;
    for answer in &hop.answers {
        if last != Some(answer.from) {
            let _ = write!(line, "  {}", answer.from);
            last = Some(answer.from);
        }
        let _ = write!(line, "  {:.3} ms", ms(answer.rtt));
    }
    let silent = usize::from(hop.sent).saturating_sub(hop.answers.len());
    line + &"  *".repeat(silent)
}

/// How it ended, in words.
fn end(trace: &Trace) -> String {
    match trace.end {
        End::Reached => "The target answered.".to_owned(),
        End::Stopped(code) => format!("It goes no further: {code}."),
        End::Silent => "Nobody behind this answers; many networks keep silent though all is well.".to_owned(),
        End::TooFar => "The target is farther than 30 hops.".to_owned(),
    }
}

pub(super) fn plain(host: String, trace: &Trace) -> Traceroute {
    let hops: Vec<String> = trace.hops.iter().map(line).collect();
    Traceroute {
        host,
        tool: tool(trace),
        raw: hops.join("\n"),
        success: trace.end == End::Reached,
        hop_count: hops.len(),
        hops,
        end: end(trace),
    }
}

/// Who answered at a hop: the first, where several did.
fn who(hop: &Hop) -> Option<IpAddr> {
    hop.answers.first().map(|answer| answer.from)
}

pub(super) fn enriched_trace(host: String, trace: &Trace, state: &AppState) -> EnrichedTrace {
    let hops = enriched(trace, &state.providers);
    EnrichedTrace {
        host,
        tool: tool(trace),
        total_hops: hops.len(),
        responding: hops.iter().filter(|hop| !hop.timeout).count(),
        final_rtt_ms: hops.last().and_then(|hop| hop.rtt_ms).filter(|_| trace.end == End::Reached),
        hops,
        end: end(trace),
        checked_at: state.clock.now(),
    }
}

fn enriched(trace: &Trace, providers: &Providers) -> Vec<EnrichedHop> {
    let mut before = None;
    let mut hops = Vec::with_capacity(trace.hops.len());
    for hop in &trace.hops {
        let ip = who(hop);
        let network = ip.and_then(|ip| providers.find(ip));
        let rtts: Vec<f64> = hop.answers.iter().map(|answer| ms(answer.rtt)).collect();
        let rtt_ms = rtts.iter().copied().min_by(f64::total_cmp);
        let name = network.as_ref().map(|network| network.name.clone());
        hops.push(EnrichedHop {
            hop: hop.ttl,
            ip,
            timeout: ip.is_none(),
            rtt_ms,
            rtts,
            loss_percent: (hop.loss() * 1000.0).round() / 10.0,
            raw: line(hop),
            asn: network.and_then(|network| network.asn).map(|asn| format!("AS{asn}")),
            org: name.clone(),
            isp: name,
            country: None,
            city: None,
            latency_spike: is_spike(before, rtt_ms),
        });
        before = rtt_ms.or(before);
    }
    hops
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use probe::{Method, trace::HopAnswer};

    use super::*;
    use crate::config::Config;

    fn trace() -> Trace {
        let hop = |ttl, answers: &[([u8; 4], u64)]| Hop {
            ttl,
            sent: 3,
            answers: answers
                .iter()
                .map(|(from, ms)| HopAnswer { from: (*from).into(), rtt: Duration::from_millis(*ms) })
                .collect(),
        };
        let (a, b) = ([192, 0, 2, 1], [192, 0, 2, 2]);
        let hops = vec![hop(1, &[(a, 2), (a, 1), (a, 3)]), hop(2, &[]), hop(3, &[(b, 60), (a, 61)])];
        Trace { target: b.into(), method: Method::Udp, hops, end: End::Reached }
    }

    #[test]
    fn lines_are_traceroutes() {
        let plain = plain("example.com".into(), &trace());
        assert_eq!(
            plain.hops,
            [
                " 1  192.0.2.1  2.000 ms  1.000 ms  3.000 ms",
                " 2  *  *  *",
                " 3  192.0.2.2  60.000 ms  192.0.2.1  61.000 ms  *"
            ]
        );
        assert_eq!((plain.hop_count, plain.success, plain.tool.as_str()), (3, true, "steadyline by UDP"));
    }

    #[test]
    fn a_spike_is_against_the_last_hop_that_answered() {
        let hops = enriched(&trace(), &Providers::load(&Config::default().providers).unwrap());
        let seen: Vec<_> = hops.iter().map(|hop| (hop.timeout, hop.rtt_ms, hop.latency_spike)).collect();
        assert_eq!(seen, [(false, Some(1.0), false), (true, None, false), (false, Some(60.0), true)]);
        assert_eq!((hops[1].loss_percent, hops[2].loss_percent), (100.0, 33.3));
    }
}
