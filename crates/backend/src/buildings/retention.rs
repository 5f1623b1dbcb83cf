//! Letting go of old minutes, of hours from which nothing is learnt any more, and of outages.

use anyhow::Context;
use chrono::TimeDelta;
use domain::uplinks::minute_of;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    AppError, AppState,
    db::time::to_ms,
    entities::{building_hour, building_minute, building_outage},
};

/// A page shows an hour; a day is for whoever looks later.
const MINUTES_KEPT: TimeDelta = TimeDelta::days(7);
/// The usual share is learnt from 30 days.
const HOURS_KEPT: TimeDelta = TimeDelta::days(31);
const OUTAGES_KEPT: TimeDelta = TimeDelta::days(90);

/// The job.
pub async fn retain(state: AppState) -> anyhow::Result<()> {
    let now = state.clock.now();
    let minutes = minute_of(now - MINUTES_KEPT);
    let hours = (now - HOURS_KEPT).timestamp().div_euclid(3600);
    let outages = to_ms(now - OUTAGES_KEPT);
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                use building_outage::Column;
                building_minute::Entity::delete_many()
                    .filter(building_minute::Column::Minute.lt(minutes))
                    .exec(tx)
                    .await?;
                building_hour::Entity::delete_many()
                    .filter(building_hour::Column::Hour.lt(hours))
                    .exec(tx)
                    .await?;
                building_outage::Entity::delete_many().filter(Column::EndedAt.lt(outages)).exec(tx).await?;
                Ok(())
            })
        })
        .await
        .map_err(AppError::into_anyhow)
        .context("old minutes, hours and outages of buildings")
}
