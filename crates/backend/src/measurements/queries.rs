//! Lists of tests, each bounded and by an index.

use domain::measurements::{Measurement, MeasurementResult};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use super::rows;
use crate::entities::{
    measurement::{self, Column},
    provider,
};

/// More points than any screen has: beyond, a list is thinned.
pub const THIN_BEYOND: u64 = 5_000;

fn of_device(device_id: i64) -> Select<measurement::Entity> {
    measurement::Entity::find()
        .filter(Column::DeviceId.eq(device_id))
        .order_by(Column::StartedAt, Order::Desc)
        .order_by(Column::Id, Order::Desc)
}

async fn read<C: ConnectionTrait>(
    db: &C,
    select: Select<measurement::Entity>,
) -> Result<Vec<Measurement>, DbErr> {
    let rows = select.find_also_related(provider::Entity).all(db).await?;
    Ok(rows.iter().map(|(row, provider)| rows::measurement(row, provider.as_ref())).collect())
}

/// A page of a device's tests, newest first.
pub async fn list_measurements<C: ConnectionTrait>(
    db: &C,
    device_id: i64,
    skip: u64,
    limit: u64,
) -> Result<Vec<Measurement>, DbErr> {
    read(db, of_device(device_id).offset(skip).limit(limit)).await
}

/// A device's tests since an instant, newest first; beyond [`THIN_BEYOND`] every n-th, and always the newest.
pub async fn list_since<C: ConnectionTrait>(
    db: &C,
    device_id: i64,
    since: i64,
) -> Result<Vec<Measurement>, DbErr> {
    let select = of_device(device_id).filter(Column::StartedAt.gte(since));
    let count = select.clone().count(db).await?;
    if count <= THIN_BEYOND {
        return read(db, select).await;
    }
    let every = count.div_ceil(THIN_BEYOND) as usize;
    let ids: Vec<i64> = select.select_only().column(Column::Id).into_tuple().all(db).await?;
    let kept: Vec<i64> = ids.into_iter().step_by(every).collect();
    let mut thinned = Vec::with_capacity(kept.len());
    // SQLite takes at most 32,766 parameters; 500 at a time stays far below.
    for part in kept.chunks(500) {
        thinned.extend(read(db, of_device(device_id).filter(Column::Id.is_in(part.iter().copied()))).await?);
    }
    Ok(thinned)
}

/// A device's tests that were outages, newest first; invalid runs are none.
pub async fn list_outages<C: ConnectionTrait>(
    db: &C,
    device_id: i64,
    limit: u64,
) -> Result<Vec<Measurement>, DbErr> {
    let select = of_device(device_id).filter(Column::IsOutage.eq(true)).filter(Column::Valid.eq(true));
    read(db, select.limit(limit)).await
}

/// The newest finished test of a device in full.
pub async fn find_latest<C: ConnectionTrait>(
    db: &C,
    device_id: i64,
) -> Result<Option<MeasurementResult>, DbErr> {
    let select = of_device(device_id).filter(Column::Failure.is_null()).limit(1);
    let row = select.find_also_related(provider::Entity).one(db).await?;
    Ok(row.map(|(row, provider)| rows::result(&row, provider.as_ref())))
}

/// A result by the address that its owner may pass on.
pub async fn find_shared<C: ConnectionTrait>(
    db: &C,
    share_id: &str,
) -> Result<Option<MeasurementResult>, DbErr> {
    let row = measurement::Entity::find()
        .filter(Column::ShareId.eq(share_id))
        .find_also_related(provider::Entity)
        .one(db)
        .await?;
    Ok(row.map(|(row, provider)| rows::result(&row, provider.as_ref())))
}

/// A device's tests older than a key, newest first: the pages of an export.
pub async fn list_before<C: ConnectionTrait>(
    db: &C,
    device_id: i64,
    since: i64,
    before: Option<(i64, i64)>,
    limit: u64,
) -> Result<Vec<(measurement::Model, Option<provider::Model>)>, DbErr> {
    let mut select = of_device(device_id).filter(Column::StartedAt.gte(since));
    if let Some((at, id)) = before {
        let same_instant = Condition::all().add(Column::StartedAt.eq(at)).add(Column::Id.lt(id));
        let older = Condition::any().add(Column::StartedAt.lt(at)).add(same_instant);
        select = select.filter(older);
    }
    select.limit(limit).find_also_related(provider::Entity).all(db).await
}
