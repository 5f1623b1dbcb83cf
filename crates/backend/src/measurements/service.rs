//! Storing a result: one unit, durable before it is acknowledged, harmless when repeated.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use domain::{
    ApiError, ErrorCode,
    live::LiveMeasurement,
    measurements::{Measurement, MeasurementResult, ResultDetail},
    privacy,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use super::{devices, rollups, rows};
use crate::{
    AppError, AppState,
    crypto::{DeviceHash, HouseholdHash},
    db::time::to_ms,
    entities::{household, measurement, provider, sample, speed_session},
    error::AppResult,
    live::StoredTest,
};

/// A judged test, ready to be kept.
#[derive(Clone, Debug)]
pub struct NewStored {
    /// None: the server's own line.
    pub device: Option<DeviceHash>,
    pub household: Option<HouseholdHash>,
    pub provider: Option<StoredProvider>,
    /// IANA name, as the browser gave it.
    pub time_zone: Option<String>,
    /// The figures; `id` and `isp` are set by storing.
    pub measurement: Measurement,
    pub detail: ResultDetail,
    /// `full`, `light`, `failed`, `server`.
    pub kind: String,
    /// Why it failed, in a word; none: it did not.
    pub failure: Option<String>,
    /// Why it counts nowhere, in a word.
    pub invalid_reason: Option<String>,
    pub duration_ms: i64,
    pub concurrent_tests: u32,
    /// The uplink of a server-run test.
    pub uplink: Option<String>,
    /// The token that this result spends: it is accepted once.
    pub token_id: Option<[u8; 16]>,
    pub idempotency: Option<Idempotency>,
    /// The raw samples as JSON, kept 30 days.
    pub samples: Option<Vec<u8>>,
}

/// The provider that a test is counted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredProvider {
    pub slug: String,
    pub name: String,
}

/// What makes a second delivery harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// SHA-256 of the body: the same key with another body is a mistake of the client.
    pub body_hash: [u8; 32],
}

/// What storing came to.
#[derive(Clone, Debug)]
pub struct StoredMeasurement {
    pub result: MeasurementResult,
    /// It was there already: nothing was stored, nothing must be published.
    pub replayed: bool,
    /// The rows behind it, for who is told of it live.
    pub device_id: Option<i64>,
    pub provider_id: i64,
}

/// Keeps a test: row, samples, rollup, household, spent token in one unit.
pub async fn store(state: &AppState, new: NewStored) -> AppResult<StoredMeasurement> {
    let now = state.clock.now();
    let stored = state.db.write(move |tx| Box::pin(async move { store_in(tx, new, now).await })).await?;
    publish(state, &stored).await;
    Ok(stored)
}

/// Tells who listens of a valid new test; for those who used [`store_in`] once their unit is durable.
pub async fn publish(state: &AppState, stored: &StoredMeasurement) {
    let m = &stored.result.measurement;
    if stored.replayed || !m.valid {
        return;
    }
    let data = LiveMeasurement {
        own: true,
        id: Some(m.id),
        timestamp: Some(m.timestamp),
        download_speed: m.download_speed,
        upload_speed: m.upload_speed,
        ping: m.ping,
        isp: m.isp.clone(),
        location: m.location.clone(),
        is_outage: Some(m.is_outage),
    };
    let test = StoredTest { device_id: stored.device_id, provider_id: stored.provider_id, data };
    state.live.publish(test).await;
}

/// As [`store`], inside a unit of the caller's.
pub async fn store_in(
    tx: &DatabaseTransaction,
    new: NewStored,
    now: DateTime<Utc>,
) -> AppResult<StoredMeasurement> {
    let device_id = match new.device {
        Some(hash) => Some(devices::upsert_device(tx, hash, new.time_zone.as_deref(), now).await?),
        None => None,
    };
    if let (Some(device_id), Some(known)) = (device_id, &new.idempotency)
        && let Some(stored) = find_delivered(tx, device_id, known).await?
    {
        return Ok(stored);
    }
    let provider = upsert_provider(tx, new.provider.as_ref()).await?;
    let row = insert(tx, &new, device_id, provider.id, now).await?;
    if let Some(token_id) = new.token_id {
        spend_token(tx, token_id, &row, now).await?;
    }
    if let Some(body) = new.samples {
        let sample = sample::ActiveModel {
            measurement_id: Set(row.id),
            created_at: Set(row.received_at),
            body: Set(body),
        };
        sample::Entity::insert(sample).exec_without_returning(tx).await?;
    }
    if let (Some(device_id), true) = (device_id, row.valid) {
        rollups::add(tx, device_id, &row).await?;
        if let Some(HouseholdHash(hash)) = new.household {
            see_household(tx, device_id, &row, hash).await?;
        }
    }
    Ok(StoredMeasurement {
        result: rows::result(&row, Some(&provider)),
        replayed: false,
        device_id,
        provider_id: provider.id,
    })
}

async fn find_delivered(
    tx: &DatabaseTransaction,
    device_id: i64,
    known: &Idempotency,
) -> AppResult<Option<StoredMeasurement>> {
    let found = measurement::Entity::find()
        .filter(measurement::Column::DeviceId.eq(device_id))
        .filter(measurement::Column::IdempotencyKey.eq(&known.key))
        .find_also_related(provider::Entity)
        .one(tx)
        .await?;
    let Some((row, provider)) = found else { return Ok(None) };
    if row.body_hash.as_deref() != Some(&known.body_hash[..]) {
        let why = "This Idempotency-Key was used for another body.";
        return Err(ApiError::new(ErrorCode::Conflict, why).into());
    }
    Ok(Some(StoredMeasurement {
        result: rows::result(&row, provider.as_ref()),
        replayed: true,
        device_id: Some(device_id),
        provider_id: row.provider_id,
    }))
}

