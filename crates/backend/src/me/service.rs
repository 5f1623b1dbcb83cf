//! Deleting, in chunks: a device with a million tests must not hold up everybody else's writing.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    AppState, buildings,
    crypto::DeviceHash,
    entities::{
        device, device_key, household, measurement, packet_loss_run, pair_code, rollup, sample, speed_session,
    },
    error::AppResult,
    measurements::devices,
};

/// Rows in one unit: some milliseconds of writing.
const CHUNK: u64 = 1_000;

/// Deletes the tests of one device, or of all, with their samples and rollups. Answers how many.
pub async fn delete_measurements(state: &AppState, device_id: Option<i64>) -> AppResult<u64> {
    let whose = device_id
        .map_or_else(Condition::all, |id| Condition::all().add(measurement::Column::DeviceId.eq(id)));
    // Rollups and sightings first: from now on nothing counts, however long the rest takes.
    state.db.write(move |tx| Box::pin(async move { Ok(forget_rollups(tx, device_id).await?) })).await?;
    let mut deleted = 0;
    loop {
        let whose = whose.clone();
        let gone = state.db.write(move |tx| Box::pin(delete_chunk(tx, device_id, whose))).await?;
        deleted += gone;
        if gone < CHUNK {
            break;
        }
    }
    state.community.clear();
    Ok(deleted)
}

async fn forget_rollups(tx: &DatabaseTransaction, device_id: Option<i64>) -> Result<(), DbErr> {
    let mut rollups = rollup::Entity::delete_many();
    let mut sightings = household::Entity::delete_many();
    if let Some(id) = device_id {
        rollups = rollups.filter(rollup::Column::DeviceId.eq(id));
        sightings = sightings.filter(household::Column::DeviceId.eq(id));
    }
    rollups.exec(tx).await?;
    sightings.exec(tx).await?;
    Ok(())
}

async fn delete_chunk(tx: &DatabaseTransaction, device_id: Option<i64>, whose: Condition) -> AppResult<u64> {
    let ids: Vec<i64> = measurement::Entity::find()
        .select_only()
        .column(measurement::Column::Id)
        .filter(whose)
        .order_by_asc(measurement::Column::Id)
        .limit(CHUNK)
        .into_tuple()
        .all(tx)
        .await?;
    let gone = measurement::Entity::delete_many().filter(measurement::Column::Id.is_in(ids)).exec(tx).await?;
    // The last chunk: no test is left, so the rollups of those that came meanwhile go with them.
    if gone.rows_affected < CHUNK {
        forget_rollups(tx, device_id).await?;
    }
    Ok(gone.rows_affected)
}

/// Deletes everything of a device, its keys included. Answers how many rows of each table went.
pub async fn delete_device(state: &AppState, hash: DeviceHash) -> AppResult<BTreeMap<String, u64>> {
    let mut deleted = BTreeMap::new();
    // Who joined a building need never have tested.
    let endpoints = buildings::forget_device(state, hash).await?;
    if endpoints > 0 {
        deleted.insert("building_endpoints".to_owned(), endpoints);
    }
    let Some(device) = devices::find_device(&state.db.read, hash).await? else { return Ok(deleted) };
    let id = device.id;
    let db = &state.db.read;
    let samples = sample::Entity::find()
        .inner_join(measurement::Entity)
        .filter(measurement::Column::DeviceId.eq(id))
        .count(db)
        .await?;
    deleted.insert("samples".to_owned(), samples);
    let counts = [
        ("rollups", rollup::Entity::find().filter(rollup::Column::DeviceId.eq(id)).count(db).await?),
        ("households", household::Entity::find().filter(household::Column::DeviceId.eq(id)).count(db).await?),
    ];
    deleted.extend(counts.map(|(table, count)| (table.to_owned(), count)));
    deleted.insert("measurements".to_owned(), delete_measurements(state, Some(id)).await?);
    let rest = state.db.write(move |tx| Box::pin(async move { Ok(delete_rest(tx, id).await?) })).await?;
    deleted.extend(rest.map(|(table, count)| (table.to_owned(), count)));
    state.community.clear();
    Ok(deleted)
}

/// What is small: keys, codes, sessions, the device itself, and tests that came in the meantime (by cascade).
async fn delete_rest<C: ConnectionTrait>(tx: &C, id: i64) -> Result<[(&'static str, u64); 5], DbErr> {
    let sessions =
        speed_session::Entity::delete_many().filter(speed_session::Column::DeviceId.eq(id)).exec(tx).await?;
    let runs = packet_loss_run::Entity::delete_many()
        .filter(packet_loss_run::Column::DeviceId.eq(id))
        .exec(tx)
        .await?;
    let codes = pair_code::Entity::delete_many().filter(pair_code::Column::DeviceId.eq(id)).exec(tx).await?;
    let keys = device_key::Entity::delete_many().filter(device_key::Column::DeviceId.eq(id)).exec(tx).await?;
    let devices = device::Entity::delete_by_id(id).exec(tx).await?;
    Ok([
        ("speed_sessions", sessions.rows_affected),
        ("packet_loss_runs", runs.rows_affected),
        ("pair_codes", codes.rows_affected),
        ("device_keys", keys.rows_affected),
        ("devices", devices.rows_affected),
    ])
}
