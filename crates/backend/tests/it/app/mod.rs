//! `TestApp`: the router over a database of its own, called as a page or a script would.
//!
//! SQLite by default: a file copied from a template that is migrated once. With `STEADYLINE_TEST_DATABASE_URL` each
//! test gets a PostgreSQL database cloned from a migrated template.

pub mod database;
pub mod door;
pub mod standins;
pub mod stored;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use backend::{
    AppState,
    accept::Peer,
    clock::{Clock, TestClock},
    config::Config,
    http::{api_router, complete},
};
use chrono::{DateTime, Utc};
use domain::{ApiError, Endpoint, ErrorCode};
use http_body_util::BodyExt;
use serde::{Serialize, de::DeserializeOwned};
use tower::ServiceExt;
use uuid::Uuid;

/// A server without a socket.
pub struct TestApp {
    pub state: AppState,
    pub clock: TestClock,
    router: Router,
    /// Removed with the app.
    _folder: tempfile::TempDir,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e} in {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A Saturday morning; tests move on from here.
pub const START: &str = "2026-11-21T09:00:00Z";

impl TestApp {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// As [`Self::new`], with other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        config.database_url = Some(database::prepare(folder.path()).await.into());
        // What counts requests has tests of its own; the others may ask as often as they like.
        config.limits.enabled = false;
        config.uplinks.enabled = false;
        // What probes names stand-ins for whom it asks.
        config.diagnostics.enabled = false;
        change(&mut config);
        let clock = TestClock::at(START.parse().unwrap());
        let state = AppState::build(config, Arc::new(clock.clone())).await.unwrap();
        Self { router: complete(api_router(state.clone()), &state), state, clock, _folder: folder }
    }

    /// The whole router, for tests that need a real socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Someone without a device.
    pub fn anyone(&self) -> Visitor<'_> {
        Visitor { app: self, device: None, address: IpAddr::from([203, 0, 113, 7]), headers: Vec::new() }
    }

    /// A device of its own, the same for the same number, in a household of its own.
    pub fn device(&self, number: u8) -> Visitor<'_> {
        Visitor {
            app: self,
            device: Some(Uuid::from_u128(0x5eed_0000_0000_4000_8000_0000_0000_0000 + u128::from(number))),
            address: IpAddr::from([198, 51, 100, number]),
            headers: Vec::new(),
        }
    }

    /// Any request at all.
    pub async fn request(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }
}

/// Who asks.
#[derive(Clone)]
pub struct Visitor<'a> {
    app: &'a TestApp,
    pub device: Option<Uuid>,
    pub address: IpAddr,
    headers: Vec<(&'static str, String)>,
}

impl Visitor<'_> {
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn from(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Calls an endpoint and reads the answer as the page will.
    pub async fn call<I: Serialize, O: DeserializeOwned>(
        &self,
        endpoint: Endpoint<I, O>,
        input: &I,
    ) -> Result<O, ApiError> {
        let call = endpoint.call(input)?;
        let reply = self.send(call.method.as_str(), &call.uri, call.body).await;
        if reply.status.is_success() { Ok(reply.json()) } else { Err(reply.json()) }
    }

    pub async fn get(&self, uri: &str) -> Reply {
        self.send("GET", uri, None).await
    }

    pub async fn send(&self, method: &str, uri: &str, body: Option<Vec<u8>>) -> Reply {
        self.app.request(self.request(method, uri, body)).await
    }

    /// The body of an answer that has no end.
    pub async fn stream(&self, uri: &str) -> Body {
        let response = self.app.router().oneshot(self.request("GET", uri, None)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
        response.into_body()
    }

    fn request(&self, method: &str, uri: &str, body: Option<Vec<u8>>) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(uri);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(device) = self.device {
            request = request.header("x-client-id", device.to_string());
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        request.extensions_mut().insert(ConnectInfo(Peer::from(SocketAddr::new(self.address, 4711))));
        request
    }
}

/// The code of a refused call.
pub fn code<O>(result: Result<O, ApiError>) -> ErrorCode {
    match result {
        Ok(_) => panic!("was accepted"),
        Err(error) => error.code,
    }
}
