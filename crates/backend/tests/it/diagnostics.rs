//! The diagnostics, each probe real, against stand-ins on loopback.

use std::{net::IpAddr, sync::atomic::Ordering};

use backend::{config::Config, entities::packet_loss_run};
use chrono::TimeDelta;
use domain::me::{CREATE_PAIR_CODE, DELETE_ME, EXPORT_ME, JOIN_PAIR, PairPath};
use domain::{
    ErrorCode,
    diagnostics::{
        CHECK_IPV6, Connectivity, DETECT_THROTTLING, DnsTestQuery, DnsTimingQuery, DnsTransport,
        GET_DIAGNOSTICS, GET_MULTI_REGION, GET_NETWORK_USAGE, JitterQuery, LIST_PACKET_LOSS,
        LossHistoryQuery, LossRunOrder, MultiPingQuery, PING_MANY, PROBE_JITTER, PROBE_MTU,
        PROBE_PACKET_LOSS, PROBE_TLS, PacketLossQuery, RUN_PACKET_LOSS, TEST_DNS, TIME_DNS, TRACE_ROUTE,
        TRACE_ROUTE_ENRICHED, ThrottleQuery, TlsProbeQuery, TracerouteQuery,
    },
};
use rstest::rstest;
use sea_orm::{ActiveModelTrait, ActiveValue::NotSet, EntityTrait, IntoActiveModel, PaginatorTrait};

use crate::app::{
    TestApp, code,
    standins::{DnsStandIn, LAB, WebStandIn, objects},
};

const LOOPBACK: [u8; 4] = [127, 0, 0, 1];

/// A server whose whole internet is on loopback.
struct Lab {
    app: TestApp,
    dns: DnsStandIn,
    web: WebStandIn,
    /// Holds the root's file.
    _folder: tempfile::TempDir,
}

impl Lab {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let answers = |name: &str, _| match name {
            "missing.steadyline.net" => Vec::new(),
            _ => vec![IpAddr::from([198, 51, 100, 7])],
        };
        let dns = DnsStandIn::start(answers).await;
        let web = WebStandIn::start(folder.path(), dns.clone()).await;
        let (port, resolver, root) = (web.address.port(), dns.address, folder.path().join("root.pem"));
        let app = TestApp::with(|config| {
            let section = &mut config.diagnostics;
            section.enabled = true;
            section.targets = list(&[&format!("Lab=https://127.0.0.1:{port}"), "Gone=https://127.0.0.1:1"]);
            section.regions = list(&[
                &format!("Here (lab-1)=https://127.0.0.1:{port}/moved"),
                "Anywhere=https://127.0.0.1:1/",
            ]);
            section.resolvers = list(&[
                &format!("Lab={resolver}"),
                &format!("Lab=https://127.0.0.1:{port}/dns-query"),
                "Gone=127.0.0.1:1",
            ]);
            section.family_targets = vec![LOOPBACK.into()];
            section.resolver = Some(resolver);
            section.hosts = list(&[&format!("{LAB}=127.0.0.1:{port}"), "other.steadyline.net=127.0.0.1"]);
            section.ca_file = Some(root);
            config.admin.key = Some("a-key-of-some-length".into());
        })
        .await;
        Self { app, dns, web, _folder: folder }
    }
}

fn list<T: std::str::FromStr<Err: std::fmt::Debug>>(texts: &[&str]) -> Vec<T> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn lab() -> domain::public_target::PublicTarget {
    LAB.parse().unwrap()
}

#[tokio::test]
async fn named_targets_answer_or_say_why_not() {
    let lab = Lab::new().await;
    let found = lab.app.anyone().call(GET_DIAGNOSTICS, &()).await.unwrap();
    assert_eq!((found.connectivity, found.reachable, found.total_targets), (Connectivity::Partial, 1, 2));
    let [here, gone] = &found.targets[..] else { panic!("{found:?}") };
    assert_eq!((here.status_code, here.dns_ms, here.error.as_deref()), (Some(200), None, None));
    assert_eq!(found.avg_latency_ms, here.http_ms.map(|ms| (ms * 100.0).round() / 100.0));
    assert!(!gone.reachable && gone.error.as_deref().unwrap().contains("refused"), "{gone:?}");
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let lab = Lab::new().await;
    let found = lab.app.anyone().call(GET_MULTI_REGION, &()).await.unwrap();
    let [here, anywhere] = &found.regions[..] else { panic!("{found:?}") };
    assert_eq!((here.status, here.region.as_deref(), here.reachable), (Some(302), Some("lab-1"), true));
    assert_eq!((anywhere.region.as_deref(), anywhere.reachable, anywhere.latency_ms), (None, false, None));
    assert_eq!((found.reachable_count, found.total), (1, 2));
    assert_eq!(lab.web.asked.load(Ordering::Relaxed), 0, "nobody came to where it leads");
}

