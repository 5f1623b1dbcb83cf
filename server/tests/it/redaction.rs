//! Nothing in the log tells who was here: not at the most talkative level, not when requests fail.

use domain::speed_tests::Session;
use futures::{SinkExt, StreamExt};
use reqwest::{Client, RequestBuilder, header};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::program::{Program, Running};

const DEVICE: &str = "6a2f41a3-c54c-4ce1-9c2b-2f1f0b9c2a11";
const KEY: &str = "idempotency-key-of-a-browser";
const ADDRESSES: [&str; 2] = ["203.0.113.77", "2001:db8:77::5"];

struct Visitor<'a> {
    server: &'a Running,
    client: Client,
    address: &'static str,
}

impl Visitor<'_> {
    fn as_me(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("x-client-id", DEVICE).header("x-forwarded-for", self.address)
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        self.as_me(self.client.get(self.server.url(path))).send().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> reqwest::Response {
        let request = self.as_me(self.client.post(self.server.url(path))).header("idempotency-key", KEY);
        request.json(&body).send().await.unwrap()
    }

    /// Opens a WebSocket, says something, hears something.
    async fn socket(&self, path: &str, say: &str) {
        let url = format!("ws://{}{path}", self.server.address);
        let mut request =
            tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(url).unwrap();
        request.headers_mut().insert("x-client-id", DEVICE.parse().unwrap());
        request.headers_mut().insert("x-forwarded-for", self.address.parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        socket.send(Message::text(say)).await.unwrap();
        socket.next().await.unwrap().unwrap();
        socket.close(None).await.unwrap();
    }

    /// A whole visit; what of it must not be told.
    async fn visit(&self) -> Vec<String> {
        for path in
            ["/", "/test", "/history", "/settings", "/api/my-connection", "/api/verdict", "/api/me/export"]
        {
            assert!(self.get(path).await.status().is_success(), "{path}");
        }
        let cookie = self
            .client
            .get(self.server.url("/"))
            .header(header::COOKIE, format!("steadyline_device={DEVICE}"));
        assert!(cookie.header("x-forwarded-for", self.address).send().await.unwrap().status().is_success());
        let session = self.post("/api/speed/session", json!({"kind": "light"})).await;
        let session: Session = session.json().await.unwrap();
        let upload = self.client.post(self.server.url(&session.upload_url)).body(vec![7; 100_000]);
        assert_eq!(self.as_me(upload).send().await.unwrap().status(), 200);
        self.get(&session.download_url).await.chunk().await.unwrap();
        self.socket(&session.ping_url, r#"{"seq":1,"t":1.5}"#).await;
        self.socket("/api/ws/live", "ping").await;
        let failed =
            json!({"kind": "failed", "started_at": "2026-11-21T09:00:00Z", "age_ms": 0, "online": true});
        assert_eq!(self.post("/api/measurements", failed).await.status(), 201);
        let code: Value = self.post("/api/me/pair", json!(null)).await.json().await.unwrap();
        let code = code["code"].as_str().unwrap().to_owned();
        self.post(&format!("/api/me/pair/{code}"), json!(null)).await;
        self.fail(&session.token).await;
        vec![session.token[..40].to_owned(), session.token[40..].to_owned(), code]
    }

    /// Requests that end in errors.
    async fn fail(&self, token: &str) {
        // Not the last letter: some of its bits are nobody's, and it may be this one already.
        let other = if &token[60..61] == "A" { "B" } else { "A" };
        let forged = format!("{}{other}{}", &token[..60], &token[61..]);
        assert_eq!(self.get(&format!("/api/speed/download?token={forged}")).await.status(), 403);
        let run = json!({"kind": "finished", "token": token, "started_at": 7});
        assert_eq!(self.post("/api/measurements", run).await.status(), 400);
        let odd = self
            .client
            .get(self.server.url("/api/my-connection"))
            .header("x-client-id", format!("{DEVICE}x"));
        assert_eq!(odd.send().await.unwrap().status(), 400);
        assert_eq!(self.get(&format!("/api/nowhere?device={DEVICE}")).await.status(), 404);
    }
}

#[tokio::test]
async fn no_id_no_token_and_no_address_stand_in_the_log() {
    let program = Program::new();
    let trace = ["--set", "log.level=trace", "--set", "http.trusted_proxies=127.0.0.1/32"];
    // Both visits at once, as often as they like.
    let free = ["--set", "limits.enabled=false", "--set", "speed.uplink_mbit=100000"];
    let server = program.start(&[trace, free].concat());
    let mut secrets = vec![DEVICE.to_owned(), DEVICE.replace('-', ""), KEY.to_owned()];
    secrets.extend(ADDRESSES.map(str::to_owned));
    for address in ADDRESSES {
        let visitor =
            Visitor { server: &server, client: Client::builder().no_proxy().build().unwrap(), address };
        secrets.extend(visitor.visit().await);
    }
    let log = server.log();
    assert!(log.contains("/api/speed/session") && log.contains("answered"), "{log}");
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret}");
    }
}
