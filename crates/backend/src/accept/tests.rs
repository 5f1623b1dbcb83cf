//! The loop against real sockets on loopback.

use axum::{Json, extract::ws::WebSocketUpgrade, response::Response, routing::get};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    loop_: tokio::task::JoinHandle<()>,
}

async fn run(limits: Limits) -> Running {
    let app = Router::new()
        .route(
            "/peer",
            get(|ConnectInfo(peer): ConnectInfo<Peer>| async move {
                let info = probe::tcp_info(&*peer.socket.expect("a real connection")).expect("TCP_INFO");
                Json((peer.address, info.bytes_received))
            }),
        )
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_millis(300)).await }))
        .route("/socket", get(|ws: WebSocketUpgrade| async { echo(ws) }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let loop_ = TaskTracker::new().spawn(serve(vec![Door::plain(listener, app)], limits, stop.clone()));
    Running { address, stop, loop_ }
}

fn echo(ws: WebSocketUpgrade) -> Response {
    ws.on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    })
}

async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_handler_sees_the_peer_and_the_kernels_view_of_it() {
    let running = run(Limits::default()).await;
    let request = "GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = ask(running.address, request).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&format!(",{}]", request.len())), "{answer}");
    assert!(answer.contains("127.0.0.1:"), "{answer}");
}

#[tokio::test]
async fn http2_is_spoken_by_prior_knowledge() {
    let running = run(Limits::default()).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().unwrap();
    let answer = client.get(format!("http://{}/peer", running.address)).send().await.unwrap();
    assert_eq!((answer.status(), answer.version()), (http::StatusCode::OK, http::Version::HTTP_2));
}

#[tokio::test]
async fn websockets_are_upgraded() {
    use futures::{SinkExt, StreamExt};
    let running = run(Limits::default()).await;
    let url = format!("ws://{}/socket", running.address);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    socket.send("hello".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), "hello");
}

#[tokio::test]
async fn a_client_that_dawdles_over_its_head_is_closed() {
    let limits = Limits { header_timeout: Duration::from_millis(200), ..Limits::default() };
    let running = run(limits).await;
    // Nothing at all; the start of HTTP/2's preface; half a head.
    for start in ["", "PRI * HT", "GET /peer HTTP/1.1\r\nhost:"] {
        let closed = timeout(Duration::from_secs(5), ask(running.address, start)).await;
        assert!(closed.is_ok(), "still open after {start:?}");
    }
}

#[tokio::test]
async fn connections_above_the_cap_wait() {
    let running = run(Limits { connections: 1, ..Limits::default() }).await;
    let held = TcpStream::connect(running.address).await.unwrap();
    let request = "GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let waiting = TaskTracker::new().spawn(async move { ask(running.address, request).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    drop(held);
    assert!(waiting.await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_ends() {
    let running = run(Limits::default()).await;
    let under_way = TaskTracker::new().spawn(ask(running.address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.stop.cancel();
    assert!(under_way.await.unwrap().starts_with("HTTP/1.1 200"));
    timeout(Duration::from_secs(2), running.loop_).await.expect("the loop ends").unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let running = run(Limits { drain: Duration::from_millis(100), ..Limits::default() }).await;
    let _open = tokio_tungstenite::connect_async(format!("ws://{}/socket", running.address)).await.unwrap();
    let request = "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";
    let _cut = TaskTracker::new().spawn(ask(running.address, request));
    tokio::time::sleep(Duration::from_millis(50)).await;
    running.stop.cancel();
    timeout(Duration::from_secs(2), running.loop_).await.expect("the loop ends").unwrap();
}
