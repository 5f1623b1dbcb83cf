//! Connections and their pragmas.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbErr, SqlxSqliteConnector,
    sqlx::{
        Connection as _,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};

/// Enough for every core to read while others wait for the disk.
const READERS: u32 = 8;
/// PostgreSQL's default `max_connections` is 100; several instances and psql should fit.
const POSTGRES_CONNECTIONS: u32 = 20;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, DbErr> {
    let options: SqliteConnectOptions =
        url.parse().map_err(|e: sea_orm::sqlx::Error| DbErr::Custom(e.to_string()))?;
    // sqlx sets the busy time-out with the connection, before any pragma: turning WAL on may have to wait.
    // FULL: the page cache survives a killed process, not a power cut; acknowledged means durable.
    Ok(options
        .busy_timeout(BUSY_TIMEOUT)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENTS)
        // 16 MiB of pages a connection; 64 MiB of the file mapped.
        .pragma("cache_size", "-16384")
        .pragma("mmap_size", "67108864")
        .pragma("temp_store", "memory")
        // What is deleted is overwritten: an address that left must not stay in the file.
        .pragma("secure_delete", "on"))
}

/// The one connection that writes.
pub async fn sqlite_writer(url: &str) -> Result<DatabaseConnection, DbErr> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // SQLite ends a transaction by itself when the disk is full; sqlx still counts it as open, and what follows
        // would begin as a savepoint, without taking the write lock. A new connection starts clean. The ping waits
        // for the rollback that a dropped transaction has asked for.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(quiet(sqlite_options(url)?.create_if_missing(true)))
        .await
        .map_err(|e| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(e.into())))?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// Connections that SQLite itself keeps from writing.
pub async fn sqlite_readers(url: &str) -> Result<DatabaseConnection, DbErr> {
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(quiet(sqlite_options(url)?.pragma("query_only", "on")))
        .await
        .map_err(|e| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(e.into())))?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

fn quiet(options: SqliteConnectOptions) -> SqliteConnectOptions {
    use sea_orm::sqlx::ConnectOptions as _;
    options.disable_statement_logging()
}

/// One pool for both: PostgreSQL sorts its own writers.
pub async fn postgres(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false);
    Database::connect(options).await
}
