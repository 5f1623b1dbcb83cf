//! Speed tests over real sockets: what an honest browser does, and what a hostile client cannot do.

use std::{net::SocketAddr, time::Duration};

use axum::http::StatusCode;
use backend::accept;
use domain::speed_tests::{Session, SocketMessage};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::app::TestApp;

/// A server with a socket.
pub struct Live {
    pub app: TestApp,
    pub address: SocketAddr,
    pub client: reqwest::Client,
    serving: tokio::task::JoinHandle<()>,
}

impl Live {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut backend::config::Config)) -> Self {
        let app = TestApp::with(change).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, router) = (app.state.clone(), app.router());
        let serving = accept::serve(
            vec![accept::Door::plain(listener, router)],
            accept::Limits::default(),
            state.stop.clone(),
        );
        let serving = state.tasks.spawn(serving);
        let client = reqwest::Client::builder().no_proxy().http1_only().build().unwrap();
        Self { app, address, client, serving }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn session(&self, kind: &str) -> Session {
        let reply = self.ask_session(kind).await;
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap());
        reply.json().await.unwrap()
    }

    async fn ask_session(&self, kind: &str) -> reqwest::Response {
        let request = self.client.post(self.url("/api/speed/session")).json(&json!({"kind": kind}));
        request.header("x-client-id", "6a2f41a3-c54c-4ce1-9c2b-2f1f0b9c2a11").send().await.unwrap()
    }

    async fn socket(&self, session: &Session) -> Socket {
        let url = format!("ws://{}{}", self.address, session.ping_url);
        tokio_tungstenite::connect_async(url).await.unwrap().0
    }
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn told(socket: &mut Socket) -> SocketMessage {
    let message = timeout(Duration::from_secs(5), socket.next()).await.expect("in time").unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

#[tokio::test]
async fn a_download_flows_until_the_client_leaves_and_is_counted() {
    let live = Live::new().await;
    let session = live.session("full").await;
    assert_eq!(session.queue_position, None);
    assert!(session.server.direct);
    let mut socket = live.socket(&session).await;
    assert!(matches!(told(&mut socket).await, SocketMessage::Turn { turn: true, .. }));
    let mut download = live.client.get(live.url(&session.download_url)).send().await.unwrap();
    assert_eq!(download.headers()["access-control-allow-origin"], "*", "a page on another host reads it");
    assert_eq!(download.headers()["cache-control"], "no-store, no-cache, no-transform, max-age=0");
    assert_eq!(download.headers()["content-encoding"], "identity");
    let mut bytes = 0;
    while bytes < 20_000_000 {
        bytes += download.chunk().await.unwrap().unwrap().len() as u64;
    }
    drop(download);
    let SocketMessage::Counters(counters) = told(&mut socket).await else { panic!("no counters") };
    assert!(counters.sent_bytes > 0 && counters.received_bytes == 0);
}

#[tokio::test]
async fn an_upload_is_counted_by_the_server_and_may_be_aborted() {
    let live = Live::new().await;
    let session = live.session("full").await;
    let upload = || live.client.post(live.url(&session.upload_url));
    let reply: Value = upload().body(vec![7; 3_000_000]).send().await.unwrap().json().await.unwrap();
    assert_eq!(reply, json!({"received_bytes": 3_000_000}));
    let pieces = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![1u8; 65_536]));
    let endless = upload().body(reqwest::Body::wrap_stream(pieces)).send();
    assert!(timeout(Duration::from_millis(300), endless).await.is_err());
    // The next one is served as if nothing had been.
    let reply: Value = upload().body(Vec::new()).send().await.unwrap().json().await.unwrap();
    assert_eq!(reply, json!({"received_bytes": 0}));
    let mut socket = live.socket(&session).await;
    let counters = loop {
        if let SocketMessage::Counters(counters) = told(&mut socket).await {
            break counters;
        }
    };
    assert!(counters.received_bytes > 3_000_000, "{counters:?}");
}

