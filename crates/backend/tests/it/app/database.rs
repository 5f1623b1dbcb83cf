//! A migrated database for each test, without migrating for each test.

use std::{
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use backend::db::Db;
use sea_orm::{ConnectionTrait, Database};
use uuid::Uuid;

/// The URL of a fresh, migrated database.
pub async fn prepare(folder: &Path) -> String {
    match postgres_url() {
        Some(url) => clone_postgres(&url).await,
        None => copy_sqlite(folder).await,
    }
}

/// The PostgreSQL server for tests, if there is one.
#[expect(clippy::disallowed_methods, reason = "a switch of the test run, no setting of the program")]
pub fn postgres_url() -> Option<String> {
    std::env::var("STEADYLINE_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// Changes with every build of this test program, and with it whenever the schema does.
fn build_key() -> String {
    let program = std::env::current_exe().and_then(std::fs::metadata).unwrap();
    let at = program.modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("{at:x}_{:x}", program.len())
}

async fn copy_sqlite(folder: &Path) -> String {
    let template = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("template_{}.db", build_key()));
    if !template.exists() {
        let draft = folder.join("draft.db");
        let db = Db::open(&format!("sqlite://{}", draft.display())).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await.unwrap();
        // Tests run side by side as processes: whoever is first leaves a whole file, never half of one.
        let beside = template.with_extension(format!("{}.part", Uuid::new_v4()));
        std::fs::copy(&draft, &beside).unwrap();
        std::fs::rename(&beside, &template).unwrap();
    }
    let file = folder.join("steadyline.db");
    std::fs::copy(&template, &file).unwrap();
    format!("sqlite://{}", file.display())
}

async fn clone_postgres(server: &str) -> String {
    /// Any number that nothing else on this server locks.
    const LOCK: i64 = 0x5eed;
    let template = format!("template_{}", build_key());
    let admin = Database::connect(server).await.unwrap();
    let mut options = sea_orm::ConnectOptions::new(server);
    options.max_connections(1);
    let locked = Database::connect(options).await.unwrap();
    locked.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await.unwrap();
    let made = admin.execute_unprepared(&format!("CREATE DATABASE {template}")).await.is_ok();
    if made {
        let db = Db::open(&with_database(server, &template)).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await.unwrap();
    }
    let name = format!("test_{}", Uuid::new_v4().simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    locked.execute_unprepared(&format!("SELECT pg_advisory_unlock({LOCK})")).await.unwrap();
    locked.close().await.unwrap();
    admin.close().await.unwrap();
    with_database(server, &name)
}

/// An empty PostgreSQL database on the test server.
pub async fn empty_postgres(server: &str) -> String {
    let name = format!("empty_{}", Uuid::new_v4().simple());
    let admin = Database::connect(server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    with_database(server, &name)
}

fn with_database(server: &str, name: &str) -> String {
    let (head, query) = server.split_once('?').map_or((server, None), |(head, query)| (head, Some(query)));
    let (root, _) = head.rsplit_once('/').unwrap();
    query.map_or_else(|| format!("{root}/{name}"), |query| format!("{root}/{name}?{query}"))
}
