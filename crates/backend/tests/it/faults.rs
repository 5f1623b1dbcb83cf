//! A database that cannot be written for a while: callers are told to come again, and what they then deliver is there once.

use std::{path::PathBuf, process::Command, time::Duration};

use axum::http::StatusCode;
use backend::entities::measurement;
use domain::{ApiError, ErrorCode};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait, PaginatorTrait};
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{Reply, TestApp},
    kill,
};

/// A failed attempt of a device of its own: what is asked for once is stored once.
pub async fn deliver(app: &TestApp, key: Uuid) -> Reply {
    let mut visitor = app.anyone().header("idempotency-key", key.to_string());
    visitor.device = Some(key);
    let body = json!({"kind": "failed", "started_at": app.now(), "age_ms": 0, "online": true});
    visitor.send("POST", "/api/measurements", Some(body.to_string().into_bytes())).await
}

fn assert_refused(reply: &Reply) -> ApiError {
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{}", reply.text());
    assert!(reply.headers.contains_key("retry-after"));
    let error: ApiError = reply.json();
    assert_eq!(error.code, ErrorCode::Unavailable);
    error
}

async fn stored(app: &TestApp) -> u64 {
    measurement::Entity::find().count(&app.state.db.read).await.unwrap()
}

/// Another program that holds what a write needs.
async fn hold(app: &TestApp) -> DatabaseConnection {
    let mut options =
        ConnectOptions::new(app.state.config.database_url.as_ref().unwrap().expose_secret().to_owned());
    options.max_connections(1);
    let other = Database::connect(options).await.unwrap();
    let lock = if app.state.db.is_sqlite() {
        "BEGIN IMMEDIATE"
    } else {
        "BEGIN; LOCK TABLE measurements IN ACCESS EXCLUSIVE MODE"
    };
    other.execute_unprepared(lock).await.unwrap();
    other
}

#[tokio::test]
async fn a_write_waits_for_another_program_that_soon_ends() {
    let app = TestApp::new().await;
    let other = hold(&app).await;
    let ending = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        other.execute_unprepared("ROLLBACK").await.unwrap();
    };
    let (reply, ()) = tokio::join!(deliver(&app, Uuid::new_v4()), ending);
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
}

#[tokio::test]
async fn a_write_is_refused_while_another_program_keeps_the_database() {
    // Longer than SQLite waits for a lock (5 s), shorter than the suite's patience.
    let app = TestApp::with(|config| config.http.request_timeout = Duration::from_secs(8)).await;
    let other = hold(&app).await;
    let key = Uuid::new_v4();
    assert_refused(&deliver(&app, key).await);
    other.execute_unprepared("ROLLBACK").await.unwrap();
    assert_eq!(stored(&app).await, 0);
    for _ in 0..2 {
        assert_eq!(deliver(&app, key).await.status, StatusCode::CREATED);
        assert_eq!(stored(&app).await, 1);
    }
}

pub async fn limit_pages(app: &TestApp, pages: u32) {
    let set = app.state.db.write(move |tx| {
        Box::pin(async move {
            tx.execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await?;
            Ok(())
        })
    });
    set.await.unwrap();
}

#[tokio::test]
async fn a_full_database_refuses_in_a_sentence_and_takes_again_what_it_refused() {
    let app = TestApp::new().await;
    if !app.state.db.is_sqlite() {
        return;
    }
    // The file may not grow any more: SQLite fails as on a full disk, statement by statement.
    limit_pages(&app, 1).await;
    let mut accepted = 0;
    let refused = loop {
        let key = Uuid::new_v4();
        let reply = deliver(&app, key).await;
        if reply.status != StatusCode::CREATED {
            assert!(assert_refused(&reply).detail.contains("disk is full"), "{}", reply.text());
            break key;
        }
        accepted += 1;
        assert!(accepted < 1000, "the file has an end");
    };
    assert_eq!(stored(&app).await, accepted);
    limit_pages(&app, 1 << 30).await;
    assert_eq!(deliver(&app, refused).await.status, StatusCode::CREATED);
    assert_eq!(stored(&app).await, accepted + 1);
}

/// The disk itself is full: a small one of the server's own, mounted where nobody else sees it. Without the right to
/// such a mount the test above stands alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_survived_without_a_restart() {
    let mount = ["--user", "--map-root-user", "--mount", "sh", "-c"];
    let may = Command::new("unshare").args(mount).arg("mount -t tmpfs none /mnt").output();
    if !may.is_ok_and(|tried| tried.status.success()) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut server = Command::new("unshare");
    let script = r#"mount -t tmpfs -o size=4m steadyline "$0" && exec "$@""#;
    server.args(mount).arg(script).arg(folder.path()).arg(std::env::current_exe().unwrap());
    let (mut server, port) = kill::start(server, folder.path());
    // Its root as this process sees it: with the mount.
    let inside = PathBuf::from(format!("/proc/{}/root{}", server.id(), folder.path().display()));
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    let before = Uuid::new_v4();
    assert_eq!(kill::post(&client, port, before).await.unwrap().status(), StatusCode::CREATED);
    let filler = inside.join("filler");
    let full = std::fs::write(&filler, vec![0; 8 << 20]).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    let mut refused = Vec::new();
    for _ in 0..200 {
        let key = Uuid::new_v4();
        let reply = kill::post(&client, port, key).await.unwrap();
        if reply.status() == StatusCode::CREATED {
            continue;
        }
        assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE, "{}", reply.text().await.unwrap());
        refused.push(key);
    }
    assert!(!refused.is_empty(), "a disk of 4 MiB has an end");
    let ready = client.get(format!("http://127.0.0.1:{port}/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK, "reading goes on");
    std::fs::remove_file(&filler).unwrap();
    for key in refused.into_iter().take(10).chain([before]) {
        assert_eq!(kill::post(&client, port, key).await.unwrap().status(), StatusCode::CREATED);
    }
    server.kill().unwrap();
    server.wait().unwrap();
}
