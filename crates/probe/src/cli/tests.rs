//! The command as it is typed, against servers on this machine.

use clap::Parser;

use super::*;
use crate::test_server::{Manner, TestServer};

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    probe: ProbeArgs,
}

/// What it prints, and what it complains of.
async fn typed(line: &str) -> (String, Option<String>) {
    let words = std::iter::once("probe").chain(line.split(' '));
    let mut out = Vec::new();
    let ended = Cli::try_parse_from(words).unwrap().probe.run(&mut out).await;
    (String::from_utf8(out).unwrap(), ended.err().map(|error| error.to_string()))
}

#[tokio::test]
async fn ping_in_words_and_as_json() {
    let (words, error) = typed("ping 127.0.0.1 --count 3 --gap-ms 5").await;
    assert_eq!(error, None);
    assert!(words.contains("3 of 3") && words.contains("3 answered: 0.0 % lost"), "{words}");
    let (json, _) = typed("--json ping ::1 --count 2 --gap-ms 5 --interface lo").await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["sent"].as_u64(), json["target"].as_str()), (Some(2), Some("::1")));
}

#[tokio::test]
async fn what_did_not_answer_is_an_error_for_scripts() {
    let (words, error) = typed("tcp 127.0.0.1:1").await;
    assert!(words.contains("refused"), "{words}");
    assert_eq!(error.as_deref(), Some("127.0.0.1:1 did not answer"));
    let (_, error) = typed("ping 127.0.0.1 -6").await;
    assert!(error.unwrap().contains("wanted family"));
    let (_, error) = typed("ping 127.0.0.1 --interface nl-none0").await;
    assert!(error.unwrap().contains("no interface nl-none0"));
}

#[tokio::test]
async fn the_target_of_one_hop_is_traced_and_measured() {
    let (words, error) = typed("trace 127.0.0.1 --udp --count 1 --timeout-ms 500").await;
    assert!(error.is_none() && words.contains(" 1  127.0.0.1"), "{words}");
    let (words, error) = typed("mtu 127.0.0.1").await;
    // Without a right to ICMP it says what is missing.
    assert!(error.is_none_or(|error| error.contains("CAP_NET_RAW")), "{words}");
}

#[tokio::test]
async fn tls_and_https_tell_an_unknown_root() {
    let server = TestServer::start(Manner { name: "localhost", ..Manner::default() }).await;
    let port = server.address.port();
    let (words, error) = typed(&format!("tls localhost:{port} -4")).await;
    assert!(words.starts_with("NOT valid") && words.contains("TLSv1.3"), "{words}");
    assert!(error.unwrap().contains("UnknownIssuer"));
    let (words, error) = typed(&format!("https localhost:{port}/ -4")).await;
    assert!(words.contains("no TLS") && error.is_some(), "{words}");
}

#[tokio::test]
async fn a_resolver_that_is_not_there_is_told() {
    let (words, error) = typed("dns example.com --resolver 127.0.0.1:1 --by tcp").await;
    assert!(words.contains("refused") && words.contains("DNS by TCP"), "{words}");
    assert_eq!(error.as_deref(), Some("The resolver did not answer"));
}
