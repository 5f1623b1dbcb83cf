//! The canary, with whatever may stand between two servers played on loopback.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, Request, header},
    response::{IntoResponse, Redirect, Response},
};
use backend::{canary::look, config::CanaryConfig};
use domain::{
    ErrorCode,
    canary::{CanaryAnswer, CanaryQuery, CanaryVerdict, GET_CANARY, GET_CANARY_RESULT},
};
use http_body_util::BodyExt;
use rstest::rstest;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::app::{TestApp, code};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    Honest,
    Keeps,
    Adds,
    MakesCacheable,
    TakesTheSignature,
    Portal,
    SignIn,
    Gone,
}

/// A proxy before a server.
#[derive(Clone)]
struct Proxy {
    manner: Manner,
    server: Router,
    kept: Arc<Mutex<Option<(Response<()>, Vec<u8>)>>>,
}

async fn pass(State(proxy): State<Proxy>, request: Request<Body>) -> Response {
    match proxy.manner {
        Manner::Portal => return "<html>Welcome to our network".into_response(),
        Manner::SignIn => return Redirect::temporary("http://portal.example/").into_response(),
        _ => {}
    }
    let (head, body) = proxy.server.clone().oneshot(request).await.unwrap().into_parts();
    let mut bytes = body.collect().await.unwrap().to_bytes().to_vec();
    let mut head = Response::from_parts(head, ());
    match proxy.manner {
        Manner::Keeps => {
            let mut kept = proxy.kept.lock().unwrap();
            let first = kept.get_or_insert((head, bytes));
            (head, bytes) = (copy(&first.0), first.1.clone());
        }
        Manner::Adds => {
            bytes.extend(b"<script>");
            head.headers_mut().remove(header::CONTENT_LENGTH);
        }
        Manner::MakesCacheable => {
            head.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=600"));
        }
        Manner::TakesTheSignature => drop(head.headers_mut().remove("x-canary-signature")),
        _ => {}
    }
    head.map(|()| Body::from(bytes))
}

fn copy(head: &Response<()>) -> Response<()> {
    let mut copy = Response::new(());
    *copy.status_mut() = head.status();
    *copy.headers_mut() = head.headers().clone();
    copy
}

async fn answer(app: &TestApp, nonce: &str) -> CanaryAnswer {
    app.anyone().call(GET_CANARY, &CanaryQuery { nonce: nonce.into() }).await.unwrap()
}

#[rstest]
#[case::honest(Manner::Honest, CanaryVerdict::Intact)]
#[case::a_cache(Manner::Keeps, CanaryVerdict::Cached)]
#[case::an_advert(Manner::Adds, CanaryVerdict::Rewritten)]
#[case::another_header(Manner::MakesCacheable, CanaryVerdict::Rewritten)]
#[case::no_signature(Manner::TakesTheSignature, CanaryVerdict::Rewritten)]
#[case::a_portal(Manner::Portal, CanaryVerdict::Intercepted)]
#[case::a_redirect(Manner::SignIn, CanaryVerdict::Intercepted)]
#[case::nobody(Manner::Gone, CanaryVerdict::Unreachable)]
#[tokio::test]
async fn what_stands_between_is_named(#[case] manner: Manner, #[case] expected: CanaryVerdict) {
    let server = TestApp::new().await;
    let key = answer(&server, "0123456789abcdef").await.key;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    if manner == Manner::Gone {
        drop(listener);
    } else {
        let proxy = Proxy { manner, server: server.router(), kept: Arc::default() };
        let router = Router::new().fallback(pass).with_state(proxy);
        server.state.tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    }
    let mut canary = CanaryConfig { url, host: "other.example".into(), key: [0; 32] };
    canary.key.copy_from_slice(
        &(0..64).step_by(2).map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap()).collect::<Vec<_>>(),
    );
    let app = TestApp::with(|config| config.canary = Some(canary)).await;
    // Twice: only then a cache has something to give.
    look(&app.state).await;
    look(&app.state).await;
    let found = app.anyone().call(GET_CANARY_RESULT, &()).await.unwrap().unwrap();
    assert_eq!((found.verdict, found.host.as_str()), (expected, "other.example"), "{}", found.because);
    assert_eq!(found.since, app.now());
}

#[tokio::test]
async fn another_servers_signature_does_not_count() {
    let server = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = server.router();
    server.state.tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    let canary = CanaryConfig { url, host: "other.example".into(), key: [9; 32] };
    let app = TestApp::with(|config| config.canary = Some(canary)).await;
    look(&app.state).await;
    let found = app.anyone().call(GET_CANARY_RESULT, &()).await.unwrap().unwrap();
    assert!(found.verdict == CanaryVerdict::Rewritten && found.because.contains("canary.key"), "{found:?}");
}

#[tokio::test]
async fn a_canary_echoes_what_it_can_and_is_not_kept() {
    let app = TestApp::new().await;
    assert_eq!(answer(&app, "fedcba9876543210").await.nonce, "fedcba9876543210");
    let reply = app.anyone().get("/api/canary?nonce=fedcba9876543210").await;
    assert_eq!(reply.headers["cache-control"], "no-store, no-transform");
    assert_eq!(reply.headers["x-canary-signature"].len(), 128);
    assert_eq!(app.anyone().call(GET_CANARY_RESULT, &()).await.unwrap(), None, "none is configured");
    for nonce in ["short", "with spaces in its middle", &"a".repeat(65)] {
        let refused = app.anyone().call(GET_CANARY, &CanaryQuery { nonce: nonce.into() }).await;
        assert_eq!(code(refused), ErrorCode::Invalid, "{nonce}");
    }
}
