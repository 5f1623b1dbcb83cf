//! Handing in results: an honest run is judged and kept once, a made-up one is refused, a failed attempt counts once.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::{
    measurements::{InvalidReason, MeasurementResult},
    speed_tests::Session,
};
use reqwest::Response;
use serde_json::{Value, json};

use crate::speed_tests::Live;

const DEVICE: &str = "6a2f41a3-c54c-4ce1-9c2b-2f1f0b9c2a11";

async fn hand_in(live: &Live, key: &str, body: &Value) -> Response {
    let request = live.client.post(live.url("/api/measurements")).header("x-client-id", DEVICE);
    request.header("idempotency-key", key).json(body).send().await.unwrap()
}

/// Downloads for half a second and reports it as a browser would.
async fn run(live: &Live) -> (Session, Value) {
    let session = live.session("full").await;
    let mut download = live.client.get(live.url(&session.download_url)).send().await.unwrap();
    let (begun, mut bytes, mut windows) = (Instant::now(), 0, Vec::new());
    while begun.elapsed() < Duration::from_millis(500) {
        bytes += download.chunk().await.unwrap().unwrap().len() as u64;
        windows.push((begun.elapsed().as_secs_f64() * 1000.0, bytes));
    }
    drop(download);
    windows.dedup_by_key(|(t, _)| (*t / 100.0) as u64);
    let duration_ms = windows.last().unwrap().0;
    let bytes = windows.last().unwrap().1;
    let rtt_ms = vec![10.0; 20];
    let body = json!({
        "kind": "finished", "token": session.token, "started_at": session.server_now,
        "steps": [
            {"kind": "idle", "duration_ms": 400.0, "rtt_ms": rtt_ms},
            {"kind": "download", "duration_ms": duration_ms, "bytes": bytes, "windows": windows, "connections": 1},
        ],
        "client": {"visible": true, "connection": "ethernet", "family": null, "agent": "test"},
    });
    (session, body)
}

