//! SQLite's group commit: one task owns the writing connection and gathers what waits into one transaction.

use std::{future::Future, panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Duration};

use futures::FutureExt;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

use super::trouble::passing;
use crate::error::{AppError, AppResult};

/// What a unit of change returns.
pub type Unit<'t, T> = Pin<Box<dyn Future<Output = AppResult<T>> + Send + 't>>;

/// Told after COMMIT (or its failure).
type Acknowledge = Box<dyn FnOnce(Result<(), &DbErr>) + Send>;
/// `Ok`: keep the savepoint. `Err`: undo it; the caller was or will be told why.
type Attempt = Result<Acknowledge, Acknowledge>;
type Queued = Box<
    dyn for<'t> FnOnce(&'t DatabaseTransaction) -> Pin<Box<dyn Future<Output = Attempt> + Send + 't>> + Send,
>;

/// Waiting units beyond this make callers wait at the door.
const QUEUE: usize = 1024;
/// Units in one transaction: enough to share an fsync, few enough to answer soon.
const GROUP: usize = 256;
/// A unit that takes longer is undone: it would hold up every other writer.
const UNIT_TIME: Duration = Duration::from_secs(30);

/// The door to the writing task.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Message>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

enum Message {
    Unit(Queued),
    Stop,
}

impl Writer {
    #[expect(
        clippy::disallowed_methods,
        reason = "must outlive the tracked tasks, which still write at a stop"
    )]
    pub fn start(connection: DatabaseConnection) -> Self {
        let (queue, inbox) = mpsc::channel(QUEUE);
        let task = tokio::spawn(run(connection, inbox));
        Self { queue, task: Arc::new(Mutex::new(Some(task))) }
    }

    pub async fn write<T, F>(&self, unit: F) -> AppResult<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t DatabaseTransaction) -> Unit<'t, T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let queued: Queued = Box::new(move |transaction| Box::pin(attempt(unit, transaction, reply)));
        let closed = |_| AppError::unavailable("The server is stopping.", 5);
        self.queue.send(Message::Unit(queued)).await.map_err(closed)?;
        // Dropped without an answer: the transaction could not be begun, or was lost; nothing of it is stored.
        answer.await.map_err(|_| AppError::unavailable("The database cannot be written now.", 5))?
    }

    /// Units that wait, and how many may.
    pub fn waiting(&self) -> (usize, usize) {
        (QUEUE - self.queue.capacity().min(QUEUE), QUEUE)
    }

    /// Waits until everything accepted so far is durable.
    pub async fn close(&self) {
        let _ = self.queue.send(Message::Stop).await;
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

async fn attempt<T, F>(
    unit: F,
    transaction: &DatabaseTransaction,
    reply: oneshot::Sender<AppResult<T>>,
) -> Attempt
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t DatabaseTransaction) -> Unit<'t, T> + Send + 'static,
{
    let ran = timeout(UNIT_TIME, AssertUnwindSafe(unit(transaction)).catch_unwind()).await;
    let result = match ran {
        Ok(Ok(result)) => result,
        Ok(Err(_panic)) => Err(AppError::Internal(anyhow::anyhow!("a unit of change panicked"))),
        Err(_late) => Err(AppError::unavailable("The database is too busy.", 5)),
    };
    match result {
        Ok(value) => Ok(Box::new(move |committed| {
            let _ = reply.send(committed.map(|()| value).map_err(failed));
        })),
        Err(error) => Err(Box::new(move |_| {
            let _ = reply.send(Err(error));
        })),
    }
}

fn failed(error: &DbErr) -> AppError {
    match passing(error) {
        Some(why) => AppError::unavailable(why, 5),
        None => AppError::Internal(anyhow::anyhow!("commit: {error}")),
    }
}

async fn run(connection: DatabaseConnection, mut inbox: mpsc::Receiver<Message>) {
    let mut stopping = false;
    while !stopping {
        let Some(first) = inbox.recv().await else { break };
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Unit(unit) => group.push(unit),
                Message::Stop => {
                    inbox.close();
                    stopping = true;
                }
            }
            next = if group.len() < GROUP { inbox.try_recv().ok() } else { None };
        }
        commit_group(&connection, group).await;
    }
    // What was accepted before the door closed is still written.
    while let Some(Message::Unit(unit)) = inbox.recv().await {
        commit_group(&connection, vec![unit]).await;
    }
}

/// One `BEGIN IMMEDIATE … COMMIT`; each unit is told only after the commit.
async fn commit_group(connection: &DatabaseConnection, group: Vec<Queued>) {
    if group.is_empty() {
        return;
    }
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = match connection.begin_with_options(options).await {
        Ok(transaction) => transaction,
        Err(error) => {
            // Dropping the units drops their reply: the callers answer 503 and may try again.
            tracing::error!(error = %error, "cannot begin to write");
            return;
        }
    };
    let mut acknowledgements = Vec::with_capacity(group.len());
    for unit in group {
        match in_savepoint(&transaction, unit).await {
            Ok(acknowledge) => acknowledgements.push(acknowledge),
            Err(error) => {
                // SQLite may have ended the whole transaction by itself (a full disk): a savepoint after that would
                // begin another, and commit what its caller is told was not stored.
                tracing::error!(error = %error, "a savepoint failed");
                break;
            }
        }
    }
    let committed = transaction.commit().await;
    if let Err(error) = &committed {
        tracing::error!(error = %error, "a commit failed");
    }
    for acknowledge in acknowledgements {
        acknowledge(committed.as_ref().copied());
    }
}

async fn in_savepoint(transaction: &DatabaseTransaction, unit: Queued) -> Result<Acknowledge, DbErr> {
    let savepoint = transaction.begin().await?;
    match unit(&savepoint).await {
        Ok(acknowledge) => {
            savepoint.commit().await?;
            Ok(acknowledge)
        }
        Err(acknowledge) => {
            savepoint.rollback().await?;
            Ok(acknowledge)
        }
    }
}
