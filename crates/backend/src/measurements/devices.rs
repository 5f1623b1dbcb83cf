//! Devices behind their keyed hashes. Reading looks up, only writing creates.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::NotSet, ConnectionTrait, DbErr, EntityTrait, QuerySelect, Set, sea_query::OnConflict,
};

use crate::{
    crypto::DeviceHash,
    db::time::to_ms,
    entities::{device, device_key},
};

/// A day: often enough to see who is still there, seldom enough not to write with every test.
const SEEN_EVERY_MS: i64 = 24 * 3_600_000;

/// The device that a key opens.
pub async fn find_device<C: ConnectionTrait>(
    db: &C,
    hash: DeviceHash,
) -> Result<Option<device::Model>, DbErr> {
    let found =
        device_key::Entity::find_by_id(hash.0.to_vec()).find_also_related(device::Entity).one(db).await?;
    Ok(found.and_then(|(_, device)| device))
}

/// The device that a key opens, made when there is none, locked until the unit ends.
pub async fn upsert_device<C: ConnectionTrait>(
    db: &C,
    hash: DeviceHash,
    time_zone: Option<&str>,
    now: DateTime<Utc>,
) -> Result<i64, DbErr> {
    let now = to_ms(now);
    let Some(known) = find_device(db, hash).await? else {
        return insert_device(db, hash, time_zone, now).await;
    };
    // The lock keeps two units from reading the same rollup before either wrote it (PostgreSQL; SQLite has one
    // writer anyway).
    device::Entity::find_by_id(known.id).lock_exclusive().one(db).await?;
    let zone_changed = time_zone.is_some() && time_zone != known.time_zone.as_deref();
    if zone_changed || now - known.last_seen_at > SEEN_EVERY_MS {
        let change = device::ActiveModel {
            id: Set(known.id),
            time_zone: if zone_changed { Set(time_zone.map(str::to_owned)) } else { NotSet },
            last_seen_at: Set(now.max(known.last_seen_at)),
            ..Default::default()
        };
        device::Entity::update(change).exec(db).await?;
    }
    Ok(known.id)
}

async fn insert_device<C: ConnectionTrait>(
    db: &C,
    hash: DeviceHash,
    time_zone: Option<&str>,
    now: i64,
) -> Result<i64, DbErr> {
    let row = device::ActiveModel {
        id: NotSet,
        time_zone: Set(time_zone.map(str::to_owned)),
        created_at: Set(now),
        last_seen_at: Set(now),
    };
    let id = device::Entity::insert(row).exec(db).await?.last_insert_id;
    let key = device_key::ActiveModel { hash: Set(hash.0.to_vec()), device_id: Set(id), added_at: Set(now) };
    let ours = device_key::Entity::insert(key)
        .on_conflict(OnConflict::column(device_key::Column::Hash).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    if ours == 1 {
        return Ok(id);
    }
    // Another connection was first (PostgreSQL): its device counts.
    device::Entity::delete_by_id(id).exec(db).await?;
    let theirs = find_device(db, hash).await?;
    theirs.map(|device| device.id).ok_or_else(|| DbErr::RecordNotFound("a device just made".to_owned()))
}
