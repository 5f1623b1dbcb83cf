//! `kill -9` under load: what was acknowledged is there afterwards, once; and it stays once when delivered again.
//!
//! The server is this very program, started again as a child (`serve_until_killed`), behind its real accept loop. How
//! often it is killed: `STEADYLINE_KILLS`, 20 by default.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use backend::{AppState, accept, clock::SystemClock, config::Config, db::Db, http::api_router};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use uuid::Uuid;

const FOLDER: &str = "STEADYLINE_KILL_TEST_FOLDER";
const CLIENTS: usize = 8;

#[expect(clippy::disallowed_methods, reason = "switches of the test run, no settings of the program")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The child's half; does nothing when run by itself.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the server of the test below, started by it"]
#[expect(clippy::print_stdout, reason = "tells the parent its port")]
async fn serve_until_killed() {
    let Some(folder) = variable(FOLDER) else { return };
    let mut config = Config { data_dir: folder.into(), ..Config::default() };
    config.limits.enabled = false;
    config.uplinks.enabled = false;
    let state = AppState::build(config, Arc::new(SystemClock)).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("PORT={}", listener.local_addr().unwrap().port());
    accept::serve(
        vec![accept::Door::plain(listener, api_router(state.clone()))],
        accept::Limits::default(),
        state.stop.clone(),
    )
    .await;
}

fn start_server(folder: &Path) -> (Child, u16) {
    start(Command::new(std::env::current_exe().unwrap()), folder)
}

/// Starts the child by a command that ends in this program's path.
pub fn start(mut program: Command, folder: &Path) -> (Child, u16) {
    let mut child = program
        .args(["--exact", "kill::serve_until_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines
        .map_while(Result::ok)
        .find_map(|line| line.split_once("PORT=").and_then(|(_, port)| port.trim().parse().ok()))
        .expect("the server tells its port");
    (child, port)
}

/// A failed attempt of a device of its own: one durable row with its rollup.
pub async fn post(
    client: &reqwest::Client,
    port: u16,
    key: Uuid,
) -> Result<reqwest::Response, reqwest::Error> {
    let body = json!({ "kind": "failed", "started_at": "2026-11-21T09:00:00Z", "age_ms": 0, "online": true });
    client
        .post(format!("http://127.0.0.1:{port}/api/measurements"))
        .header("x-client-id", key.to_string())
        .header("idempotency-key", key.to_string())
        .json(&body)
        .send()
        .await
}

async fn deliver(client: &reqwest::Client, port: u16, key: Uuid) -> bool {
    match post(client, port, key).await {
        Ok(reply) => {
            assert!(reply.status().is_success(), "{}", reply.status());
            // The head may arrive of an answer that the kill cut off: it counts once it is whole.
            reply.bytes().await.is_ok()
        }
        Err(_) => false,
    }
}

/// Delivers until the server is gone; the keys that were acknowledged.
async fn load(client: reqwest::Client, port: u16, gone: Arc<AtomicBool>) -> Vec<Uuid> {
    let mut acknowledged = Vec::new();
    while !gone.load(Ordering::Relaxed) {
        let key = Uuid::new_v4();
        if deliver(&client, port, key).await {
            acknowledged.push(key);
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_and_is_there_once() {
    let kills: u32 = variable("STEADYLINE_KILLS").and_then(|n| n.parse().ok()).unwrap_or(20);
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..kills {
        let (mut server, port) = start_server(folder.path());
        // The last round's answers may have been lost on the way: clients send again, and it changes nothing.
        for key in acknowledged.iter().rev().take(3) {
            assert!(deliver(&client, port, *key).await, "delivering again in round {round}");
        }
        let gone = Arc::new(AtomicBool::new(false));
        let clients =
            futures::future::join_all((0..CLIENTS).map(|_| load(client.clone(), port, gone.clone())));
        let kill = async {
            tokio::time::sleep(Duration::from_millis(rand::random_range(60..400))).await;
            // SIGKILL: nothing of the server runs after it.
            server.kill().unwrap();
            server.wait().unwrap();
            gone.store(true, Ordering::Relaxed);
        };
        let (delivered, ()) = futures::future::join(clients, kill).await;
        acknowledged.extend(delivered.into_iter().flatten());
    }
    assert!(acknowledged.len() > kills as usize, "the load was a load: {}", acknowledged.len());
    check(folder.path(), &acknowledged).await;
}

async fn check(folder: &Path, acknowledged: &[Uuid]) {
    let db = Db::open(&format!("sqlite://{}/steadyline.db", folder.display())).await.unwrap();
    let query = async |sql: &str| {
        let rows = db.read.query_all_raw(Statement::from_string(db.read.get_database_backend(), sql)).await;
        rows.unwrap()
    };
    let rows = query("SELECT idempotency_key, COUNT(*) FROM measurements GROUP BY idempotency_key").await;
    let kept: std::collections::HashMap<String, i64> =
        rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect();
    for key in acknowledged {
        assert_eq!(kept.get(&key.to_string()), Some(&1), "{key}");
    }
    assert!(kept.values().all(|count| *count == 1), "nothing is there twice");
    // Row and rollup stand or fall together.
    let counted = query("SELECT COALESCE(SUM(tests), 0) FROM rollups").await;
    let valid = query("SELECT COUNT(*) FROM measurements WHERE valid").await;
    let number = |rows: &[sea_orm::QueryResult]| rows[0].try_get_by_index::<i64>(0).unwrap();
    assert_eq!(number(&counted), number(&valid));
    let whole = query("SELECT integrity_check FROM pragma_integrity_check").await;
    assert_eq!(whole[0].try_get_by_index::<String>(0).unwrap(), "ok");
    db.close().await.unwrap();
}
