//! The bus between instances: one process alone, or PostgreSQL's LISTEN/NOTIFY. Cut so that another carrier is one
//! more arm.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sqlx::postgres::PgListener;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::hub::StoredTest;
use crate::db::Db;

const CHANNEL: &str = "steadyline_live";
const BACKLOG: usize = 1024;
const RECONNECT_AFTER: Duration = Duration::from_secs(2);

pub struct Bus {
    here: broadcast::Sender<StoredTest>,
    postgres: Option<DatabaseConnection>,
}

impl Bus {
    pub fn new(db: &Db) -> Self {
        let postgres = (!db.is_sqlite()).then(|| db.read.clone());
        Self { here: broadcast::channel(BACKLOG).0, postgres }
    }

    pub fn subscribe(&self) -> broadcast::Receiver<StoredTest> {
        self.here.subscribe()
    }

    pub async fn send(&self, test: StoredTest) {
        let Some(postgres) = &self.postgres else {
            // Nobody listens yet: nobody watches.
            let _ = self.here.send(test);
            return;
        };
        // A payload may have 8000 bytes; ours has a few hundred.
        let payload = serde_json::to_string(&test).unwrap_or_default();
        let notify = Statement::from_sql_and_values(
            postgres.get_database_backend(),
            "SELECT pg_notify($1, $2)",
            [CHANNEL.into(), payload.into()],
        );
        if let Err(error) = postgres.execute_raw(notify).await {
            tracing::warn!(error = %error, "a live event could not be told to other instances");
            let _ = self.here.send(test);
        }
    }

    /// Brings the other instances' events here (and our own, which come the same way).
    pub async fn listen(&self, stop: CancellationToken) {
        let Some(postgres) = &self.postgres else { return };
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                ended = self.listen_once(postgres) => {
                    if let Err(error) = ended {
                        tracing::warn!(error = %error, "the live bus lost PostgreSQL; trying again");
                    }
                    tokio::time::sleep(RECONNECT_AFTER).await;
                }
            }
        }
    }

    async fn listen_once(&self, postgres: &DatabaseConnection) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(postgres.get_postgres_connection_pool()).await?;
        listener.listen(CHANNEL).await?;
        loop {
            let notification = listener.recv().await?;
            match serde_json::from_str(notification.payload()) {
                Ok(test) => {
                    let _ = self.here.send(test);
                }
                Err(error) => tracing::warn!(error = %error, "a live event of another version was left out"),
            }
        }
    }
}
