//! Tests and what they found in the words of the page: what it means, and what to do next.

use domain::diagnostics::{
    DnsTiming, DnsTransport, EnrichedTrace, Ipv6Check, JitterWord, LossAndJitter, MtuLimit, MtuReport,
    PortScan, RiskLevel, Test, TestResult, TlsProbe, Towards,
};

use crate::{
    i18n::{Locale, td_string},
    ui::format,
};

pub fn name(lang: Locale, test: Test) -> &'static str {
    match test {
        Test::Loss => td_string!(lang, diagnose.loss),
        Test::Trace => td_string!(lang, diagnose.trace),
        Test::Mtu => td_string!(lang, diagnose.mtu),
        Test::Dns => td_string!(lang, diagnose.dns),
        Test::Tls => td_string!(lang, diagnose.tls),
        Test::Families => td_string!(lang, diagnose.families),
        Test::Ports => td_string!(lang, diagnose.ports),
    }
}

/// What was measured from where.
pub fn from(lang: Locale, towards: Towards) -> &'static str {
    match towards {
        Towards::Asker => td_string!(lang, diagnose.to_asker),
        Towards::Chosen => td_string!(lang, diagnose.to_chosen),
        Towards::Named => td_string!(lang, diagnose.to_named),
        Towards::Operators => td_string!(lang, diagnose.to_operators),
    }
}

pub fn transport(transport: DnsTransport) -> &'static str {
    match transport {
        DnsTransport::Udp => "UDP",
        DnsTransport::Tcp => "TCP",
        DnsTransport::Doh => "HTTPS",
    }
}

/// What a result means and what to do next.
pub fn meaning(lang: Locale, result: &TestResult) -> (String, String) {
    match result {
        TestResult::Loss(found) => loss(lang, found),
        TestResult::Trace(found) => trace(lang, found),
        TestResult::Mtu(found) => mtu(lang, found),
        TestResult::Dns(found) => dns(lang, found),
        TestResult::Tls(found) => tls(lang, found),
        TestResult::Families(found) => families(lang, found),
        TestResult::Ports(found) => ports(lang, found),
    }
}

/// Both as owned texts.
fn both(means: &str, next: &str) -> (String, String) {
    (means.to_owned(), next.to_owned())
}

fn loss(lang: Locale, found: &LossAndJitter) -> (String, String) {
    let nothing = td_string!(lang, diagnose.nothing_to_do);
    let lost = found.loss.packet_loss_percent;
    match found.jitter.quality {
        _ if found.loss.packets_received == 0 => {
            both(td_string!(lang, diagnose.loss_silent), td_string!(lang, diagnose.loss_silent_next))
        }
        _ if lost >= 1.0 => (
            td_string!(lang, diagnose.loss_lossy, share = format::said(lang, lost)),
            td_string!(lang, diagnose.loss_lossy_next).to_owned(),
        ),
        Some(JitterWord::Fair | JitterWord::Poor) => {
            both(td_string!(lang, diagnose.loss_unsteady), td_string!(lang, diagnose.loss_unsteady_next))
        }
        _ => both(td_string!(lang, diagnose.loss_good), nothing),
    }
}

fn trace(lang: Locale, found: &EnrichedTrace) -> (String, String) {
    let reached = found.final_rtt_ms.is_some();
    let spike = found.hops.iter().find(|hop| hop.latency_spike);
    match (reached, spike) {
        (true, Some(hop)) => (
            td_string!(lang, diagnose.trace_spike, hop = hop.hop),
            td_string!(lang, diagnose.trace_spike_next).to_owned(),
        ),
        (true, None) => (
            td_string!(lang, diagnose.trace_reached, n = found.total_hops),
            td_string!(lang, diagnose.nothing_to_do).to_owned(),
        ),
        (false, _) => {
            both(td_string!(lang, diagnose.trace_silent), td_string!(lang, diagnose.trace_silent_next))
        }
    }
}

fn mtu(lang: Locale, found: &MtuReport) -> (String, String) {
    let bytes = found.optimal_mtu.unwrap_or_default();
    match found.limit {
        MtuLimit::NoAnswer => {
            both(td_string!(lang, diagnose.mtu_silent), td_string!(lang, diagnose.mtu_silent_next))
        }
        MtuLimit::BlackHole => (
            td_string!(lang, diagnose.mtu_hole, n = bytes),
            td_string!(lang, diagnose.mtu_hole_next, n = bytes),
        ),
        MtuLimit::OwnInterface | MtuLimit::Router | MtuLimit::None => (
            td_string!(lang, diagnose.mtu_good, n = bytes),
            td_string!(lang, diagnose.nothing_to_do).to_owned(),
        ),
    }
}

/// A name that takes longer is felt at every new page (RFC 8305 waits 50 ms for the second family).
const SLOW_DNS_MS: f64 = 100.0;

fn dns(lang: Locale, found: &DnsTiming) -> (String, String) {
    let best = found.results.iter().find(|one| one.is_fastest);
    match best.and_then(|best| Some((best, best.latency_ms?))) {
        None => both(td_string!(lang, diagnose.dns_none), td_string!(lang, diagnose.dns_none_next)),
        Some((best, ms)) => {
            let time = format::said(lang, ms);
            let means = td_string!(lang, diagnose.dns_best, name = best.name.clone(), time = time);
            let next = if ms > SLOW_DNS_MS {
                td_string!(lang, diagnose.dns_slow_next)
            } else {
                td_string!(lang, diagnose.dns_next)
            };
            (means, next.to_owned())
        }
    }
}

/// Certificates are renewed a month before their end; two weeks before it, nobody did.
const SOON_DAYS: i64 = 14;

fn tls(lang: Locale, found: &TlsProbe) -> (String, String) {
    let host = found.host.clone();
    if !found.valid {
        let why = found.error.clone().unwrap_or_default();
        let means = td_string!(lang, diagnose.tls_bad, host = host, why = why);
        return (means, td_string!(lang, diagnose.tls_bad_next).to_owned());
    }
    match found.days_left {
        Some(days) if days < SOON_DAYS => (
            td_string!(lang, diagnose.tls_soon, host = host, n = days),
            td_string!(lang, diagnose.tls_soon_next).to_owned(),
        ),
        _ => (
            td_string!(lang, diagnose.tls_good, host = host),
            td_string!(lang, diagnose.nothing_to_do).to_owned(),
        ),
    }
}

fn families(lang: Locale, found: &Ipv6Check) -> (String, String) {
    let next = td_string!(lang, diagnose.families_next);
    match (found.ipv4.reachable, found.ipv6.reachable) {
        (true, true) => {
            both(td_string!(lang, diagnose.families_both), td_string!(lang, diagnose.nothing_to_do))
        }
        (true, false) => both(td_string!(lang, diagnose.families_v4), next),
        (false, true) => both(td_string!(lang, diagnose.families_v6), next),
        (false, false) => both(td_string!(lang, diagnose.families_none), next),
    }
}

pub fn ports(lang: Locale, found: &PortScan) -> (String, String) {
    let open = found.total_open;
    match found.risk_level {
        RiskLevel::High => (
            td_string!(lang, diagnose.ports_risky, n = found.total_vulnerable),
            td_string!(lang, diagnose.ports_risky_next).to_owned(),
        ),
        _ if open == 0 => {
            both(td_string!(lang, diagnose.ports_none), td_string!(lang, diagnose.nothing_to_do))
        }
        RiskLevel::Medium | RiskLevel::Low => (
            td_string!(lang, diagnose.ports_some, n = open),
            td_string!(lang, diagnose.ports_some_next).to_owned(),
        ),
    }
}