async fn insert(
    tx: &DatabaseTransaction,
    new: &NewStored,
    device_id: Option<i64>,
    provider_id: i64,
    now: DateTime<Utc>,
) -> AppResult<measurement::Model> {
    let m = &new.measurement;
    let detail = serde_json::to_string(&new.detail).map_err(|e| AppError::Internal(e.into()))?;
    // An unguessable address: whoever has it was given it.
    let share_id = new.device.map(|_| BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 12]>()));
    let row = measurement::Model {
        id: 0,
        device_id,
        provider_id,
        household: new.household.map(|h| h.0.to_vec()),
        started_at: to_ms(m.timestamp),
        duration_ms: new.duration_ms,
        received_at: to_ms(now),
        source: m.source.as_str().to_owned(),
        kind: new.kind.clone(),
        failure: new.failure.clone(),
        is_outage: m.is_outage,
        valid: m.valid,
        invalid_reason: new.invalid_reason.clone(),
        method: m.method.clone(),
        protocol: m.protocol.clone(),
        congestion: m.congestion.clone(),
        connections: i32::try_from(m.connections).unwrap_or(i32::MAX),
        concurrent_tests: i32::try_from(new.concurrent_tests).unwrap_or(i32::MAX),
        ip_version: m.ip_version.map(i16::from),
        download_mbps: m.download_speed,
        upload_mbps: m.upload_speed,
        ping_ms: m.ping,
        jitter_ms: m.jitter,
        loaded_ping_down_ms: m.loaded_ping_down,
        loaded_ping_up_ms: m.loaded_ping_up,
        loss: m.loss,
        retransmitted_share: m.retransmitted_share,
        bytes_used: i64::try_from(m.bytes_used).unwrap_or(i64::MAX),
        location: m.location.clone(),
        latitude: m.latitude.and_then(privacy::coarse_degrees),
        longitude: m.longitude.and_then(privacy::coarse_degrees),
        uplink: new.uplink.clone(),
        detail: Some(detail),
        share_id,
        idempotency_key: new.idempotency.as_ref().map(|i| i.key.clone()),
        body_hash: new.idempotency.as_ref().map(|i| i.body_hash.to_vec()),
    };
    let mut active = row.into_active_model().reset_all();
    active.id = NotSet;
    Ok(active.insert(tx).await?)
}

/// The provider's row; its name follows the operator's list.
async fn upsert_provider(
    tx: &DatabaseTransaction,
    known: Option<&StoredProvider>,
) -> Result<provider::Model, DbErr> {
    let Some(known) = known else {
        let unknown = provider::Entity::find_by_id(rows::UNKNOWN_PROVIDER).one(tx).await?;
        return unknown.ok_or_else(|| DbErr::RecordNotFound("the unknown provider".to_owned()));
    };
    let found = provider::Entity::find().filter(provider::Column::Slug.eq(&known.slug)).one(tx).await?;
    if let Some(found) = found {
        if found.name == known.name || found.id == rows::UNKNOWN_PROVIDER {
            return Ok(found);
        }
        let mut changed = found.into_active_model();
        changed.name = Set(known.name.clone());
        return changed.update(tx).await;
    }
    let row =
        provider::ActiveModel { id: NotSet, slug: Set(known.slug.clone()), name: Set(known.name.clone()) };
    provider::Entity::insert(row)
        .on_conflict(
            OnConflict::column(provider::Column::Slug).update_column(provider::Column::Name).to_owned(),
        )
        .exec_with_returning(tx)
        .await
}

/// Marks a token as spent; a second result for it is refused.
async fn spend_token(
    tx: &DatabaseTransaction,
    token_id: [u8; 16],
    row: &measurement::Model,
    now: DateTime<Utc>,
) -> AppResult<()> {
    use speed_session::Column;
    let spent = speed_session::Entity::update_many()
        .col_expr(Column::MeasurementId, Expr::value(row.id))
        .filter(Column::TokenId.eq(token_id.to_vec()))
        .filter(Column::MeasurementId.is_null())
        .exec(tx)
        .await?;
    if spent.rows_affected == 1 {
        return Ok(());
    }
    if speed_session::Entity::find().filter(Column::TokenId.eq(token_id.to_vec())).one(tx).await?.is_some() {
        return Err(ApiError::new(ErrorCode::Conflict, "This token's result was delivered already.").into());
    }
    // The session was not kept (it ended in time): the row remembers that its token is spent.
    let session = speed_session::ActiveModel {
        id: NotSet,
        token_id: Set(token_id.to_vec()),
        device_id: Set(row.device_id),
        kind: Set(row.kind.clone()),
        provider_id: Set(row.provider_id),
        household: Set(None),
        issued_at: Set(row.started_at),
        expires_at: Set(to_ms(now)),
        byte_log: Set(None),
        measurement_id: Set(Some(row.id)),
    };
    speed_session::Entity::insert(session).exec_without_returning(tx).await?;
    Ok(())
}

async fn see_household<C: ConnectionTrait>(
    tx: &C,
    device_id: i64,
    row: &measurement::Model,
    hash: [u8; 16],
) -> Result<(), DbErr> {
    use household::Column;
    let seen = household::ActiveModel {
        device_id: Set(device_id),
        provider_id: Set(row.provider_id),
        household: Set(hash.to_vec()),
        seen_at: Set(row.started_at),
    };
    // A result delivered late must not make a newer sighting older.
    let newer = OnConflict::columns([Column::DeviceId, Column::ProviderId, Column::Household])
        .update_column(Column::SeenAt)
        .action_and_where(Expr::col((household::Entity, Column::SeenAt)).lt(row.started_at))
        .to_owned();
    household::Entity::insert(seen).on_conflict(newer).exec_without_returning(tx).await?;
    Ok(())
}
