//! Days that are kept as evidence, whatever their age and the room they take.

use std::{collections::BTreeSet, ops::Range};

use chrono::NaiveDate;
use domain::{
    ApiError, ErrorCode,
    uplinks::{MinuteNumber, UplinkPin, minute_of},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Set, sea_query::OnConflict,
};

use crate::{
    AppError, AppResult, AppState,
    db::time::{from_ms, to_ms},
    entities::{uplink, uplink_pin},
    history::windows::{day_of, day_start},
};

/// Pins a day of the watch so far.
pub async fn pin(state: &AppState, row: &uplink::Model, date: NaiveDate) -> AppResult<UplinkPin> {
    let zone = state.config.time_zone;
    let (first, today) = (day_of(zone, from_ms(row.created_at)), day_of(zone, state.clock.now()));
    if date < first || date > today {
        let detail = format!("This uplink has been watched from {first} to {today}; {date} is no day of it.");
        return Err(ApiError::new(ErrorCode::Invalid, detail)
            .with_field("date", "not a day of the watch")
            .into());
    }
    let new = uplink_pin::ActiveModel {
        uplink_id: Set(row.id),
        date: Set(date.to_string()),
        pinned_at: Set(to_ms(state.clock.now())),
    };
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                use uplink_pin::Column;
                let mut key = OnConflict::columns([Column::UplinkId, Column::Date]);
                uplink_pin::Entity::insert(new)
                    .on_conflict(key.do_nothing().to_owned())
                    .exec_without_returning(tx)
                    .await?;
                Ok(())
            })
        })
        .await?;
    Ok(UplinkPin { date, pinned: true })
}

/// Lets a day go with the others of its age.
pub async fn unpin(state: &AppState, row: &uplink::Model, date: NaiveDate) -> AppResult<UplinkPin> {
    let key = (row.id, date.to_string());
    let gone = state
        .db
        .write(move |tx| {
            Box::pin(async move { Ok(uplink_pin::Entity::delete_by_id(key).exec(tx).await?.rows_affected) })
        })
        .await?;
    if gone == 0 {
        return Err(AppError::not_found("pinned day of this uplink"));
    }
    Ok(UplinkPin { date, pinned: false })
}

/// The pinned days of an uplink.
pub async fn pinned<C: ConnectionTrait>(db: &C, uplink_id: i64) -> Result<BTreeSet<NaiveDate>, DbErr> {
    let dates: Vec<String> = uplink_pin::Entity::find()
        .select_only()
        .column(uplink_pin::Column::Date)
        .filter(uplink_pin::Column::UplinkId.eq(uplink_id))
        .into_tuple()
        .all(db)
        .await?;
    Ok(dates.iter().filter_map(|date| date.parse().ok()).collect())
}

/// The same as minutes.
pub async fn pinned_minutes(state: &AppState, uplink_id: i64) -> Result<Vec<Range<MinuteNumber>>, DbErr> {
    let zone = state.config.time_zone;
    let begins = |date| minute_of(day_start(zone, date));
    let days = pinned(&state.db.read, uplink_id).await?;
    Ok(days.into_iter().map(|date| begins(date)..begins(date.succ_opt().unwrap_or(date))).collect())
}
