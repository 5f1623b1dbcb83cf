//! Letting go of what is kept for a time only, in chunks, so that nobody waits for it; and SQLite's checkpoint.

use anyhow::Context;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use crate::{
    AppState,
    db::time::to_ms,
    entities::{household, measurement, packet_loss_run, pair_code, sample, server_gap, speed_session},
};

/// Rows in one unit.
const CHUNK: u64 = 1_000;
const DAY_MS: i64 = 86_400_000;
/// Tokens: a result is accepted for 7 days (measurement.md, later delivery).
const SESSION_DAYS: i64 = 7;

/// Deletes what is older than it is kept.
pub async fn retain(state: AppState) -> anyhow::Result<()> {
    let now = to_ms(state.clock.now());
    let samples = now - i64::from(state.config.retention.samples_days) * DAY_MS;
    let households = now - i64::from(state.config.privacy.household_days) * DAY_MS;
    chunks(&state, move |tx| Box::pin(drop_samples(tx, samples))).await.context("samples")?;
    chunks(&state, move |tx| Box::pin(forget_households(tx, households))).await.context("households")?;
    chunks(&state, move |tx| Box::pin(drop_small(tx, now, households)))
        .await
        .context("sessions and codes")?;
    if let Some(days) = state.config.retention.measurements_days {
        let before = now - i64::from(days) * DAY_MS;
        chunks(&state, move |tx| Box::pin(drop_measurements(tx, before))).await.context("measurements")?;
        chunks(&state, move |tx| Box::pin(drop_loss_runs(tx, before))).await.context("loss runs")?;
    }
    Ok(())
}

type Chunk<'t> = std::pin::Pin<Box<dyn Future<Output = Result<u64, DbErr>> + Send + 't>>;

/// Runs a chunk until one finds less than a chunk's rows.
async fn chunks<F>(state: &AppState, chunk: F) -> anyhow::Result<()>
where
    F: for<'t> Fn(&'t DatabaseTransaction) -> Chunk<'t> + Copy + Send + 'static,
{
    loop {
        let done = state.db.write(move |tx| Box::pin(async move { Ok(chunk(tx).await?) })).await;
        if done.map_err(|e| anyhow::anyhow!("{e:?}"))? < CHUNK || state.stop.is_cancelled() {
            return Ok(());
        }
    }
}

async fn drop_samples(tx: &DatabaseTransaction, before: i64) -> Result<u64, DbErr> {
    use sample::Column;
    let ids: Vec<i64> = sample::Entity::find()
        .select_only()
        .column(Column::MeasurementId)
        .filter(Column::CreatedAt.lt(before))
        .limit(CHUNK)
        .into_tuple()
        .all(tx)
        .await?;
    let gone = sample::Entity::delete_many().filter(Column::MeasurementId.is_in(ids)).exec(tx).await?;
    Ok(gone.rows_affected)
}

/// A test stays, the household it came from is forgotten.
async fn forget_households(tx: &DatabaseTransaction, before: i64) -> Result<u64, DbErr> {
    use measurement::Column;
    let ids: Vec<i64> = measurement::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::StartedAt.lt(before))
        .filter(Column::Household.is_not_null())
        .limit(CHUNK)
        .into_tuple()
        .all(tx)
        .await?;
    let changed = measurement::Entity::update_many()
        .col_expr(Column::Household, Expr::value(Option::<Vec<u8>>::None))
        .filter(Column::Id.is_in(ids))
        .exec(tx)
        .await?;
    household::Entity::delete_many().filter(household::Column::SeenAt.lt(before)).exec(tx).await?;
    Ok(changed.rows_affected)
}

async fn drop_small(tx: &DatabaseTransaction, now: i64, gaps_before: i64) -> Result<u64, DbErr> {
    use speed_session::Column;
    let ids: Vec<i64> = speed_session::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ExpiresAt.lt(now - SESSION_DAYS * DAY_MS))
        .order_by_asc(Column::ExpiresAt)
        .limit(CHUNK)
        .into_tuple()
        .all(tx)
        .await?;
    let gone = speed_session::Entity::delete_many().filter(Column::Id.is_in(ids)).exec(tx).await?;
    pair_code::Entity::delete_many().filter(pair_code::Column::ExpiresAt.lt(now)).exec(tx).await?;
    server_gap::Entity::delete_many().filter(server_gap::Column::EndedAt.lt(gaps_before)).exec(tx).await?;
    Ok(gone.rows_affected)
}

/// Only where the operator set a limit; the rollups stay, so that figures over years outlive the single tests.
async fn drop_measurements<C: ConnectionTrait>(tx: &C, before: i64) -> Result<u64, DbErr> {
    use measurement::Column;
    let ids: Vec<i64> = measurement::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::StartedAt.lt(before))
        .order_by_asc(Column::Id)
        .limit(CHUNK)
        .into_tuple()
        .all(tx)
        .await?;
    let gone = measurement::Entity::delete_many().filter(Column::Id.is_in(ids)).exec(tx).await?;
    Ok(gone.rows_affected)
}

async fn drop_loss_runs<C: ConnectionTrait>(tx: &C, before: i64) -> Result<u64, DbErr> {
    use packet_loss_run::Column;
    let ids: Vec<i64> = packet_loss_run::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::StartedAt.lt(before))
        .limit(CHUNK)
        .into_tuple()
        .all(tx)
        .await?;
    let gone = packet_loss_run::Entity::delete_many().filter(Column::Id.is_in(ids)).exec(tx).await?;
    Ok(gone.rows_affected)
}

/// Moves SQLite's log into the file, so that it does not grow without end; PostgreSQL does that by itself.
pub async fn checkpoint(state: AppState) -> anyhow::Result<()> {
    if state.db.is_sqlite() {
        state.db.checkpoint().await.context("checkpoint")?;
    }
    Ok(())
}
