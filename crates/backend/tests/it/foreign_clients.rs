//! ndt7 and LibreSpeed as their clients speak them, and this server's own test against both kinds of endpoint.

use std::time::Duration;

use axum::http::StatusCode;
use backend::{entities::measurement, speed_tests::test_lines};
use chrono::TimeDelta;
use domain::{
    measurements::{Measurement, Source},
    speed_tests::schedule::Schedule,
};
use futures::{SinkExt, StreamExt};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest, http::HeaderValue};

use crate::{app::TestApp, speed_tests::Live};

const NDT7: &str = "net.measurementlab.ndt.v7";

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn ndt7(live: &Live, direction: &str) -> Socket {
    let mut request = format!("ws://{}/ndt/v7/{direction}", live.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(NDT7));
    let (socket, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], NDT7);
    socket
}

#[tokio::test]
async fn an_ndt7_download_scales_its_messages_and_tells_what_the_kernel_saw() {
    let live = Live::new().await;
    let mut socket = ndt7(&live, "download").await;
    let (mut total, mut sizes, mut last) = (0_u64, Vec::new(), None);
    let reading = async {
        while let Some(Ok(message)) = socket.next().await {
            match message {
                Message::Binary(bytes) => {
                    total += bytes.len() as u64;
                    if sizes.last() != Some(&bytes.len()) {
                        sizes.push(bytes.len());
                    }
                }
                Message::Text(text) => {
                    last = Some(serde_json::from_str::<Value>(&text).unwrap());
                    if total > 100_000_000 {
                        break;
                    }
                }
                _ => {}
            }
        }
    };
    timeout(Duration::from_secs(15), reading).await.expect("ten seconds at most");
    assert_eq!(sizes[0], 1 << 13);
    assert!(sizes.windows(2).all(|pair| pair[1] == pair[0] * 2) && sizes.iter().all(|&size| size <= 1 << 20));
    let told = last.expect("a measurement");
    assert_eq!((&told["Origin"], &told["Test"]), (&json!("server"), &json!("download")));
    assert!(told["AppInfo"]["NumBytes"].as_u64().unwrap() > 0);
    assert!(told["TCPInfo"]["MinRTT"].is_u64() && told["TCPInfo"]["BusyTime"].as_u64().unwrap() > 0);
    assert_eq!(told["ConnectionInfo"]["Server"], json!(live.address.to_string()));
}

#[tokio::test]
async fn an_ndt7_upload_is_counted() {
    let live = Live::new().await;
    let mut socket = ndt7(&live, "upload").await;
    for _ in 0..100 {
        socket.send(Message::Binary(vec![7; 1 << 16].into())).await.unwrap();
    }
    let told = loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            let told: Value = serde_json::from_str(&text).unwrap();
            if told["AppInfo"]["NumBytes"] == json!(100 << 16) {
                break told;
            }
        }
    };
    assert_eq!(told["Test"], json!("upload"));
    assert!(told["TCPInfo"]["BytesReceived"].as_u64().unwrap() > 100 << 16);
}