#[tokio::test]
async fn tls_is_looked_at_whole() {
    let lab = Lab::new().await;
    let found =
        lab.app.anyone().call(PROBE_TLS, &TlsProbeQuery { host: self::lab(), port: 443 }).await.unwrap();
    assert!(found.valid && found.error.is_none(), "{found:?}");
    assert_eq!((found.version.as_deref(), found.http2), (Some("TLSv1.3"), Some(true)));
    assert_eq!((found.hsts.as_deref(), found.chain.len()), (Some("max-age=600"), 1));
    assert!(found.tcp_ms.is_some() && found.tls_ms.is_some() && found.http_ms.is_some());
    // The operator's other name leads to a port where nothing listens.
    let other = TlsProbeQuery { host: "other.steadyline.net".parse().unwrap(), port: 8443 };
    let found = lab.app.anyone().call(PROBE_TLS, &other).await.unwrap();
    assert!(!found.valid && found.tls_ms.is_none() && found.chain.is_empty(), "{found:?}");
}

#[tokio::test]
async fn trains_are_counted() {
    let lab = Lab::new().await;
    let loss = PacketLossQuery { host: self::lab(), count: 10 };
    let loss = lab.app.anyone().call(PROBE_PACKET_LOSS, &loss).await.unwrap();
    assert_eq!((loss.packets_sent, loss.packets_received, loss.packet_loss_percent), (10, 10, 0.0));
    assert!(loss.min_latency_ms <= loss.avg_latency_ms && loss.avg_latency_ms <= loss.max_latency_ms);
    let jitter = JitterQuery { host: self::lab(), samples: 10 };
    let jitter = lab.app.anyone().call(PROBE_JITTER, &jitter).await.unwrap();
    assert_eq!(jitter.samples_collected, 10);
    assert!(jitter.jitter_ms.is_some() && jitter.quality.is_some(), "{jitter:?}");
}

#[tokio::test]
async fn the_way_to_this_machine_is_one_hop() {
    let lab = Lab::new().await;
    let query = TracerouteQuery { host: self::lab() };
    let plain = lab.app.anyone().call(TRACE_ROUTE, &query).await.unwrap();
    assert!(plain.success && plain.hop_count == 1 && plain.raw.contains("127.0.0.1"), "{plain:?}");
    let enriched = lab.app.anyone().call(TRACE_ROUTE_ENRICHED, &query).await.unwrap();
    assert_eq!((enriched.total_hops, enriched.responding), (1, 1));
    assert_eq!(enriched.hops[0].ip, Some(LOOPBACK.into()));
    assert!(enriched.final_rtt_ms.is_some() && enriched.hops[0].asn.is_none());
    match lab.app.anyone().call(PROBE_MTU, &query).await {
        Ok(mtu) => assert!(mtu.optimal_mtu.unwrap() > 1500 && !mtu.needs_adjustment, "{mtu:?}"),
        // Without a socket for echoes it says so.
        Err(error) => assert_eq!(error.code, ErrorCode::Unavailable),
    }
}

#[tokio::test]
async fn resolvers_are_really_asked_and_once_for_all_who_ask() {
    let lab = Lab::new().await;
    let query = DnsTestQuery { host: "www.steadyline.net".parse().unwrap() };
    let found = lab.app.anyone().call(TEST_DNS, &query).await.unwrap();
    let [here, gone] = &found.results[..] else { panic!("{found:?}") };
    assert!(here.ok && here.latency_ms.is_some() && here.error.is_none(), "{here:?}");
    assert!(!gone.ok && gone.error.is_some(), "{gone:?}");
    assert_eq!(found.fastest.as_deref(), Some("Lab"));
    assert_eq!(lab.app.device(2).call(TEST_DNS, &query).await.unwrap(), found);
    assert_eq!(lab.dns.asked(), ["www.steadyline.net"]);
}

