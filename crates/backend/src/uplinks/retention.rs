//! Letting go of rounds and minutes; hours, faults and pinned days stay.

use std::ops::Range;

use anyhow::Context;
use domain::uplinks::{MinuteNumber, minute_of, minute_start, unpinned};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    pins::pinned_minutes,
    queries::{self, FIVE_MINUTES_S},
};
use crate::{
    AppError, AppResult, AppState,
    db::time::to_ms,
    entities::{uplink, uplink_minute, uplink_rollup, uplink_round},
};

/// Minutes of one uplink in one unit: a day.
const CHUNK: i64 = 1440;
/// Minutes of rounds that give way at once where there are too many.
const GIVE_WAY: i64 = 60;

/// The job: single rounds go first, then the round trips of minutes, later minutes and their 5-minute sums.
pub async fn retain(state: AppState) -> anyhow::Result<()> {
    let today = minute_of(state.clock.now());
    let before = |days: u32| today - i64::from(days) * 24 * 60;
    let retention = &state.config.retention;
    let work = async {
        for row in queries::list_uplinks(&state.db.read).await? {
            let pinned = pinned_minutes(&state, row.id).await?;
            for range in unpinned(pinned.clone(), before(retention.uplink_rounds_days)) {
                drop_rounds(&state, row.id, range).await?;
            }
            for range in unpinned(pinned.clone(), before(retention.uplink_states_days)) {
                drop_minutes(&state, row.id, range).await?;
            }
            for range in unpinned(pinned, before(retention.uplink_minutes_days)) {
                forget_round_trips(&state, row.id, range).await?;
            }
        }
        make_room(&state).await
    };
    work.await.map_err(AppError::into_anyhow).context("let go of old rounds and minutes")
}

/// Deletes minutes and their 5-minute sums, a day at a time.
async fn drop_minutes(state: &AppState, id: i64, range: Range<MinuteNumber>) -> AppResult<()> {
    while let Some(oldest) = queries::oldest_minute(&state.db.read, id, range.clone()).await? {
        let part = oldest..range.end.min(oldest + CHUNK);
        state
            .db
            .write(move |tx| {
                Box::pin(async move {
                    use uplink_rollup::Column;
                    uplink_minute::Entity::delete_many()
                        .filter(uplink_minute::Column::UplinkId.eq(id))
                        .filter(uplink_minute::Column::Minute.gte(part.start))
                        .filter(uplink_minute::Column::Minute.lt(part.end))
                        .exec(tx)
                        .await?;
                    uplink_rollup::Entity::delete_many()
                        .filter(Column::UplinkId.eq(id))
                        .filter(Column::SpanS.eq(FIVE_MINUTES_S))
                        .filter(Column::Bucket.gte(part.start.div_euclid(5)))
                        .filter(Column::Bucket.lt(part.end.div_euclid(5)))
                        .exec(tx)
                        .await?;
                    Ok(())
                })
            })
            .await?;
        if state.stop.is_cancelled() {
            break;
        }
    }
    Ok(())
}

/// Deletes rounds, a day at a time.
async fn drop_rounds(state: &AppState, id: i64, range: Range<MinuteNumber>) -> AppResult<()> {
    while let Some(oldest) = queries::oldest_round(&state.db.read, id, range.clone()).await? {
        delete_rounds(state, id, oldest..range.end.min(oldest + CHUNK)).await?;
        if state.stop.is_cancelled() {
            break;
        }
    }
    Ok(())
}

async fn delete_rounds(state: &AppState, id: i64, range: Range<MinuteNumber>) -> AppResult<()> {
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                uplink_round::Entity::delete_many().filter(queries::rounds_of(id, range)).exec(tx).await?;
                Ok(())
            })
        })
        .await
}

async fn forget_round_trips(state: &AppState, id: i64, range: Range<MinuteNumber>) -> AppResult<()> {
    use uplink_minute::Column;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                uplink_minute::Entity::update_many()
                    .col_expr(Column::Histogram, Expr::value(Option::<Vec<u8>>::None))
                    .filter(Column::UplinkId.eq(id))
                    .filter(Column::Minute.gte(range.start))
                    .filter(Column::Minute.lt(range.end))
                    .filter(Column::Histogram.is_not_null())
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}

/// Lets the oldest rounds give way until the rest fits, and keeps up to when they did.
async fn make_room(state: &AppState) -> AppResult<()> {
    let limit = i64::from(state.config.retention.uplink_rounds_mb) * 1_000_000;
    let db = &state.db.read;
    let mut bytes = queries::round_bytes(db, None).await?;
    while bytes > limit && !state.stop.is_cancelled() {
        let Some((id, oldest)) = oldest_that_may_go(state).await? else { break };
        let part = oldest.start..oldest.end.min(oldest.start + GIVE_WAY);
        bytes -= queries::round_bytes(db, Some((id, part.clone()))).await?;
        delete_rounds(state, id, part.clone()).await?;
        let to = minute_start(part.end);
        tracing::warn!(uplink.id = id, %to, limit_bytes = limit, "rounds were let go, since they outgrew their limit");
        note_dropped(state, id, to_ms(to)).await?;
    }
    Ok(())
}

/// The uplink with the oldest round that is not pinned, and the minutes from that round to the next pinned day.
async fn oldest_that_may_go(state: &AppState) -> AppResult<Option<(i64, Range<MinuteNumber>)>> {
    let end = minute_of(state.clock.now()) + 1;
    let mut oldest: Option<(i64, Range<MinuteNumber>)> = None;
    for row in queries::list_uplinks(&state.db.read).await? {
        for range in unpinned(pinned_minutes(state, row.id).await?, end) {
            let Some(first) = queries::oldest_round(&state.db.read, row.id, range.clone()).await? else {
                continue;
            };
            if oldest.as_ref().is_none_or(|(_, known)| first < known.start) {
                oldest = Some((row.id, first..range.end));
            }
            break;
        }
    }
    Ok(oldest)
}

async fn note_dropped(state: &AppState, id: i64, to: i64) -> AppResult<()> {
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                uplink::Entity::update_many()
                    .col_expr(uplink::Column::RoundsDroppedTo, Expr::value(to))
                    .filter(uplink::Column::Id.eq(id))
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}
