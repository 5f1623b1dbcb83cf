//! The house around every handler: headers, errors, limits, origins, cookies.

use axum::{body::Body, http::Request};
use backend::http::InProcess;
use domain::{ApiError, ErrorCode, service::GET_HEALTH};

use crate::app::TestApp;

#[tokio::test]
async fn health_is_told_with_safe_headers() {
    let app = TestApp::new().await;
    let health = app.anyone().call(GET_HEALTH, &()).await.unwrap();
    assert!(health.parts.iter().all(|part| part.ok));
    for path in ["/health", "/livez", "/readyz", "/metrics", "/api/metrics", "/service-info", "/api/docs"] {
        assert_eq!(app.anyone().get(path).await.status, 200, "{path}");
    }
    let reply = app.anyone().get("/api/health").await;
    for name in ["x-request-id", "x-content-type-options", "content-security-policy", "x-frame-options"] {
        assert!(reply.headers.contains_key(name), "{name}");
    }
    assert!(
        !reply.headers.contains_key("strict-transport-security"),
        "HSTS over plain HTTP locks LAN hosts out"
    );
}

#[tokio::test]
async fn https_is_believed_of_a_trusted_proxy_alone() {
    let app = TestApp::with(|config| config.http.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()]).await;
    let hsts = async |from: [u8; 4]| {
        let visitor = app.anyone().from(from).header("x-forwarded-proto", "https");
        visitor.get("/api/health").await.headers.contains_key("strict-transport-security")
    };
    assert!(hsts([10, 0, 0, 1]).await);
    assert!(!hsts([192, 0, 2, 1]).await);
}

#[tokio::test]
async fn every_error_has_the_contracts_body() {
    let app = TestApp::new().await;
    let cases = [
        ("GET", "/api/nowhere", None, 404, ErrorCode::NotFound),
        ("DELETE", "/api/health", None, 405, ErrorCode::MethodNotAllowed),
        ("GET", "/api/events/live?topics=weather", None, 422, ErrorCode::Invalid),
        ("GET", "/api/ws/live", None, 400, ErrorCode::Malformed),
        ("POST", "/api/measurements", Some("{"), 400, ErrorCode::Malformed),
    ];
    for (method, path, body, status, code) in cases {
        let reply = app.device(1).send(method, path, body.map(|text| text.as_bytes().to_vec())).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        assert_eq!(reply.json::<ApiError>().code, code, "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_is_counted_while_it_is_read() {
    let app = TestApp::new().await;
    let body = format!("{{\"x\":\"{}\"}}", "a".repeat(70_000));
    let reply = app.device(1).send("POST", "/api/measurements", Some(body.into_bytes())).await;
    assert_eq!((reply.status.as_u16(), reply.json::<ApiError>().code), (413, ErrorCode::TooLarge));
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let app = TestApp::new().await;
    let request =
        Request::post("/api/measurements").header("content-type", "text/plain").body(Body::from("{}"));
    let reply = app.request(request.unwrap()).await;
    assert_eq!(
        (reply.status.as_u16(), reply.json::<ApiError>().code),
        (415, ErrorCode::UnsupportedMediaType)
    );
}

#[tokio::test]
async fn requests_are_counted_per_device_and_per_address() {
    let limited = |config: &mut backend::config::Config| {
        config.limits.enabled = true;
        config.limits.per_minute = 5.try_into().unwrap();
    };
    let app = TestApp::with(limited).await;
    for left in (0..5_u32).rev() {
        let reply = app.device(1).get("/api/my-connection").await;
        assert_eq!(reply.headers["x-ratelimit-remaining"], left.to_string());
    }
    let refused = app.device(1).get("/api/my-connection").await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after"));
    // From another address the device is still known; another device at the address shares it.
    assert_eq!(app.device(1).from([192, 0, 2, 77]).get("/api/my-connection").await.status, 429);
    assert_eq!(app.device(2).from([198, 51, 100, 1]).get("/api/my-connection").await.status, 429);
    // Another route, a third household, a supervisor and a page's own calls go on.
    assert_eq!(app.device(1).get("/api/system/info").await.status, 200);
    assert_eq!(app.device(3).get("/api/my-connection").await.status, 200);
    for _ in 0..20 {
        assert_eq!(app.device(1).get("/api/health").await.status, 200);
        let mut page = Request::get("/api/my-connection").body(Body::empty()).unwrap();
        page.extensions_mut().insert(InProcess([198, 51, 100, 1].into()));
        assert_eq!(app.request(page).await.status, 200);
    }
}

#[tokio::test]
async fn a_foreign_page_cannot_use_a_residents_cookie() {
    let app =
        TestApp::with(|config| config.http.cors_origins = vec!["https://friend.example".parse().unwrap()])
            .await;
    let send = async |origin: &'static str| {
        let visitor = app.anyone().header("host", "line.example").header("origin", origin);
        let visitor = visitor.header("cookie", "steadyline_device=5eed0000-0000-4000-8000-000000000001");
        visitor.send("DELETE", "/api/me", None).await.status.as_u16()
    };
    assert_eq!(send("https://evil.example").await, 403);
    assert_ne!(send("https://line.example").await, 403);
    assert_ne!(send("https://friend.example").await, 403);
}

#[tokio::test]
async fn only_listed_origins_get_cors_headers() {
    let app =
        TestApp::with(|config| config.http.cors_origins = vec!["https://friend.example".parse().unwrap()])
            .await;
    let allowed = async |origin: &'static str| {
        let reply = app.anyone().header("origin", origin).get("/api/health").await;
        reply.headers.contains_key("access-control-allow-origin")
    };
    assert!(allowed("https://friend.example").await);
    assert!(!allowed("https://evil.example").await);
}

#[tokio::test]
async fn a_device_id_that_is_no_uuid_is_refused() {
    let app = TestApp::new().await;
    let reply = app.anyone().header("x-client-id", "me").get("/api/my-connection").await;
    assert_eq!((reply.status.as_u16(), reply.json::<ApiError>().code), (400, ErrorCode::Malformed));
    assert!(!reply.text().contains("\"me\""), "an id is never echoed");
}

#[tokio::test]
async fn metrics_are_for_the_tokens_bearer() {
    let app = TestApp::with(|config| config.metrics.token = Some("a-token-of-some-length".into())).await;
    assert_eq!(app.anyone().get("/metrics").await.status, 401);
    let bearer = app.anyone().header("authorization", "Bearer a-token-of-some-length");
    let text = bearer.get("/metrics").await.text();
    assert!(text.contains("steadyline_measurements_total 0"), "{text}");
    assert!(!text.contains("steadyline_avg_download_mbps_24h"), "no data is no line, never 0");
}