#[tokio::test]
async fn each_transport_is_timed() {
    let lab = Lab::new().await;
    let query = DnsTimingQuery { domain: "www.steadyline.net".parse().unwrap(), resolvers: None };
    let found = lab.app.anyone().call(TIME_DNS, &query).await.unwrap();
    let of =
        |transport| found.results.iter().find(|one| one.transport == transport && one.name == "Lab").unwrap();
    for transport in [DnsTransport::Udp, DnsTransport::Tcp, DnsTransport::Doh] {
        let one = of(transport);
        assert!(one.success && one.latency_ms.is_some(), "{one:?}");
        assert_eq!(one.answers, ["198.51.100.7"]);
    }
    assert_eq!(found.fastest_resolver.as_deref(), Some("Lab"));
    assert_eq!(lab.dns.asked().len(), 6, "each twice");
}

#[tokio::test]
async fn many_hosts_are_asked_at_once() {
    let lab = Lab::new().await;
    let hosts = format!("{LAB},other.steadyline.net,missing.steadyline.net");
    let query = MultiPingQuery { hosts: hosts.try_into().unwrap() };
    let found = lab.app.anyone().call(PING_MANY, &query).await.unwrap();
    assert_eq!((found.reachable_count, found.unreachable_count), (2, 1));
    assert_eq!((found.results[2].ip, found.results[2].rtt_ms), (None, None));
    assert!(found.fastest_host.is_some() && found.results[0].method.is_some());
}

#[tokio::test]
async fn families_are_told_without_private_addresses() {
    let lab = Lab::new().await;
    let found = lab.app.anyone().call(CHECK_IPV6, &()).await.unwrap();
    assert!(found.ipv4.reachable && !found.ipv6.reachable && !found.dual_stack, "{found:?}");
    assert_eq!((found.ipv4.ip, found.ipv6.latency_ms), (None, None));
}

#[tokio::test]
async fn what_uses_the_line_is_for_the_operator() {
    let lab = Lab::new().await;
    assert_eq!(code(lab.app.anyone().call(GET_NETWORK_USAGE, &()).await), ErrorCode::Unauthenticated);
    let admin = lab.app.anyone().header("x-admin-key", "a-key-of-some-length");
    let usage = admin.call(GET_NETWORK_USAGE, &()).await.unwrap();
    assert!(usage.apps.len() <= 12 && usage.download_mbps.is_none());
}

#[tokio::test]
async fn a_kind_of_traffic_that_is_slow_in_every_round_is_told() {
    let web = objects().await;
    let app = TestApp::with(|config| {
        config.diagnostics.enabled = true;
        config.diagnostics.throttle_objects = list(&[
            &format!("Web=http://{web}/object"),
            &format!("Video=http://{web}/slow"),
            &format!("Files=http://{web}/object"),
        ]);
    })
    .await;
    let found = app.anyone().call(DETECT_THROTTLING, &ThrottleQuery::default()).await.unwrap();
    assert_eq!(found.throttled_categories, ["Video"], "{found:?}");
    assert!(found.is_throttled && found.confidence == 95 && found.probes.iter().all(|probe| probe.ok));
}

#[tokio::test]
async fn without_objects_there_is_nothing_to_compare() {
    let app = TestApp::with(|config| config.diagnostics.enabled = true).await;
    let found = app.anyone().call(DETECT_THROTTLING, &ThrottleQuery::default()).await.unwrap();
    assert!(!found.is_throttled && found.avg_mbps.is_none());
    assert!(found.message.contains("diagnostics.throttle_objects"), "{}", found.message);
}

#[rstest]
#[case::too_few("/api/diagnostics/packet-loss?count=9", 422)]
#[case::too_many("/api/diagnostics/packet-loss?count=51", 422)]
#[case::jitter("/api/diagnostics/jitter?samples=101", 422)]
#[case::no_name("/api/dns-test?host=1.1.1.1", 422)]
#[case::no_domain("/api/dns-timing", 400)]
#[case::no_host("/api/tls-probe", 400)]
#[case::ssh("/api/tls-probe?host=example.com&port=22", 422)]
#[case::no_port("/api/tls-probe?host=example.com&port=70000", 400)]
#[case::no_hosts("/api/multi-ping", 400)]
#[case::another_port("/api/dns-timing?domain=example.com&resolvers=1.1.1.1:80", 422)]
#[case::nowhere("/api/traceroute?host=missing.steadyline.net", 422)]
#[tokio::test]
async fn what_is_out_of_bounds_is_refused(#[case] uri: &str, #[case] status: u16) {
    let lab = Lab::new().await;
    let reply = lab.app.anyone().get(uri).await;
    assert_eq!(reply.status, status, "{uri}: {}", reply.text());
}

