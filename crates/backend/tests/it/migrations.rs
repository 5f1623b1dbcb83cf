//! Every step goes up, down and up again on the database of this run.

use std::sync::Arc;

use backend::{AppState, clock::SystemClock, config::Config, db::Db};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

use crate::app::database::{empty_postgres, postgres_url};

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        sea_orm::DatabaseBackend::Postgres => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
}

#[tokio::test]
async fn steps_go_up_down_and_up() {
    let folder = tempfile::tempdir().unwrap();
    let url = match postgres_url() {
        Some(server) => empty_postgres(&server).await,
        None => format!("sqlite://{}/m.db?mode=rwc", folder.path().display()),
    };
    let db = Database::connect(&url).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    let all = tables(&db).await;
    for expected in [
        "devices",
        "measurements",
        "rollups",
        "samples",
        "speed_sessions",
        "jobs",
        "server_gaps",
        "uplinks",
        "uplink_minutes",
        "uplink_rollups",
        "uplink_faults",
        "buildings",
        "building_endpoints",
        "admins",
        "admin_recovery_codes",
        "admin_sessions",
        "audit",
        "lockouts",
    ] {
        assert!(all.iter().any(|t| t == expected), "{expected} is missing in {all:?}");
    }
    for step in (0..Migrator::migrations().len()).rev() {
        Migrator::down(&db, Some(1)).await.unwrap_or_else(|e| panic!("down from step {step}: {e}"));
    }
    assert_eq!(tables(&db).await, ["seaql_migrations"]);
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(tables(&db).await, all);
    db.close().await.unwrap();
    // Migrating what is up to date changes nothing.
    let opened = Db::open(&url).await.unwrap();
    opened.migrate().await.unwrap();
    opened.close().await.unwrap();
}

/// Several instances may share a PostgreSQL: none of them changes the schema under the others.
#[tokio::test]
async fn a_server_waits_for_its_operator_to_migrate_postgresql() {
    let Some(server) = postgres_url() else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = empty_postgres(&server).await;
    let config = || Config {
        data_dir: folder.path().to_owned(),
        database_url: Some(url.clone().into()),
        ..Config::default()
    };
    let refused = AppState::build(config(), Arc::new(SystemClock)).await.err().unwrap().to_string();
    assert!(refused.contains("run `steadyline migrate`"), "{refused}");
    let db = Db::connect(&config()).await.unwrap();
    db.migrate().await.unwrap();
    AppState::build(config(), Arc::new(SystemClock)).await.unwrap();
}