#[tokio::test]
async fn ndt7_needs_its_protocol_and_a_place() {
    let live = Live::new().await;
    let plain = live.client.get(live.url("/ndt/v7/download"));
    assert_eq!(plain.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let url = format!("ws://{}/ndt/v7/download", live.address);
    let refused = tokio_tungstenite::connect_async(url).await.unwrap_err().to_string();
    assert!(refused.contains("400"), "{refused}");
    // A test is running: an ndt7 client cannot wait, so it is told when to come back.
    live.session("full").await;
    let upgrade = live
        .client
        .get(live.url("/ndt/v7/upload"))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", NDT7);
    let busy = upgrade.send().await.unwrap();
    assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(busy.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn librespeeds_requests_are_answered_as_its_worker_expects() {
    let live = Live::new().await;
    let get = |path: &'static str| live.client.get(live.url(path)).send();
    for path in ["/backend/garbage?ckSize=3&r=0.1", "/backend/garbage.php?ckSize=3"] {
        let reply = get(path).await.unwrap();
        assert_eq!(reply.headers()["content-disposition"], "attachment; filename=random.dat");
        assert!(!reply.headers().contains_key("access-control-allow-origin"));
        assert_eq!(reply.bytes().await.unwrap().len(), 3 << 20);
    }
    for path in ["/backend/empty", "/backend/empty.php?r=0.5"] {
        let reply = live.client.post(live.url(path)).body(vec![7; 20 << 20]).send().await.unwrap();
        assert_eq!(reply.status(), StatusCode::OK);
        assert_eq!(reply.bytes().await.unwrap().len(), 0);
        assert_eq!(get(path).await.unwrap().status(), StatusCode::OK);
    }
    for path in ["/backend/getIP?isp=true&distance=km", "/backend/getIP.php"] {
        let reply: Value = get(path).await.unwrap().json().await.unwrap();
        assert_eq!(reply, json!({"processedString": "127.0.0.1 - localhost IPv4 access", "rawIspInfo": ""}));
    }
    let reply = get("/backend/garbage?cors=true&ckSize=1").await.unwrap();
    assert_eq!(reply.headers()["access-control-allow-origin"], "*");
    assert_eq!(reply.headers()["access-control-allow-methods"], "GET, POST");
    let preflight = live.client.request(axum::http::Method::OPTIONS, live.url("/backend/empty?cors=true"));
    let preflight = preflight.send().await.unwrap();
    assert_eq!(preflight.headers()["access-control-allow-headers"], "Content-Encoding, Content-Type");
}

#[tokio::test]
async fn librespeed_gets_no_bytes_while_another_test_runs() {
    let live = Live::new().await;
    live.session("full").await;
    let busy = live.client.get(live.url("/backend/garbage")).send().await.unwrap();
    assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(busy.headers().contains_key("retry-after"));
    let busy = live.client.post(live.url("/backend/empty")).body("x").send().await.unwrap();
    assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
    // Its pings cost nothing.
    assert_eq!(live.client.get(live.url("/backend/empty")).send().await.unwrap().status(), StatusCode::OK);
}

async fn test_now(live: &Live) -> reqwest::Response {
    live.client.post(live.url("/api/test-now?location=Cellar")).send().await.unwrap()
}

#[tokio::test]
async fn without_an_endpoint_the_line_to_add_is_named() {
    let live = Live::new().await;
    let reply = test_now(&live).await;
    assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE);
    let error: Value = reply.json().await.unwrap();
    assert!(error["detail"].as_str().unwrap().contains("STEADYLINE_SPEED__ENDPOINTS"), "{error}");
}

#[tokio::test]
async fn callers_share_one_run_and_an_endpoint_that_is_silent_is_said() {
    // Port 9 (discard) of loopback: nobody listens there.
    let live = Live::with(|config| {
        config.speed.endpoints = vec!["http://127.0.0.1:9".to_owned()];
        config.speed.own_tests_per_hour = 1;
    })
    .await;
    let (one, two) = tokio::join!(test_now(&live), test_now(&live));
    let statuses = [one.status(), two.status()];
    assert!(statuses.contains(&StatusCode::SERVICE_UNAVAILABLE), "{statuses:?}");
    let third = test_now(&live).await;
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(third.headers().contains_key("retry-after"));
}

/// Both kinds of endpoint, for the whole twenty seconds.
#[tokio::test]
async fn this_servers_line_is_tested_against_another_steadyline_and_against_ndt7() {
    tokio::join!(line_is_tested("http", "http"), line_is_tested("ws", "ndt7"), line_is_tested_by_the_clock());
}

/// Bound to an interface, and kept as a measurement of it.
async fn line_is_tested_by_the_clock() {
    let there = Live::new().await;
    let endpoint = format!("http://{}", there.address);
    let here = TestApp::with(|config| {
        config.speed.endpoints = vec![endpoint];
        config.uplinks.interfaces = vec!["lo".to_owned()];
        let schedule = Schedule { every: TimeDelta::hours(6), quiet: None, daily_bytes: 1_000_000 };
        config.uplinks.speed_tests = Some(schedule);
    })
    .await;
    test_lines(here.state.clone()).await.unwrap();
    // Six hours later the day's volume is used up.
    here.clock.advance(TimeDelta::hours(6));
    test_lines(here.state.clone()).await.unwrap();
    let rows = measurement::Entity::find().all(&here.state.db.read).await.unwrap();
    assert_eq!((rows.len(), rows[0].uplink.as_deref(), rows[0].failure.as_deref()), (1, Some("lo"), None));
    assert!(rows[0].valid && rows[0].download_mbps.unwrap() > 1.0 && rows[0].bytes_used > 1_000_000);
}

async fn line_is_tested(scheme: &str, method: &str) {
    let there = Live::new().await;
    let endpoint = format!("{scheme}://{}", there.address);
    let here = Live::with(|config| config.speed.endpoints = vec![endpoint]).await;
    let reply = test_now(&here).await;
    let status = reply.status();
    let text = reply.text().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{text}");
    let measured: Measurement = serde_json::from_str(&text).unwrap();
    assert_eq!((measured.source, measured.method.as_str()), (Source::Server, method));
    assert!(measured.download_speed.unwrap() > 1.0 && measured.upload_speed.unwrap() > 1.0, "{text}");
    assert!(measured.ping.is_some() && measured.id > 0, "{text}");
    assert_eq!(measured.location.as_deref(), Some("Cellar"));
    // Who comes a moment later is given the same.
    assert_eq!(test_now(&here).await.json::<Measurement>().await.unwrap().id, measured.id);
}
