//! Against servers on this machine: each phase, each fault.

use rstest::rstest;
use tokio::{io::AsyncWriteExt, net::TcpListener};

use super::*;
use crate::test_server::{Manner, TestServer};

const SECOND: Duration = Duration::from_secs(1);

fn to(server: &TestServer, path: &str) -> Request {
    Request { address: server.address, host: "steady.test".to_owned(), path: path.to_owned() }
}

async fn ask(server: &TestServer, path: &str, timeout: Duration) -> Answer {
    let https = Https::new(std::slice::from_ref(&server.root)).unwrap();
    https.get(&to(server, path), &Bind::interface("lo"), timeout).await.unwrap()
}

#[rstest]
#[case::two(&["h2", "http/1.1"], "HTTP/2.0")]
#[case::one(&["http/1.1"], "HTTP/1.1")]
#[case::no_alpn(&[], "HTTP/1.1")]
#[tokio::test]
async fn phases_add_up(#[case] alpn: &'static [&'static str], #[case] version: &str) {
    let server = TestServer::start(Manner { alpn, ..Manner::default() }).await;
    let answer = ask(&server, "/", SECOND).await;
    let Outcome::HttpStatus { status: 200, rtt } = answer.probed.outcome else { panic!("{answer:?}") };
    assert_eq!((answer.probed.method, answer.http_version.as_deref()), (Method::Https, Some(version)));
    assert_eq!(answer.hsts.as_deref(), Some("max-age=600"));
    let phases = answer.phases;
    let (connect, tls) = (phases.connect.unwrap(), phases.tls.unwrap());
    assert!(connect > Duration::ZERO && tls > connect, "{phases:?}");
    assert_eq!(connect + tls + phases.first_byte.unwrap(), rtt);
    assert!(rtt <= phases.total, "{phases:?}");
    // The server saw the name, and the port since it is not 443.
    assert_eq!(answer.body, format!("steady.test:{}", server.address.port()));
}

#[tokio::test]
async fn a_slow_answer_counts_as_first_byte_alone() {
    let server = TestServer::start(Manner::default()).await;
    let phases = ask(&server, "/slow", SECOND).await.phases;
    assert!(phases.first_byte.unwrap() >= Duration::from_millis(300), "{phases:?}");
    assert!(phases.connect.unwrap() + phases.tls.unwrap() < Duration::from_millis(300), "{phases:?}");

    let cut = ask(&server, "/slow", Duration::from_millis(150)).await;
    assert_eq!((cut.probed.outcome, cut.phases.first_byte), (Outcome::Timeout, None));
    assert!(cut.phases.tls.is_some(), "the phases before are kept");
}

#[tokio::test]
async fn a_redirect_is_told_not_followed() {
    let server = TestServer::start(Manner::default()).await;
    let answer = ask(&server, "/moved", SECOND).await;
    assert!(matches!(answer.probed.outcome, Outcome::HttpStatus { status: 302, .. }), "{answer:?}");
    assert_eq!(answer.headers["location"], "http://127.0.0.1/");
}

#[tokio::test]
async fn a_body_can_be_sent() {
    let server = TestServer::start(Manner::default()).await;
    let https = Https::new(std::slice::from_ref(&server.root)).unwrap();
    let body = ("application/octet-stream", Bytes::from_static(b"nonce"));
    let answer = https.post(&to(&server, "/echo"), body, &Bind::default(), SECOND).await.unwrap();
    assert_eq!(answer.body, "nonce");
}

#[rstest]
#[case::another_name(Manner { name: "other.test", ..Manner::default() }, true, "not valid for name")]
#[case::out_of_date(Manner { until: 2020, ..Manner::default() }, true, "expired")]
#[case::nobody_vouches(Manner::default(), false, "UnknownIssuer")]
#[tokio::test]
async fn a_certificate_that_is_not_valid(#[case] manner: Manner, #[case] trusted: bool, #[case] said: &str) {
    let server = TestServer::start(manner).await;
    let roots = if trusted { vec![server.root.clone()] } else { Vec::new() };
    let https = Https::new(&roots).unwrap();
    let answer = https.get(&to(&server, "/"), &Bind::default(), SECOND).await.unwrap();
    let Outcome::TlsError { reason } = answer.probed.outcome else { panic!("{answer:?}") };
    assert!(reason.contains(said), "{reason}");
    assert!(answer.phases.connect.is_some() && answer.phases.tls.is_none());
}

/// What a server that speaks no TLS does with the connection.
#[rstest]
#[case::hangs_up(Some(""), "closed")]
#[case::speaks_plain_http(Some("HTTP/1.1 400 Bad Request\r\n\r\n"), "tls_error")]
#[case::says_nothing(None, "timeout")]
#[tokio::test]
async fn no_tls_there(#[case] says: Option<&'static str>, #[case] told: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let request =
        Request { address: listener.local_addr().unwrap(), host: "steady.test".into(), path: "/".into() };
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        if let Some(says) = says {
            stream.write_all(says.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        tokio::time::sleep(SECOND).await;
    };
    let https = Https::new(&[]).unwrap();
    let bind = Bind::default();
    let asked = https.get(&request, &bind, Duration::from_millis(300));
    let answer = tokio::select! { answer = asked => answer.unwrap(), () = serve => panic!("too slow") };
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["outcome"], told, "{json}");
}

#[tokio::test]
async fn a_host_that_is_no_name_is_a_broken_probe() {
    let request = Request { address: ([127, 0, 0, 1], 1).into(), host: "no name".into(), path: "/".into() };
    let error = Https::new(&[]).unwrap().get(&request, &Bind::default(), SECOND).await.unwrap_err();
    assert!(error.to_string().contains("no name"), "{error}");
}
