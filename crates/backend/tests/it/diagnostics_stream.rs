//! Tests told as they go, and the ports of the asking address.

use std::net::IpAddr;

use axum::body::Body;
use domain::{
    ErrorCode,
    diagnostics::{
        RiskLevel, SCAN_PORTS, StreamQuery, Test, TestPhase, TestResult, TestStep, Tests, Towards,
    },
};
use http_body_util::BodyExt;
use tokio::net::TcpListener;

use crate::app::{TestApp, code};

/// A home of its own on loopback: nothing else on this machine listens there.
fn home() -> IpAddr {
    let [a, b, ..] = std::process::id().to_le_bytes();
    [127, 67, a, b.max(1)].into()
}

async fn app() -> TestApp {
    TestApp::with(|config| {
        let section = &mut config.diagnostics;
        section.enabled = true;
        section.private_askers = true;
        section.targets = vec!["Lab=https://127.0.0.1:1".parse().unwrap()];
        section.family_targets = vec![[127, 0, 0, 1].into()];
        section.resolvers.clear();
    })
    .await
}

async fn open(app: &TestApp, from: IpAddr, uri: &str) -> Body {
    app.device(1).from(from).stream(uri).await
}

/// All steps until the named end.
async fn steps(mut body: Body) -> Vec<TestStep> {
    let mut text = String::new();
    while let Some(frame) = body.frame().await {
        text.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap());
    }
    assert!(text.contains("event: end"), "{text}");
    let data = text.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "{}");
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

fn last(steps: &[TestStep], test: Test) -> &TestStep {
    steps.iter().rev().find(|step| step.test == test).unwrap()
}

#[tokio::test]
async fn tests_run_one_after_the_other_and_tell_their_progress() {
    let app = app().await;
    let steps = steps(open(&app, home(), "/api/diagnostics/stream?tests=families,loss").await).await;
    let order: Vec<Test> = steps.iter().map(|step| step.test).collect();
    assert!(order.is_sorted_by_key(|test| Test::ALL.iter().position(|one| one == test)), "{order:?}");
    let running: Vec<f64> = steps.iter().filter(|s| s.test == Test::Loss).map(|step| step.progress).collect();
    assert!(running.len() > 10 && running.is_sorted(), "{running:?}");
    let loss = last(&steps, Test::Loss);
    assert_eq!((loss.phase, loss.towards), (TestPhase::Done, Some(Towards::Asker)));
    let Some(TestResult::Loss(found)) = &loss.result else { panic!("{loss:?}") };
    assert_eq!((found.loss.packets_sent, found.loss.host.as_str()), (50, home().to_string().as_str()));
    assert_eq!(last(&steps, Test::Families).towards, Some(Towards::Operators));
}

#[tokio::test]
async fn a_test_that_fails_does_not_hold_up_the_next() {
    let app = app().await;
    let steps = steps(open(&app, home(), "/api/diagnostics/stream?tests=tls,ports,dns").await).await;
    let tls = last(&steps, Test::Tls);
    let Some(TestResult::Tls(found)) = &tls.result else { panic!("{tls:?}") };
    assert!(!found.valid && tls.towards == Some(Towards::Named), "nothing listens there: {found:?}");
    let ports = last(&steps, Test::Ports);
    assert_eq!(ports.phase, TestPhase::Failed);
    assert!(ports.error.as_deref().unwrap().contains("consent"), "{ports:?}");
    assert_eq!(last(&steps, Test::Dns).phase, TestPhase::Done);
}

#[tokio::test]
async fn open_ports_of_the_asker_are_told_with_consent() {
    let app = app().await;
    let _web = TcpListener::bind((home(), 8443)).await.unwrap();
    let _database = TcpListener::bind((home(), 5432)).await.unwrap();
    let uri = "/api/diagnostics/stream?tests=ports&consent=true";
    let steps = steps(open(&app, home(), uri).await).await;
    let Some(TestResult::Ports(found)) = &last(&steps, Test::Ports).result else { panic!("{steps:?}") };
    let open: Vec<u16> = found.open_ports.iter().map(|one| one.port).collect();
    assert_eq!((open, found.risk_level, found.tried), (vec![5432, 8443], RiskLevel::Low, 15));
    let scan = app.device(2).from(home()).call(SCAN_PORTS, &()).await.unwrap();
    assert_eq!((scan.address, scan.total_open), (home().to_string(), 2));
}

#[tokio::test]
async fn nobody_has_the_server_or_another_address_scanned() {
    let app = app().await;
    let refused = app.device(1).from([127, 0, 0, 1]).call(SCAN_PORTS, &()).await;
    assert_eq!(code(refused), ErrorCode::Invalid, "this server's own address");
    // A header of somebody who is no trusted proxy does not change whose ports are tried.
    let forged = app.device(1).from([127, 0, 0, 1]).header("x-forwarded-for", home().to_string());
    assert_eq!(code(forged.call(SCAN_PORTS, &()).await), ErrorCode::Invalid);
    let foreign = app.device(1).from(home()).header("origin", "https://evil.example");
    assert_eq!(
        code(foreign.header("host", "line.example").call(SCAN_PORTS, &()).await),
        ErrorCode::Forbidden
    );
    let strict = TestApp::with(|config| config.diagnostics.enabled = true).await;
    let refused = strict.device(1).from([192, 168, 1, 7]).call(SCAN_PORTS, &()).await;
    assert_eq!(code(refused), ErrorCode::Invalid, "private, unless the operator says so");
}

#[tokio::test]
async fn closing_the_stream_ends_the_tests_and_frees_the_place() {
    let app = app().await;
    let uri = "/api/diagnostics/stream?tests=loss";
    let mut streams = Vec::new();
    for _ in 0..4 {
        let mut stream = open(&app, home(), uri).await;
        assert!(stream.frame().await.unwrap().is_ok());
        streams.push(stream);
    }
    let query = StreamQuery { tests: Tests(vec![Test::Loss]), target: None, consent: false };
    let uri = domain::diagnostics::STREAM_DIAGNOSTICS.call(&query).unwrap().uri;
    assert_eq!(app.device(1).from(home()).get(&uri).await.status, 429);
    streams.clear();
    let mut stream = open(&app, home(), &uri).await;
    assert!(stream.frame().await.unwrap().is_ok(), "each place was given back at once");
}
