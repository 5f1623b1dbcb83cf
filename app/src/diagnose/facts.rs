//! The figures behind a result.

use domain::diagnostics::{DnsTiming, EnrichedTrace, LossAndJitter, PortScan, TestResult, TlsProbe};
use leptos::prelude::*;

use super::words;
use crate::{
    i18n::{lang, td_string},
    ui::{ChartTable, Figure, as_table, format},
};

#[component]
pub fn Facts(result: TestResult) -> impl IntoView {
    match result {
        TestResult::Loss(found) => view! { <Loss found=found /> }.into_any(),
        TestResult::Trace(found) => view! { <Hops found=found /> }.into_any(),
        TestResult::Mtu(found) => {
            let bytes = found.optimal_mtu.map(f64::from);
            view! {
                <dl class="figures">
                    <Figure label=td_string!(lang(), diagnose.mtu_fits) value=bytes unit="byte" />
                </dl>
            }
            .into_any()
        }
        TestResult::Dns(found) => view! { <Resolvers found=found /> }.into_any(),
        TestResult::Tls(found) => view! { <Tls found=found /> }.into_any(),
        TestResult::Families(found) => view! {
            <dl class="figures">
                <Figure label="IPv4" value=found.ipv4.latency_ms unit="ms" />
                <Figure label="IPv6" value=found.ipv6.latency_ms unit="ms" />
            </dl>
        }
        .into_any(),
        TestResult::Ports(found) => view! { <Ports found=found /> }.into_any(),
    }
}

#[component]
fn Loss(found: LossAndJitter) -> impl IntoView {
    let lang = lang();
    let LossAndJitter { loss, jitter } = found;
    let interval = loss.loss_interval_percent;
    let note = td_string!(
        lang,
        diagnose.loss_interval,
        low = format::said(lang, interval.low),
        high = format::said(lang, interval.high),
        n = loss.packets_sent
    );
    view! {
        <dl class="figures">
            <Figure label=td_string!(lang, diagnose.lost_share) value=Some(loss.packet_loss_percent) unit="%" note=note />
            <Figure label=td_string!(lang, diagnose.delay) value=loss.avg_latency_ms unit="ms" note=loss.method />
            <Figure label=td_string!(lang, diagnose.jitter) value=jitter.jitter_ms unit="ms" />
            <Figure label=td_string!(lang, diagnose.longest) value=loss.max_latency_ms unit="ms" />
        </dl>
    }
}

#[component]
fn Hops(found: EnrichedTrace) -> impl IntoView {
    let lang = lang();
    let rows = found.hops.into_iter().map(|hop| {
        let who = hop.ip.map_or_else(|| td_string!(lang, diagnose.silent).to_owned(), |ip| ip.to_string());
        let network = [hop.asn, hop.org].into_iter().flatten().collect::<Vec<_>>().join(" ");
        vec![hop.hop.to_string(), who, format::with_unit(lang, hop.rtt_ms, "ms"), network]
    });
    let head = [
        td_string!(lang, diagnose.hop),
        td_string!(lang, diagnose.who),
        td_string!(lang, diagnose.delay),
        td_string!(lang, diagnose.network),
    ];
    let table = ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() };
    as_table(td_string!(lang, diagnose.trace).to_owned(), table)
}

#[component]
fn Resolvers(found: DnsTiming) -> impl IntoView {
    let lang = lang();
    let rows = found.results.into_iter().map(|one| {
        let time = match one.error {
            Some(why) => why,
            None => format::with_unit(lang, one.latency_ms, "ms"),
        };
        vec![one.name, words::transport(one.transport).to_owned(), time]
    });
    let head = [
        td_string!(lang, diagnose.resolver),
        td_string!(lang, diagnose.transport),
        td_string!(lang, diagnose.answer),
    ];
    let table = ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() };
    as_table(td_string!(lang, diagnose.dns).to_owned(), table)
}

#[component]
fn Tls(found: TlsProbe) -> impl IntoView {
    let lang = lang();
    let spoken =
        [found.version, found.cipher, found.alpn].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let rows = found.chain.into_iter().map(|one| {
        let until = one.not_after.map(|at| at.date_naive().to_string()).unwrap_or_default();
        vec![one.subject, one.issuer, until]
    });
    let head = [
        td_string!(lang, diagnose.certificate),
        td_string!(lang, diagnose.issuer),
        td_string!(lang, diagnose.until),
    ];
    let table = ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() };
    view! {
        <dl class="figures">
            <Figure label=td_string!(lang, diagnose.connect) value=found.tcp_ms unit="ms" />
            <Figure label=td_string!(lang, diagnose.handshake) value=found.tls_ms unit="ms" note=spoken />
            <Figure label=td_string!(lang, diagnose.first_byte) value=found.http_ms unit="ms" />
        </dl>
        {as_table(td_string!(lang, diagnose.tls).to_owned(), table)}
    }
}

#[component]
pub fn Ports(found: PortScan) -> impl IntoView {
    let lang = lang();
    let risky = |port| found.vulnerable_ports.iter().any(|one| one.port == port);
    let items = found
        .open_ports
        .iter()
        .map(|one| {
            let mark = risky(one.port).then(|| format!(" · {}", td_string!(lang, diagnose.risky)));
            view! { <li>{one.port} " " {one.service.clone()} {mark}</li> }
        })
        .collect_view();
    view! { <ul class="evidence">{items}</ul> }
}
