//! Against resolvers on this machine, honest and not.

use tokio::net::TcpListener;

use super::*;
use crate::test_server::{Manner, TestServer};

const SECOND: Duration = Duration::from_secs(1);

fn question() -> Question {
    Question::new("example.com", "A").unwrap()
}

/// The question, turned into its own (empty) answer.
fn answered(asked: &[u8]) -> Vec<u8> {
    let mut bytes = asked.to_vec();
    bytes[2] |= 0x80;
    bytes
}

#[tokio::test]
async fn forged_answers_by_udp_are_passed_over() {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let resolver = Resolver::Udp(server.local_addr().unwrap());
    let serve = async {
        let mut buffer = [0; 512];
        let (length, from) = server.recv_from(&mut buffer).await.unwrap();
        let honest = answered(&buffer[..length]);
        let mut forged = honest.clone();
        forged[0] ^= 0xff;
        for bytes in [&forged[..], b"noise", &honest] {
            server.send_to(bytes, from).await.unwrap();
        }
        std::future::pending::<()>().await;
    };
    let (question, bind) = (question(), Bind::interface("lo"));
    let asked = ask(&resolver, &question, &bind, SECOND);
    let answer = tokio::select! { answer = asked => answer.unwrap(), () = serve => panic!("it never ends") };
    assert_eq!((answer.probed.method, answer.code.as_deref()), (Method::DnsUdp, Some("NOERROR")));
    assert!(answer.probed.outcome.is_answer());
}

#[tokio::test]
async fn silence_and_nobody_are_told_apart() {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let short = Duration::from_millis(50);
    let bind = Bind::default();
    let silent = ask(&Resolver::Udp(address), &question(), &bind, short).await.unwrap();
    assert_eq!(silent.probed.outcome, Outcome::Timeout);
    drop(server);
    for (resolver, method) in
        [(Resolver::Udp(address), Method::DnsUdp), (Resolver::Tcp(address), Method::DnsTcp)]
    {
        let nobody = ask(&resolver, &question(), &bind, SECOND).await.unwrap();
        assert_eq!(nobody.probed, Probed { method, outcome: Outcome::Refused });
    }
}

#[tokio::test]
async fn tcp_frames_its_messages() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resolver = Resolver::Tcp(listener.local_addr().unwrap());
    let serve = async {
        for says in [true, false] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = stream.read_u16().await.unwrap();
            let mut asked = vec![0; length.into()];
            stream.read_exact(&mut asked).await.unwrap();
            if says {
                stream.write_u16(length).await.unwrap();
                stream.write_all(&answered(&asked)).await.unwrap();
            }
        }
        std::future::pending::<()>().await;
    };
    let asked = async {
        let bind = Bind::default();
        let answer = ask(&resolver, &question(), &bind, SECOND).await.unwrap();
        assert_eq!((answer.probed.method, answer.code.as_deref()), (Method::DnsTcp, Some("NOERROR")));
        let cut = ask(&resolver, &question(), &bind, SECOND).await.unwrap();
        assert_eq!(cut.probed.outcome, Outcome::Closed);
    };
    tokio::select! { () = asked => {}, () = serve => panic!("it never ends") }
}

/// The test server's `/echo` brings the question back, which is no answer; `/` is no DNS at all.
#[tokio::test]
async fn https_wants_an_answer_not_just_a_page() {
    let server = TestServer::start(Manner::default()).await;
    let https = Https::new(std::slice::from_ref(&server.root)).unwrap();
    for (path, status) in [("/echo", None), ("/", None), ("/moved", Some(302)), ("/answer", Some(200))] {
        let at = Request { address: server.address, host: "steady.test".into(), path: path.into() };
        let resolver = Resolver::Https { https: https.clone(), at };
        let answer = ask(&resolver, &question(), &Bind::default(), SECOND).await.unwrap();
        assert_eq!(answer.probed.method, Method::DnsHttps);
        match (status, answer.probed.outcome) {
            (None, Outcome::ProtocolError { .. }) | (Some(302), Outcome::HttpStatus { status: 302, .. }) => {}
            (Some(200), Outcome::Reply { .. }) => assert_eq!(answer.code.as_deref(), Some("NOERROR")),
            (_, outcome) => panic!("{path}: {outcome:?}"),
        }
    }
}
