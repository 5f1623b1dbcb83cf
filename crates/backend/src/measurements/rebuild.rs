//! Making rollups anew from the tests: after data moved between devices, and whenever an operator doubts them.
//!
//! Rows are counted in the order they were stored, so a rebuilt row is the kept one, bit by bit.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use super::rollups;
use crate::{
    db::{Db, time::BUCKET_MS},
    entities::{device, measurement, rollup},
    error::AppResult,
};

/// Rows read at a time.
const PAGE: u64 = 5_000;
/// Rollup rows in one insert: 19 columns each, far below SQLite's 32,766 parameters.
const INSERT: usize = 500;

/// Replaces one device's rollups by what its tests say, inside a unit.
pub async fn rebuild_device<C: ConnectionTrait>(db: &C, device_id: i64) -> Result<(), DbErr> {
    use measurement::Column;
    rollup::Entity::delete_many().filter(rollup::Column::DeviceId.eq(device_id)).exec(db).await?;
    let mut made: BTreeMap<(i64, i64), rollup::Model> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = measurement::Entity::find()
            .filter(Column::DeviceId.eq(device_id))
            .filter(Column::Valid.eq(true))
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(PAGE)
            .all(db)
            .await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for test in &page {
            let key = (test.provider_id, test.started_at.div_euclid(BUCKET_MS));
            let row = made.entry(key).or_insert_with(|| rollups::empty((device_id, key.0, key.1)));
            rollups::count(row, test)?;
        }
    }
    let rows: Vec<rollup::Model> = made.into_values().collect();
    for part in rows.chunks(INSERT) {
        let part = part.iter().cloned().map(IntoActiveModel::into_active_model);
        rollup::Entity::insert_many(part).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Rebuilds every device's rollups, one unit a device, so that others write in between. Answers how many.
pub async fn rebuild_all(db: &Db) -> AppResult<u64> {
    let ids: Vec<i64> =
        device::Entity::find().select_only().column(device::Column::Id).into_tuple().all(&db.read).await?;
    let devices = ids.len() as u64;
    for id in ids {
        db.write(move |tx| {
            Box::pin(async move {
                device::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
                Ok(rebuild_device(tx, id).await?)
            })
        })
        .await?;
    }
    Ok(devices)
}
