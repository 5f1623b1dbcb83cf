//! The settings and the newest cycle's figures: two JSON texts, so that each instance reads the same.

use domain::buildings::{BuildingSettings, CycleFigures};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, Set, sea_query::OnConflict};
use serde::{Serialize, de::DeserializeOwned};

use crate::{AppError, AppResult, AppState, entities::building_note};

const SETTINGS: &str = "settings";
const CYCLE: &str = "cycle";

/// The settings as they are now.
pub async fn settings<C: ConnectionTrait>(db: &C) -> Result<BuildingSettings, DbErr> {
    Ok(read(db, SETTINGS).await?.unwrap_or_default())
}

/// The newest cycle.
pub async fn cycle<C: ConnectionTrait>(db: &C) -> Result<Option<CycleFigures>, DbErr> {
    read(db, CYCLE).await
}

/// Changes the settings.
pub async fn write_settings(state: &AppState, settings: BuildingSettings) -> AppResult<()> {
    state.db.write(move |tx| Box::pin(async move { write(tx, SETTINGS, &settings).await })).await
}

/// Notes how a cycle went.
pub async fn write_cycle(tx: &DatabaseTransaction, cycle: &CycleFigures) -> AppResult<()> {
    write(tx, CYCLE, cycle).await
}

async fn read<T: DeserializeOwned, C: ConnectionTrait>(db: &C, name: &str) -> Result<Option<T>, DbErr> {
    let row = building_note::Entity::find_by_id(name).one(db).await?;
    // What another version wrote and this one cannot read is as good as nothing.
    Ok(row.and_then(|row| serde_json::from_str(&row.value).ok()))
}

async fn write<T: Serialize>(tx: &DatabaseTransaction, name: &str, value: &T) -> AppResult<()> {
    use building_note::Column;
    let value = serde_json::to_string(value).map_err(|error| AppError::Internal(error.into()))?;
    building_note::Entity::insert(building_note::ActiveModel {
        name: Set(name.to_owned()),
        value: Set(value),
    })
    .on_conflict(OnConflict::column(Column::Name).update_column(Column::Value).to_owned())
    .exec_without_returning(tx)
    .await?;
    Ok(())
}
