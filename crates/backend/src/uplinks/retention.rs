//! Letting go of old minutes; hours and faults stay.

use anyhow::Context;
use domain::uplinks::minute_of;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::queries::FIVE_MINUTES_S;
use crate::{
    AppError, AppState,
    entities::{uplink_minute, uplink_rollup},
};

/// Minutes of one uplink in one unit: a day.
const CHUNK: i64 = 1440;

/// The job: first the round trips of minutes go, later minutes and their 5-minute sums.
pub async fn retain(state: AppState) -> anyhow::Result<()> {
    let today = minute_of(state.clock.now());
    let retention = &state.config.retention;
    let detailed = today - i64::from(retention.uplink_minutes_days) * 24 * 60;
    let kept = today - i64::from(retention.uplink_states_days) * 24 * 60;
    while drop_oldest(&state, kept).await.map_err(AppError::into_anyhow).context("minutes")? {}
    forget_round_trips(&state, detailed).await.map_err(AppError::into_anyhow).context("round trips")
}

/// Deletes the oldest day that is to go; whether there may be more.
async fn drop_oldest(state: &AppState, before: i64) -> crate::AppResult<bool> {
    let oldest = super::queries::oldest_minute(&state.db.read).await?.unwrap_or(before);
    let end = before.min(oldest + CHUNK);
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                use uplink_rollup::Column;
                uplink_minute::Entity::delete_many()
                    .filter(uplink_minute::Column::Minute.lt(end))
                    .exec(tx)
                    .await?;
                uplink_rollup::Entity::delete_many()
                    .filter(Column::SpanS.eq(FIVE_MINUTES_S))
                    .filter(Column::Bucket.lt(end.div_euclid(5)))
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await?;
    Ok(end < before && !state.stop.is_cancelled())
}

async fn forget_round_trips(state: &AppState, before: i64) -> crate::AppResult<()> {
    use uplink_minute::Column;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                uplink_minute::Entity::update_many()
                    .col_expr(Column::Histogram, Expr::value(Option::<Vec<u8>>::None))
                    .filter(Column::Minute.lt(before))
                    .filter(Column::Histogram.is_not_null())
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}