#[tokio::test]
async fn an_operator_may_switch_them_off() {
    let app = TestApp::with(|config: &mut Config| config.diagnostics.enabled = false).await;
    let error = app.anyone().call(TRACE_ROUTE, &TracerouteQuery::default()).await.unwrap_err();
    assert!(
        error.code == ErrorCode::Unavailable && error.detail.contains("diagnostics.enabled"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_device_keeps_its_trains_and_takes_them_along() {
    let lab = Lab::new().await;
    let (anna, ben) = (lab.app.device(1), lab.app.device(2));
    let order = LossRunOrder { target: self::lab(), count: 4 };
    let run = anna.call(RUN_PACKET_LOSS, &order).await.unwrap();
    assert_eq!((run.sent, run.lost, run.kept), (4, 0, true));
    assert!(run.suitable_for.gaming && run.loss_interval_pct.high > 25.0, "four echoes tell little: {run:?}");
    lab.app.clock.advance(TimeDelta::minutes(1));
    anna.call(RUN_PACKET_LOSS, &order).await.unwrap();
    // Without a device there is an answer and nothing else.
    assert!(!lab.app.anyone().call(RUN_PACKET_LOSS, &order).await.unwrap().kept);

    let all = anna.call(LIST_PACKET_LOSS, &LossHistoryQuery::default()).await.unwrap();
    assert_eq!((all.len(), all[0].timestamp < all[1].timestamp, all[0].loss_pct), (2, true, 0.0));
    let newest = anna.call(LIST_PACKET_LOSS, &LossHistoryQuery { limit: 1 }).await.unwrap();
    assert_eq!(newest, all[1..]);
    assert_eq!(ben.call(LIST_PACKET_LOSS, &LossHistoryQuery::default()).await.unwrap(), []);
    let nobody = lab.app.anyone().call(LIST_PACKET_LOSS, &LossHistoryQuery::default()).await;
    assert!(nobody.unwrap_err().needs_device());

    // Joining another device moves them; export names them; deleting leaves none.
    let code = ben.call(CREATE_PAIR_CODE, &()).await.unwrap().code;
    anna.call(JOIN_PAIR, &PairPath { code }).await.unwrap();
    assert_eq!(ben.call(LIST_PACKET_LOSS, &LossHistoryQuery::default()).await.unwrap(), all);
    assert_eq!(ben.call(EXPORT_ME, &()).await.unwrap().packet_loss, all);
    let deleted = ben.call(DELETE_ME, &()).await.unwrap().deleted;
    assert_eq!(deleted.get("packet_loss_runs"), Some(&2), "{deleted:?}");
    assert_eq!(packet_loss_run::Entity::find().count(&lab.app.state.db.read).await.unwrap(), 0);
}

#[tokio::test]
async fn kept_trains_are_bounded_and_let_go_with_the_tests() {
    let lab = Lab::new().await;
    let anna = lab.app.device(1);
    let order = LossRunOrder { target: self::lab(), count: 4 };
    anna.call(RUN_PACKET_LOSS, &order).await.unwrap();
    let db = lab.app.state.db.clone();
    let first = packet_loss_run::Entity::find().one(&db.read).await.unwrap().unwrap();
    let copies =
        vec![packet_loss_run::ActiveModel { id: NotSet, ..first.into_active_model().reset_all() }; 1000];
    db.write(move |tx| {
        Box::pin(async move {
            packet_loss_run::Entity::insert_many(copies).exec_without_returning(tx).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    anna.call(RUN_PACKET_LOSS, &order).await.unwrap();
    assert_eq!(packet_loss_run::Entity::find().count(&db.read).await.unwrap(), 1000);
}

#[rstest]
#[case::too_few(r#"{"count":3}"#, "count", 422)]
#[case::too_many(r#"{"count":31}"#, "count", 422)]
#[case::inside(r#"{"target":"192.168.1.1"}"#, "target", 400)]
#[case::no_host(r#"{"target":7}"#, "target", 400)]
#[tokio::test]
async fn a_train_that_cannot_be_is_refused_by_field(
    #[case] body: &str,
    #[case] field: &str,
    #[case] status: u16,
) {
    let lab = Lab::new().await;
    let reply = lab.app.device(1).send("POST", "/api/packet-loss/run", Some(body.into())).await;
    assert_eq!(reply.status, status, "{}", reply.text());
    assert!(reply.text().contains(field), "{}", reply.text());
    assert_eq!(packet_loss_run::Entity::find().count(&lab.app.state.db.read).await.unwrap(), 0);
}