#[tokio::test]
async fn a_result_is_kept_once_and_answered_again() {
    let live = Live::new().await;
    let (_, body) = run(&live).await;
    let reply = hand_in(&live, "one", &body).await;
    assert_eq!(reply.status(), StatusCode::CREATED, "{}", reply.text().await.unwrap());
    let first: MeasurementResult = hand_in(&live, "one", &body).await.json().await.unwrap();
    assert_eq!(first.measurement.ping, Some(10.0));
    assert!(first.measurement.bytes_used > 0 && first.share_id.is_some());
    assert_eq!(first.measurement.congestion.as_deref(), Some("cubic"));
    assert_eq!(first.measurement.ip_version, Some(4));
    let again: MeasurementResult = hand_in(&live, "one", &body).await.json().await.unwrap();
    assert_eq!(again, first);
    // The same key for another body, and the same token for another key.
    let mut other = body.clone();
    other["client"]["agent"] = json!("other");
    assert_eq!(hand_in(&live, "one", &other).await.status(), StatusCode::CONFLICT);
    assert_eq!(hand_in(&live, "two", &body).await.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_result_is_taken_for_seven_days() {
    let live = Live::new().await;
    let (_, body) = run(&live).await;
    live.app.clock.advance(TimeDelta::days(6));
    // The server kept its log; the token's test is long over.
    let reply = hand_in(&live, "late", &body).await;
    assert_eq!(reply.status(), StatusCode::CREATED, "{}", reply.text().await.unwrap());
    let (_, body) = run(&live).await;
    live.app.clock.advance(TimeDelta::days(8));
    assert_eq!(hand_in(&live, "too late", &body).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_cannot_have_happened_is_refused_with_its_field() {
    let live = Live::new().await;
    let (_, honest) = run(&live).await;
    let changed = |path: &str, value: Value| {
        let mut body = honest.clone();
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    for (field, body) in [
        ("steps.1.bytes", changed("/steps/1/bytes", json!(9_000_000_000_000_u64))),
        ("steps.1.duration_ms", changed("/steps/1/duration_ms", json!(-1.0))),
        ("steps", changed("/steps/1/duration_ms", json!(1e9))),
        ("steps.0.rtt_ms.0", changed("/steps/0/rtt_ms", json!([-1.0]))),
        ("started_at", changed("/started_at", json!("2126-01-01T00:00:00Z"))),
        ("started_at", changed("/started_at", json!("2020-01-01T00:00:00Z"))),
    ] {
        let reply = hand_in(&live, field, &body).await;
        assert_eq!(reply.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let error: Value = reply.json().await.unwrap();
        assert!(error["fields"][field].is_string(), "{field}: {error}");
    }
    // Nothing of it was stored: the honest one is still taken.
    assert_eq!(hand_in(&live, "honest", &honest).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn unreadable_bodies_and_strange_tokens_are_refused() {
    let live = Live::new().await;
    let (session, honest) = run(&live).await;
    let mut forged = honest.clone();
    forged["token"] = json!("A".repeat(75));
    assert_eq!(hand_in(&live, "k", &forged).await.status(), StatusCode::FORBIDDEN);
    // A token whose test never carried a byte supports no result.
    let mut unused = honest.clone();
    unused["token"] = json!(live.session("full").await.token);
    assert_eq!(hand_in(&live, "k", &unused).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let post = |body: String| {
        let request =
            live.client.post(live.url("/api/measurements")).header("content-type", "application/json");
        request.header("x-client-id", DEVICE).body(body).send()
    };
    for body in [
        String::new(),
        "null".to_owned(),
        "{\"kind\":\"finished\"}".to_owned(),
        honest.to_string().replace("500.", "NaN").replace("10.0", "1e999"),
        "[".repeat(5000),
    ] {
        assert_eq!(post(body.clone()).await.unwrap().status(), StatusCode::BAD_REQUEST, "{body:.40}");
    }
    let reply = live.client.post(live.url("/api/measurements")).body("x").send().await.unwrap();
    assert_eq!(reply.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let reply = hand_in(&live, &"k".repeat(500), &honest).await;
    assert_eq!(reply.status(), StatusCode::BAD_REQUEST);
    drop(session);
}

#[tokio::test]
async fn a_token_is_spent_by_the_device_that_asked_for_it() {
    let live = Live::new().await;
    let (_, body) = run(&live).await;
    assert_eq!(hand_in(&live, "one", &body).await.status(), StatusCode::CREATED);
    // Now the device is known, and its next token is its own.
    let (_, body) = run(&live).await;
    let thief = live.client.post(live.url("/api/measurements")).json(&body);
    let reply = thief.header("x-client-id", "11111111-c54c-4ce1-9c2b-2f1f0b9c2a11").send().await.unwrap();
    assert_eq!(reply.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_failed_attempt_counts_once_in_ten_minutes() {
    let live = Live::new().await;
    let attempt = |age_s: u64| json!({"kind": "failed", "started_at": "1999-01-01T00:00:00Z", "age_ms": age_s * 1000, "online": true});
    let reply = hand_in(&live, "a", &attempt(3600)).await;
    assert_eq!(reply.status(), StatusCode::CREATED, "{}", reply.text().await.unwrap());
    let stored: MeasurementResult = hand_in(&live, "a", &attempt(3600)).await.json().await.unwrap();
    assert_eq!(stored.measurement.timestamp, live.app.now() - TimeDelta::hours(1));
    assert!(stored.measurement.is_outage && stored.measurement.valid);
    assert_eq!(stored.measurement.download_speed, None);
    assert_eq!(hand_in(&live, "b", &attempt(3600 - 540)).await.status(), StatusCode::CONFLICT);
    assert_eq!(hand_in(&live, "c", &attempt(3600 - 660)).await.status(), StatusCode::CREATED);
    assert_eq!(hand_in(&live, "d", &attempt(8 * 86_400)).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let huge =
        json!({"kind": "failed", "started_at": "1999-01-01T00:00:00Z", "age_ms": u64::MAX, "online": true});
    assert_eq!(hand_in(&live, "e", &huge).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_attempt_in_this_servers_own_gap_counts_nowhere() {
    use backend::entities::server_gap;
    use sea_orm::{ActiveValue::Set, EntityTrait};
    let live = Live::new().await;
    let end = live.app.now().timestamp_millis();
    live.app
        .state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let gap = server_gap::ActiveModel {
                    started_at: Set(end - 600_000),
                    ended_at: Set(end),
                    cause: Set("restart".to_owned()),
                    ..Default::default()
                };
                server_gap::Entity::insert(gap).exec_without_returning(tx).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    let attempt =
        json!({"kind": "failed", "started_at": "2026-11-21T09:00:00Z", "age_ms": 300_000, "online": true});
    let stored: MeasurementResult = hand_in(&live, "a", &attempt).await.json().await.unwrap();
    assert!(!stored.measurement.valid);
    assert_eq!(stored.detail.invalid_reason, Some(InvalidReason::ServerUnreachable));
}
