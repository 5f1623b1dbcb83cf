//! Joining another browser: a code that works once and for five minutes.

use chrono::TimeDelta;
use domain::{
    ApiError, ErrorCode,
    me::{PAIR_CODE_MINUTES, PairCode, Paired},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use crate::{
    AppState,
    crypto::DeviceHash,
    db::time::to_ms,
    entities::{device, device_key, household, measurement, packet_loss_run, pair_code},
    error::AppResult,
    measurements::{devices, rebuild},
};

/// Crockford's base 32: nothing in it is mistaken for something else when read aloud or typed.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 40 bits: at 60 guesses a minute and address, five minutes are hopeless.
const LENGTH: usize = 8;

/// Makes a code for a device.
pub async fn create_code(state: &AppState, hash: DeviceHash) -> AppResult<PairCode> {
    let code: String =
        rand::random::<[u8; LENGTH]>().iter().map(|b| ALPHABET[usize::from(b & 31)] as char).collect();
    let now = state.clock.now();
    let expires_at = now + TimeDelta::minutes(PAIR_CODE_MINUTES);
    let kept = hashed(state, &code);
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let device_id = devices::upsert_device(tx, hash, None, now).await?;
                let row = pair_code::ActiveModel {
                    hash: Set(kept),
                    device_id: Set(device_id),
                    expires_at: Set(to_ms(expires_at)),
                };
                // One code at a time.
                pair_code::Entity::delete_many()
                    .filter(pair_code::Column::DeviceId.eq(device_id))
                    .exec(tx)
                    .await?;
                pair_code::Entity::insert(row).exec_without_returning(tx).await?;
                Ok(())
            })
        })
        .await?;
    Ok(PairCode { code, expires_at })
}

/// Joins a browser to the device of a code.
pub async fn join(state: &AppState, hash: DeviceHash, code: &str) -> AppResult<Paired> {
    let kept = hashed(state, code);
    let now = state.clock.now();
    let moved = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let found = pair_code::Entity::find_by_id(kept.clone()).one(tx).await?;
                let Some(code) = found.filter(|code| code.expires_at > to_ms(now)) else {
                    let why = "This code is unknown, used or older than five minutes; make a new one.";
                    return Err(ApiError::new(ErrorCode::NotFound, why).into());
                };
                pair_code::Entity::delete_by_id(kept).exec(tx).await?;
                Ok(move_key(tx, hash, code.device_id, to_ms(now)).await?)
            })
        })
        .await?;
    state.community.clear();
    let message = match moved {
        0 => "This browser now shares the other one's tests.".to_owned(),
        n => format!("This browser now shares the other one's tests; its own {n} came along."),
    };
    Ok(Paired { message, moved_tests: moved })
}

fn hashed(state: &AppState, code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(|c| *c != '-' && *c != ' ').collect::<String>().to_uppercase();
    state.key.sign("pair code", plain.as_bytes()).to_vec()
}

/// Lets a key open another device. What it opened before moves along, unless other keys still open it.
async fn move_key<C: ConnectionTrait>(tx: &C, hash: DeviceHash, to: i64, now: i64) -> Result<u64, DbErr> {
    let before = devices::find_device(tx, hash).await?.map(|device| device.id);
    if before == Some(to) {
        return Ok(0);
    }
    let key = device_key::ActiveModel { hash: Set(hash.0.to_vec()), device_id: Set(to), added_at: Set(now) };
    let moved =
        OnConflict::column(device_key::Column::Hash).update_column(device_key::Column::DeviceId).to_owned();
    device_key::Entity::insert(key).on_conflict(moved).exec_without_returning(tx).await?;
    let Some(before) = before else { return Ok(0) };
    let left = device_key::Entity::find().filter(device_key::Column::DeviceId.eq(before)).count(tx).await?;
    if left > 0 {
        return Ok(0);
    }
    let tests = measurement::Entity::update_many()
        .col_expr(measurement::Column::DeviceId, Expr::value(to))
        .filter(measurement::Column::DeviceId.eq(before))
        .exec(tx)
        .await?;
    packet_loss_run::Entity::update_many()
        .col_expr(packet_loss_run::Column::DeviceId, Expr::value(to))
        .filter(packet_loss_run::Column::DeviceId.eq(before))
        .exec(tx)
        .await?;
    let seen = household::Entity::find().filter(household::Column::DeviceId.eq(before)).all(tx).await?;
    for sighting in seen {
        let there = (to, sighting.provider_id, sighting.household.clone());
        if household::Entity::find_by_id(there).one(tx).await?.is_none() {
            let row = household::ActiveModel {
                device_id: Set(to),
                provider_id: Set(sighting.provider_id),
                household: Set(sighting.household),
                seen_at: Set(sighting.seen_at),
            };
            household::Entity::insert(row).exec_without_returning(tx).await?;
        }
    }
    device::Entity::delete_by_id(before).exec(tx).await?;
    rebuild::rebuild_device(tx, to).await?;
    Ok(tests.rows_affected)
}
