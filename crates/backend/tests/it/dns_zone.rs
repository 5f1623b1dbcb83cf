//! The zone that this server answers for, asked by sockets as resolvers ask.

use std::{net::SocketAddr, time::Duration};

use backend::{config::DnsConfig, diagnostics::serve_zone};
use domain::{
    ErrorCode,
    diagnostics::{CHECK_DNS_LEAK, CREATE_DNS_NAMES, DnsLeakQuery, ResolverKind},
};
use probe::{
    Bind,
    dns::{self, DnsAnswer, Question, Resolver},
};

use crate::app::{TestApp, code};

/// A server with a zone on a free port.
async fn app() -> (TestApp, SocketAddr) {
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let zone = DnsConfig { listen: free, zone: "leak.steadyline.net".to_owned() };
    let app = TestApp::with(|config| config.dns = Some(zone)).await;
    serve_zone(&app.state).await.unwrap();
    (app, free)
}

async fn ask(resolver: Resolver, name: &str) -> DnsAnswer {
    let question = Question::new(name, "A").unwrap();
    dns::ask(&resolver, &question, &Bind::default(), Duration::from_secs(2)).await.unwrap()
}

#[tokio::test]
async fn whoever_asks_for_a_name_is_the_resolver() {
    let (app, zone) = app().await;
    let made = app.device(1).call(CREATE_DNS_NAMES, &()).await.unwrap();
    let token = || DnsLeakQuery { token: Some(made.token.clone()) };
    let before = app.device(1).call(CHECK_DNS_LEAK, &token()).await.unwrap();
    assert!(before.resolvers.is_empty() && before.dns_leaked.is_none() && before.privacy_score.is_none());
    let [first, second, ..] = &made.names[..] else { panic!("{made:?}") };
    for (resolver, name) in [(Resolver::Udp(zone), first), (Resolver::Tcp(zone), second)] {
        let answer = ask(resolver, name).await;
        assert_eq!((answer.code.as_deref(), answer.records.len()), (Some("NOERROR"), 0));
    }
    let found = app.device(1).call(CHECK_DNS_LEAK, &token()).await.unwrap();
    assert_eq!(found.dns_server_ip.as_deref(), Some("127.0.0.1"));
    assert_eq!((found.resolvers.len(), found.resolvers[0].kind), (1, ResolverKind::Unknown));
    // Another browser's names are its own.
    let other = app.device(2).call(CREATE_DNS_NAMES, &()).await.unwrap();
    let other = DnsLeakQuery { token: Some(other.token) };
    assert!(app.device(2).call(CHECK_DNS_LEAK, &other).await.unwrap().resolvers.is_empty());
}

#[tokio::test]
async fn only_its_own_zone_is_answered() {
    let (app, zone) = app().await;
    for name in ["example.com", "steadyline.net", "xleak.steadyline.net"] {
        assert_eq!(ask(Resolver::Udp(zone), name).await.code.as_deref(), Some("REFUSED"), "{name}");
    }
    // Names that were not given out are of the zone, and nobody is remembered for them.
    assert_eq!(
        ask(Resolver::Udp(zone), "n0.guess.leak.steadyline.net").await.code.as_deref(),
        Some("NOERROR")
    );
    let guessed = DnsLeakQuery { token: Some("guess".to_owned()) };
    assert!(app.device(1).call(CHECK_DNS_LEAK, &guessed).await.unwrap().resolvers.is_empty());
}

#[tokio::test]
async fn without_a_zone_it_says_what_to_set() {
    let app = TestApp::new().await;
    let error = app.device(1).call(CREATE_DNS_NAMES, &()).await.unwrap_err();
    assert!(error.code == ErrorCode::Unavailable && error.detail.contains("dns.zone"), "{error:?}");
    let long = DnsLeakQuery { token: Some("x".repeat(65)) };
    assert_eq!(code(app.device(1).call(CHECK_DNS_LEAK, &long).await), ErrorCode::Invalid);
}
