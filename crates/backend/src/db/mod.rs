//! The database: SQLite in one file by default, PostgreSQL by `DATABASE_URL`.
//!
//! Flow: readers use [`Db::read`]; every change goes through [`Db::write`], which answers only once the change is
//! durable. Surprising rule: on SQLite the units of concurrent callers share one `BEGIN IMMEDIATE … COMMIT`, each in
//! a SAVEPOINT of its own, so one fsync serves many and one caller's failure never undoes another's work.

mod connect;
pub mod time;
mod trouble;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};

use domain::ErrorCode;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, Statement,
    TransactionTrait,
};
use secrecy::ExposeSecret;
pub use trouble::passing;
pub use writer::Unit;

use crate::{
    config::Config,
    error::{AppError, AppResult},
};
use writer::Writer;

/// Connections for reading and for writing. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    url: Arc<str>,
    /// For queries alone: on SQLite its connections refuse to write.
    pub read: DatabaseConnection,
    write: DatabaseConnection,
    /// SQLite's group commit; PostgreSQL's own writers need none.
    writer: Option<Writer>,
    /// Why the last write was not stored, as its caller was told.
    refused: Arc<Mutex<Option<String>>>,
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
            return Ok(Self { url: url.into(), read, write, writer, refused: Arc::default() });
        }
        let pool = connect::postgres(url).await?;
        Ok(Self { url: url.into(), read: pool.clone(), write: pool, writer: None, refused: Arc::default() })
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
        let done = match &self.writer {
            Some(writer) => writer.write(unit).await,
            None => self.transact(unit).await,
        };
        let refused = match &done {
            Ok(_) => None,
            Err(AppError::RetryAfter(error, _)) if error.code == ErrorCode::Unavailable => {
                Some(error.detail.clone())
            }
            // A unit that found a reason of its own says nothing of the database.
            Err(_) => return done,
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
        done
    }

    async fn transact<T, F>(&self, unit: F) -> AppResult<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t DatabaseTransaction) -> Unit<'t, T> + Send + 'static,
    {
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

    /// Why the last write was not stored; `None`: it was.
    pub fn not_storing(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Units that wait to be written, and how many may; PostgreSQL has no such queue here.
    pub fn waiting(&self) -> Option<(usize, usize)> {
        self.writer.as_ref().map(Writer::waiting)
    }

    /// Its size in bytes, without SQLite's log.
    pub async fn size(&self) -> Result<Option<u64>, DbErr> {
        let sql = match self.read.get_database_backend() {
            DatabaseBackend::Postgres => "SELECT pg_database_size(current_database())",
            _ => "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        };
        let row =
            self.read.query_one_raw(Statement::from_string(self.read.get_database_backend(), sql)).await?;
        row.map(|row| row.try_get_by_index::<i64>(0).map(i64::unsigned_abs)).transpose()
    }

    /// What SQLite finds to be damaged in its file; PostgreSQL has checksums of its own.
    pub async fn quick_check(&self) -> Result<Option<String>, DbErr> {
        if !self.is_sqlite() {
            return Ok(None);
        }
        let check = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA quick_check(1)");
        let row = self.read.query_one_raw(check).await?;
        let said = row.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
        Ok(said.filter(|said| said != "ok"))
    }

    /// Moves SQLite's write-ahead log into its file as far as readers allow.
    pub async fn checkpoint(&self) -> Result<(), DbErr> {
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
