//! The provider table: fetched from an operator's address, checked, put in place, and read again while the server runs.

use std::{path::PathBuf, time::Duration};

use axum::{Router, http::StatusCode, routing::get};
use backend::{config::Config, providers::update};
use domain::providers::GET_MY_CONNECTION;
use tokio::net::TcpListener;

use crate::app::TestApp;

const TABLE: &str = "198.51.100.0\t198.51.100.255\t64500\tZZ\tExample Fibre\n";

/// A stand-in for the table's publisher.
async fn publisher(app: &TestApp) -> String {
    let router = Router::new()
        .route("/table.tsv", get(|| async { TABLE }))
        .route("/page.tsv", get(|| async { "<html>Our terms have changed</html>" }))
        .route("/broken.tsv", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    app.state.tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

fn config(table: &std::path::Path, url: String) -> Config {
    let mut config = Config::default();
    (config.providers.table, config.providers.url) = (Some(table.to_owned()), Some(url));
    config
}

#[tokio::test]
async fn a_fetched_table_names_providers_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let table: PathBuf = folder.path().join("table.tsv");
    let app = TestApp::with(|config| config.providers.table = Some(table.clone())).await;
    let anna = app.device(1);
    let unknown = anna.call(GET_MY_CONNECTION, &()).await.unwrap();
    assert!(unknown.isp.is_none() && unknown.note.is_some());
    let bytes = update(&config(&table, publisher(&app).await + "/table.tsv")).await.unwrap();
    assert_eq!(bytes as usize, TABLE.len());
    // The server looks every ten seconds.
    for _ in 0..150 {
        let known = anna.call(GET_MY_CONNECTION, &()).await.unwrap();
        if known.isp.is_some() {
            assert_eq!(
                (known.isp.as_deref(), known.asn.as_deref()),
                (Some("Example Fibre"), Some("AS64500"))
            );
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the table was not read again");
}

#[tokio::test]
async fn what_is_no_table_replaces_nothing() {
    let app = TestApp::new().await;
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("table.tsv");
    std::fs::write(&table, TABLE).unwrap();
    let publisher = publisher(&app).await;
    for path in ["/page.tsv", "/broken.tsv", "/nowhere.tsv"] {
        let error = format!("{:#}", update(&config(&table, format!("{publisher}{path}"))).await.unwrap_err());
        assert!(error.contains("fetched"), "{path}: {error}");
        assert_eq!(std::fs::read_to_string(&table).unwrap(), TABLE);
    }
    let mmdb = folder.path().join("table.mmdb");
    assert!(update(&config(&mmdb, format!("{publisher}/table.tsv"))).await.is_err());
    assert!(!mmdb.exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    let unset = update(&Config::default()).await.unwrap_err().to_string();
    assert!(unset.contains("providers.url") && unset.contains("providers.table"), "{unset}");
}
