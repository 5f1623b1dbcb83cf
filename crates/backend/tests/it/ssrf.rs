//! Requests forged through this server: the corpus of hostile targets on every route that takes a host or a URL.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use backend::http::openapi;
use tokio::net::TcpListener;

use crate::app::{TestApp, standins::DnsStandIn};

const CORPUS: &str = include_str!("../../../domain/src/public_target/hostile.txt");

/// Every route with a host in its query; `{}` is the host.
const ROUTES: &[&str] = &[
    "/api/diagnostics/jitter?samples=10&host={}",
    "/api/diagnostics/mtu?host={}",
    "/api/diagnostics/packet-loss?count=10&host={}",
    "/api/diagnostics/stream?tests=loss,trace,mtu,tls&target={}",
    "/api/dns-test?host={}",
    "/api/dns-timing?domain={}",
    "/api/dns-timing?domain=example.com&resolvers={}",
    "/api/multi-ping?hosts={}",
    "/api/multi-ping?hosts=1.1.1.1,{}",
    "/api/tls-probe?host={}",
    "/api/tls-probe?port=8443&host={}",
    "/api/traceroute?host={}",
    "/api/traceroute/enriched?host={}",
];

/// What parameters that name a host are called.
const NAMES_OF_HOSTS: [&str; 8] =
    ["host", "hosts", "domain", "resolvers", "target", "url", "server", "webhook_url"];

/// A loopback address of its own: nothing else on this machine talks to it.
fn victim() -> IpAddr {
    let [a, b, ..] = std::process::id().to_le_bytes();
    [127, 66, a, b.max(1)].into()
}

/// Counts who connects to the ports that probes of TLS may use here.
async fn count_connections(victim: IpAddr) -> Arc<AtomicUsize> {
    let count = Arc::<AtomicUsize>::default();
    for port in [8443, 6697, 5061] {
        let (listener, count) = (TcpListener::bind((victim, port)).await.unwrap(), count.clone());
        #[expect(clippy::disallowed_methods, reason = "the test's runtime ends it")]
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    count
}

fn encoded(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect()
}

#[test]
fn every_route_that_takes_a_host_is_in_the_table() {
    let document = serde_json::to_value(openapi()).unwrap();
    let mut missing = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let named = parameter["in"] == "query" && NAMES_OF_HOSTS.contains(&name);
                let covered = |route: &str| {
                    route.split_once('?').is_some_and(|(at, query)| {
                        at == path && query.split('&').any(|pair| pair.starts_with(&format!("{name}=")))
                    })
                };
                if named && !ROUTES.iter().any(|route| covered(route)) {
                    missing.push(format!("{path} {name}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "hosts that no hostile target was tried on: {missing:?}");
}

#[tokio::test]
async fn no_hostile_target_opens_a_socket_or_asks_a_resolver() {
    let victim = victim();
    let connections = count_connections(victim).await;
    let dns = DnsStandIn::start(move |_, _| vec![victim]).await;
    let app = TestApp::with(|config| {
        config.diagnostics.enabled = true;
        config.diagnostics.resolver = Some(dns.address);
    })
    .await;
    let corpus = CORPUS.lines().filter(|line| !line.starts_with(';')).map(str::to_owned);
    let aimed = [format!("{victim}"), format!("{victim}:8443"), format!("[::ffff:{victim}]:8443")];
    let targets: Vec<String> = corpus.chain(aimed).filter(|target| !target.is_empty()).collect();
    assert!(targets.len() >= 300, "{} targets", targets.len());
    let mut refused = 0;
    for route in ROUTES {
        for target in &targets {
            let reply = app.anyone().get(&route.replace("{}", &encoded(target))).await;
            assert_eq!(reply.status, 400, "{route} took {target:?}: {}", reply.text());
            refused += 1;
        }
    }
    assert_eq!(refused, ROUTES.len() * targets.len());
    for target in &targets {
        let body = serde_json::json!({ "target": target }).to_string();
        let reply = app.anyone().send("POST", "/api/packet-loss/run", Some(body.into())).await;
        assert_eq!(reply.status, 400, "the loss run took {target:?}: {}", reply.text());
    }
    assert_eq!(dns.asked(), Vec::<String>::new(), "refused before any resolver was asked");
    assert_eq!(connections.load(Ordering::Relaxed), 0);
}

/// A name's owner decides what it resolves to; one address that is not public condemns all.
#[tokio::test]
async fn a_name_that_leads_inside_is_refused_after_resolution() {
    let victim = victim();
    let connections = count_connections(victim).await;
    let inside: Vec<Vec<IpAddr>> = [
        vec![victim.to_string()],
        vec!["93.184.215.14".to_owned(), victim.to_string()],
        ["10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "::1", "fe80::1", "fd00::1"]
            .map(str::to_owned)
            .to_vec(),
        vec!["::ffff:127.0.0.1".to_owned()],
        vec!["64:ff9b::7f00:1".to_owned()],
        vec!["5.6.7.8".to_owned()],
    ]
    .iter()
    .map(|set| set.iter().map(|ip| ip.parse().unwrap()).collect())
    .collect();
    let sets = inside.clone();
    let dns = DnsStandIn::start(move |name, _| {
        let number = name.split_once('.').and_then(|(label, _)| label.strip_prefix("inside")?.parse().ok());
        number.map_or_else(Vec::new, |number: usize| sets[number].clone())
    })
    .await;
    let app = TestApp::with(|config| {
        config.diagnostics.enabled = true;
        config.diagnostics.resolver = Some(dns.address);
        config.diagnostics.resolvers.clear();
        config.diagnostics.own_addresses = vec![[5, 6, 7, 8].into()];
    })
    .await;
    // Names that are only asked for lead nowhere; nobody connects to what they resolve to.
    let connecting =
        ROUTES.iter().filter(|route| !route.contains("dns-test") && !route.contains("domain={}"));
    // Here the other host of the list is no business of this test.
    for route in connecting.filter(|route| !route.contains("1.1.1.1,")) {
        for (number, addresses) in inside.iter().enumerate() {
            let reply =
                app.anyone().get(&route.replace("{}", &format!("inside{number}.steadyline.net"))).await;
            assert_eq!(reply.status, 400, "{route} with {addresses:?}: {}", reply.text());
        }
    }
    assert_eq!(connections.load(Ordering::Relaxed), 0);
    assert!(!dns.asked().is_empty());
}
