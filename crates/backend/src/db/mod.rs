//! The database: SQLite in one file by default, PostgreSQL by `DATABASE_URL`.
//!
//! Flow: readers use [`Db::read`]; every change goes through [`Db::write`], which answers only once the change is
//! durable. Surprising rule: on SQLite the units of concurrent callers share one `BEGIN IMMEDIATE … COMMIT`, each in
//! a SAVEPOINT of its own, so one fsync serves many and one caller's failure never undoes another's work.

mod connect;
pub mod time;
mod trouble;
mod writer;

use sea_orm::{DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, Statement, TransactionTrait};

use secrecy::ExposeSecret;
pub use trouble::passing;
pub use writer::Unit;

use crate::{config::Config, error::AppResult};
use writer::Writer;

/// Connections for reading and for writing. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    url: std::sync::Arc<str>,
    /// For queries alone: on SQLite its connections refuse to write.
    pub read: DatabaseConnection,
    write: DatabaseConnection,
    /// SQLite's group commit; PostgreSQL's own writers need none.
    writer: Option<Writer>,
}

impl Db {
    /// Opens the configured database without touching its schema.
    pub async fn connect(config: &Config) -> Result<Self, DbErr> {
        match &config.database_url {
            Some(url) => Self::open(url.expose_secret()).await,
            None => Self::open(&format!("sqlite://{}/steadyline.db", config.data_dir.display())).await,
        }
    }

    /// Opens a database by its URL.
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        if url.starts_with("sqlite:") {
            let write = connect::sqlite_writer(url).await?;
            let read = connect::sqlite_readers(url).await?;
            let writer = Some(Writer::start(write.clone()));
            return Ok(Self { url: url.into(), read, write, writer });
        }
        let pool = connect::postgres(url).await?;
        Ok(Self { url: url.into(), read: pool.clone(), write: pool, writer: None })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        use migrations::MigratorTrait;
        migrations::Migrator::up(&self.write, None).await
    }

    /// Whether steps of the schema are still to be applied.
    pub async fn needs_migration(&self) -> Result<bool, DbErr> {
        use migrations::MigratorTrait;
        Ok(!migrations::Migrator::get_pending_migrations(&self.write).await?.is_empty())
    }

    /// Runs one unit of change, all or nothing; `Ok` means that it is durable.
    pub async fn write<T, F>(&self, unit: F) -> AppResult<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t DatabaseTransaction) -> Unit<'t, T> + Send + 'static,
    {
        if let Some(writer) = &self.writer {
            return writer.write(unit).await;
        }
        let transaction = self.write.begin().await?;
        match unit(&transaction).await {
            Ok(done) => {
                transaction.commit().await?;
                Ok(done)
            }
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
    }

    /// Moves SQLite's write-ahead log into its file as far as readers allow.
    pub async fn checkpoint(&self) -> Result<(), DbErr> {
        use sea_orm::ConnectionTrait;
        if self.is_sqlite() {
            self.write.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
        }
        Ok(())
    }

    /// Moves all of SQLite's log into its file and empties it, so that what was deleted is in neither. A reader may hold
    /// that up for as long as it reads.
    pub async fn empty_log(&self) -> Result<bool, DbErr> {
        use sea_orm::ConnectionTrait;
        if !self.is_sqlite() {
            return Ok(true);
        }
        let pragma = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
        let busy =
            self.write.query_one_raw(pragma).await?.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        Ok(busy == Some(0))
    }

    /// Where it is; may hold a password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        match self.read.get_database_backend() {
            DatabaseBackend::Postgres => "postgres",
            _ => "sqlite",
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.writer.is_some()
    }

    /// Ends after every accepted unit is durable; later writes are refused.
    pub async fn close(&self) -> Result<(), DbErr> {
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        self.read.close_by_ref().await?;
        self.write.close_by_ref().await
    }
}

#[cfg(test)]
mod tests;