#[tokio::test]
async fn pings_are_echoed_and_a_flood_or_a_long_message_ends_the_socket() {
    let live = Live::new().await;
    let session = live.session("full").await;
    let mut socket = live.socket(&session).await;
    socket.send(Message::text(r#"{"seq":4,"t":12.5}"#)).await.unwrap();
    loop {
        match told(&mut socket).await {
            SocketMessage::Echo(ping) => break assert_eq!((ping.seq, ping.t), (4, 12.5)),
            SocketMessage::Turn { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    socket.send(Message::text("x".repeat(10_000))).await.unwrap();
    let ended = async { while let Some(Ok(_)) = socket.next().await {} };
    timeout(Duration::from_secs(5), ended).await.expect("a long message ends it");
    let mut socket = live.socket(&session).await;
    for _ in 0..1000 {
        if socket.send(Message::text("{}")).await.is_err() {
            break;
        }
    }
    let ended = async { while let Some(Ok(_)) = socket.next().await {} };
    timeout(Duration::from_secs(5), ended).await.expect("a flood ends it");
}

#[tokio::test]
async fn the_second_test_waits_and_is_told_its_turn() {
    let live = Live::new().await;
    let first = live.session("full").await;
    let mut running = live.socket(&first).await;
    let reply = live.ask_session("full").await;
    assert_eq!(reply.status(), StatusCode::ACCEPTED);
    let second: Session = reply.json().await.unwrap();
    assert_eq!(second.queue_position, Some(0));
    let early = live.client.get(live.url(&second.download_url)).send().await.unwrap();
    assert_eq!(early.status(), StatusCode::CONFLICT);
    let mut waiting = live.socket(&second).await;
    assert!(matches!(told(&mut waiting).await, SocketMessage::Place { queue_position: 0 }));
    running.close(None).await.unwrap();
    // The first is left: ten seconds later its place is free.
    let turn = timeout(Duration::from_secs(15), waiting.next()).await.expect("in time").unwrap().unwrap();
    assert!(turn.to_text().unwrap().contains("\"turn\":true"), "{turn}");
    let now = live.client.get(live.url(&second.download_url)).send().await.unwrap();
    assert_eq!(now.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_queue_has_an_end_and_says_when_to_come_back() {
    let live = Live::with(|config| {
        config.speed.queue = 1;
        config.speed.max_per_address = 3;
    })
    .await;
    live.session("full").await;
    live.session("full").await;
    let full = live.ask_session("full").await;
    assert_eq!(full.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(full.headers()["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
}

#[tokio::test]
async fn one_address_has_a_few_tests_at_most() {
    let live = Live::with(|config| config.speed.max_per_address = 2).await;
    live.session("full").await;
    live.session("full").await;
    let third = live.ask_session("full").await;
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(third.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn a_light_run_stays_under_ten_megabytes() {
    let live = Live::new().await;
    let session = live.session("light").await;
    let down = live.client.get(live.url(&session.download_url)).send().await.unwrap();
    let down = down.bytes().await.unwrap().len() as u64;
    let upload = || live.client.post(live.url(&session.upload_url)).body(vec![0; 2_000_000]).send();
    // What went down leaves the upload its share, and both together have an end.
    let up: Value = upload().await.unwrap().json().await.unwrap();
    assert_eq!(up, json!({"received_bytes": 2_000_000}));
    assert!((4_000_000..10_000_000).contains(&down));
    assert!(session.max_bytes < 10_000_000);
    let _ = upload().await;
    let mut socket = live.socket(&session).await;
    let counters = loop {
        if let SocketMessage::Counters(counters) = told(&mut socket).await {
            break counters;
        }
    };
    assert!(counters.sent_bytes + counters.received_bytes <= session.max_bytes, "{counters:?}");
}

#[tokio::test]
async fn no_token_opens_nothing() {
    let live = Live::new().await;
    let session = live.session("full").await;
    let mut forged = session.token.clone().into_bytes();
    forged[5] = if forged[5] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for (token, status) in [
        ("?token=".to_owned(), StatusCode::FORBIDDEN),
        (format!("?token={forged}"), StatusCode::FORBIDDEN),
        (format!("?token={}", "A".repeat(75)), StatusCode::FORBIDDEN),
        (format!("?token={}", "A".repeat(5000)), StatusCode::FORBIDDEN),
        ("?token=%00%ff".to_owned(), StatusCode::FORBIDDEN),
        (String::new(), StatusCode::BAD_REQUEST),
    ] {
        for path in ["/api/speed/download", "/api/speed/ping"] {
            let reply = live.client.get(live.url(&format!("{path}{token}"))).send().await.unwrap();
            assert_eq!(reply.status(), status, "{path}{token}");
        }
        let reply = live.client.post(live.url(&format!("/api/speed/upload{token}"))).send().await.unwrap();
        assert_eq!(reply.status(), status, "upload {token}");
    }
}

#[tokio::test]
async fn a_test_has_a_few_streams_and_slow_readers_are_cut_off_at_its_end() {
    let live = Live::with(|config| config.speed.max_seconds = 1).await;
    let session = live.session("full").await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(live.client.get(live.url(&session.download_url)).send().await.unwrap());
    }
    let ninth = live.client.get(live.url(&session.download_url)).send().await.unwrap();
    assert_eq!(ninth.status(), StatusCode::TOO_MANY_REQUESTS);
    // Nobody reads. Two directions of a second, fifteen seconds of pauses, one of grace: then all are cut.
    let over = async {
        while live.app.state.speed.running() > 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    };
    timeout(Duration::from_secs(30), over).await.expect("the test ends by itself");
    // A connection that still carried a stream would hold up the stop for its eight seconds.
    live.app.state.stop.cancel();
    timeout(Duration::from_secs(3), live.serving).await.expect("every stream was cut off").unwrap();
    drop(open);
}

#[tokio::test]
async fn the_bandwidth_probe_gives_and_takes_a_little() {
    let live = Live::new().await;
    let get = |query: &'static str| live.client.get(live.url(&format!("/api/bandwidth-probe{query}"))).send();
    assert_eq!(get("").await.unwrap().bytes().await.unwrap().len(), 256 * 1024);
    let reply = get("?size_kb=4").await.unwrap();
    assert_eq!(reply.headers()["content-type"], "application/octet-stream");
    assert_eq!(reply.bytes().await.unwrap().len(), 4096);
    assert_eq!(get("?size_kb=513").await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(get("?size_kb=much").await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(get("?size_kb=NaN").await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    let post = |size| live.client.post(live.url("/api/bandwidth-probe")).body(vec![0; size]).send();
    assert_eq!(post(1000).await.unwrap().json::<Value>().await.unwrap(), json!({"ok": true}));
    assert_eq!(post(9 << 20).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
}
