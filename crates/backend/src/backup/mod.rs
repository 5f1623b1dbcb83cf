//! A copy of the database while the server runs, and putting one back.
//!
//! SQLite copies itself (`VACUUM INTO`: one consistent moment, no waiting for anybody) and the copy is checked.
//! PostgreSQL has its own tools: `pg_dump` is named instead of being imitated. The server key is never in a copy.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};

use crate::{config::Config, db::Db};

/// What PostgreSQL's operators do instead.
const USE_PG_DUMP: &str =
    "This database is PostgreSQL: use `pg_dump --format=custom` to back up and `pg_restore` to restore.";

/// Writes a checked copy of a running SQLite database to a new file. Answers its size in bytes.
pub async fn backup(db: &Db, to: &Path) -> anyhow::Result<u64> {
    ensure!(db.is_sqlite(), USE_PG_DUMP);
    ensure!(!to.exists(), "{} is there already; name a new file.", to.display());
    let name = to.to_str().with_context(|| format!("{} is no text", to.display()))?;
    // A connection of its own: the readers refuse every write, the writer has others waiting.
    let reader = sea_orm::Database::connect(db.url()).await.context("open the database for copying")?;
    let copy = Statement::from_sql_and_values(DatabaseBackend::Sqlite, "VACUUM INTO ?", [name.into()]);
    reader.execute_raw(copy).await.with_context(|| format!("write {name}"))?;
    reader.close().await?;
    check(to).await.context("check the copy")?;
    let file = std::fs::File::open(to).context("open the copy")?;
    file.sync_all().context("write the copy to disk")?;
    Ok(file.metadata()?.len())
}

/// Puts a copy in the place of the database; the server must not run. What was there is kept beside it, by the name
/// that is answered.
pub async fn restore(config: &Config, from: &Path) -> anyhow::Result<Option<PathBuf>> {
    ensure!(config.database_url.is_none(), USE_PG_DUMP);
    check(from).await.with_context(|| format!("{} cannot be restored", from.display()))?;
    let target = config.data_dir.join("steadyline.db");
    refuse_if_in_use(&target).await?;
    let fresh = target.with_extension("db.restoring");
    std::fs::copy(from, &fresh).context("copy the backup")?;
    std::fs::File::open(&fresh)?.sync_all().context("write the copy to disk")?;
    let kept = put_aside(&target)?;
    std::fs::rename(&fresh, &target).context("put the backup in place")?;
    let db =
        Db::open(&format!("sqlite://{}", target.display())).await.context("open the restored database")?;
    db.migrate().await.context("bring the restored database up to date")?;
    db.close().await?;
    Ok(kept)
}

/// Moves the present database and its log out of the way.
fn put_aside(target: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !target.exists() {
        return Ok(None);
    }
    let mut number = 1;
    let aside = loop {
        let name = target.with_extension(format!("db.before-restore-{number}"));
        if !name.exists() {
            break name;
        }
        number += 1;
    };
    for ending in ["", "-wal", "-shm"] {
        let part = |path: &Path| PathBuf::from(format!("{}{ending}", path.display()));
        if part(target).exists() {
            std::fs::rename(part(target), part(&aside)).context("put the present database aside")?;
        }
    }
    Ok(Some(aside))
}

/// A running server holds the file in WAL mode: then it cannot be locked for one alone.
pub async fn refuse_if_in_use(target: &Path) -> anyhow::Result<()> {
    if !target.exists() {
        return Ok(());
    }
    let url = format!("sqlite://{}", target.display());
    let Ok(db) = sea_orm::Database::connect(&url).await else { return Ok(()) };
    let alone = async {
        db.execute_unprepared("PRAGMA busy_timeout = 200").await?;
        db.execute_unprepared("PRAGMA locking_mode = EXCLUSIVE").await?;
        db.execute_unprepared("BEGIN EXCLUSIVE").await?;
        db.execute_unprepared("ROLLBACK").await
    };
    let alone = alone.await.is_ok();
    db.close().await?;
    if !alone {
        bail!("{} is in use: stop the server first.", target.display());
    }
    Ok(())
}

/// Whether a file is a whole database of ours.
async fn check(path: &Path) -> anyhow::Result<()> {
    ensure!(path.is_file(), "{} is not there", path.display());
    // Read-only and immutable: looking must not leave a log beside the copy.
    let url = format!("sqlite://{}?mode=ro&immutable=true", path.display());
    let db = sea_orm::Database::connect(&url).await.context("it is no SQLite database")?;
    let result = check_open(&db).await;
    db.close().await?;
    result
}

async fn check_open(db: &DatabaseConnection) -> anyhow::Result<()> {
    let first = |sql: &'static str| async move {
        let row = db.query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, sql)).await?;
        row.context("no answer")?.try_get_by_index::<String>(0).map_err(anyhow::Error::from)
    };
    let whole = first("PRAGMA integrity_check").await.context("it is no SQLite database")?;
    ensure!(whole == "ok", "it is damaged: {whole}");
    first("SELECT version FROM seaql_migrations LIMIT 1").await.context("it is no Steadyline database")?;
    Ok(())
}
