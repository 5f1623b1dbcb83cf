//! `POST /api/measurements`: a finished run is judged against the server's own log; a failed attempt is counted once.

use axum::{
    Json as AxumJson,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ApiError, ErrorCode,
    measurements::{
        FailedAttempt, FinishedRun, InvalidReason, Measurement, MeasurementResult, NewMeasurement,
        ResultDetail, Source, is_outage,
    },
    speed_tests::{Judged, judge},
};
use http::{HeaderMap, StatusCode, header};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};
use tokio::time::{Duration, timeout};

use super::{
    store::{Kept, find_log},
    test::Phase,
    token::{Claims, RESULT_DAYS},
};
use crate::{
    AppState,
    crypto::{DeviceHash, HouseholdHash},
    db::time::{from_ms, to_ms},
    entities::measurement,
    error::AppResult,
    http::IssuedDevice,
    jobs::find_gap,
    measurements::{
        devices,
        service::{Idempotency, NewStored, StoredMeasurement, publish, store, store_in},
    },
};

/// One failed attempt in this time and device counts (measurement.md §1, later delivery).
const ONE_FAILURE_IN: TimeDelta = TimeDelta::minutes(10);
/// A key is a UUID or something like it.
const KEY_LENGTH: usize = 128;

/// Hand in a finished speed test, or an attempt that failed.
///
/// Every figure is recomputed from the samples and the server's own log; what cannot have happened is refused. The
/// same Idempotency-Key with the same body answers the stored result again.
#[utoipa::path(post, path = "/api/measurements", tag = "measurements", request_body = NewMeasurement,
    params(("Idempotency-Key" = Option<String>, Header, description = "makes a second delivery harmless")),
    responses(
        (status = 201, body = MeasurementResult),
        (status = 409, body = ApiError),
    ))]
pub async fn create_measurement(
    State(state): State<AppState>,
    IssuedDevice(device): IssuedDevice,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> AppResult<Response> {
    let body = json_body(&headers, body)?;
    let new = read(&body)?;
    let idempotency = idempotency(&headers, &body)?;
    let stored = match new {
        NewMeasurement::Finished(run) => finished(&state, device.hash, run, idempotency, body).await?,
        NewMeasurement::Failed(attempt) => failed(&state, device.hash, attempt, idempotency).await?,
    };
    Ok((StatusCode::CREATED, AxumJson(stored.result)).into_response())
}

fn json_body(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Bytes, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("application/json") {
        let why = "The body must be JSON (content-type: application/json).";
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType, why));
    }
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(ErrorCode::TooLarge, "The body is too large."),
        _ => ApiError::new(ErrorCode::Malformed, "The body did not arrive whole."),
    })
}

fn read(body: &[u8]) -> Result<NewMeasurement, ApiError> {
    let reader = &mut serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let (field, why) = (error.path().to_string(), error.inner().to_string());
        ApiError::new(ErrorCode::Malformed, format!("The body cannot be read: {why}")).with_field(&field, why)
    })
}

fn idempotency(headers: &HeaderMap, body: &[u8]) -> Result<Option<Idempotency>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=KEY_LENGTH).contains(&key.len()));
    let key = key.ok_or_else(|| {
        let why = format!("not 1 to {KEY_LENGTH} visible characters");
        ApiError::new(ErrorCode::Malformed, format!("Idempotency-Key: {why}"))
            .with_field("idempotency-key", why)
    })?;
    Ok(Some(Idempotency { key: key.to_owned(), body_hash: Sha256::digest(body).into() }))
}

async fn finished(
    state: &AppState,
    device: DeviceHash,
    run: FinishedRun,
    idempotency: Option<Idempotency>,
    body: Bytes,
) -> AppResult<StoredMeasurement> {
    let now = state.clock.now();
    let claims = Claims::verify(&run.token, &state.key, now)
        .map_err(|refused| ApiError::new(ErrorCode::Forbidden, refused.to_string()))?;
    end_test(state, &claims).await;
    let mut kept = find_log(state, &claims.id).await?.ok_or_else(|| {
        ApiError::invalid("token", "this server saw no byte of this test, so no result can rest on it")
    })?;
    of_this_device(state, &kept, device).await?;
    kept.log.received_at = now;
    let judged = judge(&run, &kept.log).map_err(ApiError::from)?;
    let household = kept.row.household.as_deref().and_then(|hash| hash.try_into().ok()).map(HouseholdHash);
    if let (Some(household), Some(rate)) = (household, rate(&judged)) {
        state.speed.remember(household, rate);
    }
    let new = NewStored {
        device: Some(device),
        household,
        provider: kept.provider,
        time_zone: None,
        kind: judged.method.to_owned(),
        failure: None,
        invalid_reason: judged.detail.invalid_reason.map(|reason| reason.as_str().to_owned()),
        duration_ms: judged.duration_ms as i64,
        concurrent_tests: judged.concurrent_tests,
        uplink: None,
        token_id: Some(claims.id),
        idempotency,
        samples: Some(body.to_vec()),
        measurement: measurement_of(&judged, Source::Browser),
        detail: judged.detail,
    };
    store(state, new).await
}

/// The result is here: its test need not wait for more, and its log must be whole before it is judged.
async fn end_test(state: &AppState, claims: &Claims) {
    if let Some(test) = state.speed.find(&claims.id) {
        test.finish.cancel();
        let mut phase = test.phase.subscribe();
        let over = phase.wait_for(|phase| *phase == Phase::Over);
        let _ = timeout(Duration::from_secs(10), over).await;
    }
}

/// A token that was asked for by a known device is spent by that device alone.
async fn of_this_device(state: &AppState, kept: &Kept, device: DeviceHash) -> AppResult<()> {
    let Some(owner) = kept.row.device_id else { return Ok(()) };
    let asking = devices::find_device(&state.db.read, device).await?.map(|device| device.id);
    if asking == Some(owner) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::Forbidden, "This token was given to another device.").into())
}

fn rate(judged: &Judged) -> Option<f64> {
    [judged.download_mbps, judged.upload_mbps].into_iter().flatten().reduce(f64::max)
}

/// M of a judged run; its id and provider come with storing.
pub fn measurement_of(judged: &Judged, source: Source) -> Measurement {
    Measurement {
        download_speed: judged.download_mbps,
        upload_speed: judged.upload_mbps,
        ping: judged.ping_ms,
        is_outage: is_outage(false, judged.download_mbps),
        jitter: judged.jitter_ms,
        loaded_ping_down: judged.loaded_ping_down_ms,
        loaded_ping_up: judged.loaded_ping_up_ms,
        retransmitted_share: judged.retransmitted_share,
        connections: judged.connections,
        protocol: judged.protocol.clone(),
        congestion: judged.congestion.clone(),
        valid: judged.valid,
        bytes_used: judged.bytes_used,
        ip_version: judged.ip_version,
        ..Measurement::unmeasured(judged.started_at, source, judged.method)
    }
}

async fn failed(
    state: &AppState,
    device: DeviceHash,
    attempt: FailedAttempt,
    idempotency: Option<Idempotency>,
) -> AppResult<StoredMeasurement> {
    let now = state.clock.now();
    // The browser's clock may be wrong: only how long ago it was counts.
    let age = i64::try_from(attempt.age_ms).ok().map(TimeDelta::milliseconds);
    let age = age.filter(|age| *age <= TimeDelta::days(RESULT_DAYS)).ok_or_else(|| {
        ApiError::invalid("age_ms", format!("older than the {RESULT_DAYS} days for which attempts are taken"))
    })?;
    let at_ms = to_ms(now - age);
    let online = attempt.online;
    let make = move |in_gap| failure(at_ms, online, device, idempotency, in_gap);
    let unit =
        state.db.write(move |tx| Box::pin(async move { count_failure(tx, make, at_ms, now, device).await }));
    let stored = unit.await?;
    publish(state, &stored).await;
    Ok(stored)
}

/// Stores a failed attempt, unless another of the same ten minutes is there. Delivered again, it is answered again.
async fn count_failure(
    tx: &DatabaseTransaction,
    make: impl FnOnce(bool) -> NewStored,
    at_ms: i64,
    now: DateTime<Utc>,
    device: DeviceHash,
) -> AppResult<StoredMeasurement> {
    let stored = store_in(tx, make(find_gap(tx, at_ms).await?), now).await?;
    if !stored.replayed && has_other_failure(tx, device, at_ms, stored.result.measurement.id).await? {
        let why = "A failed attempt within ten minutes of this one is counted already.";
        return Err(ApiError::new(ErrorCode::Conflict, why).into());
    }
    Ok(stored)
}

async fn has_other_failure(
    tx: &impl ConnectionTrait,
    device: DeviceHash,
    at_ms: i64,
    but: i64,
) -> AppResult<bool> {
    use measurement::Column;
    let Some(device) = devices::find_device(tx, device).await? else { return Ok(false) };
    let span = ONE_FAILURE_IN.num_milliseconds() - 1;
    let other = measurement::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DeviceId.eq(device.id))
        .filter(Column::StartedAt.between(at_ms - span, at_ms + span))
        .filter(Column::Failure.is_not_null())
        .filter(Column::Id.ne(but))
        .limit(1)
        .into_tuple::<i64>();
    Ok(other.one(tx).await?.is_some())
}

fn failure(
    at_ms: i64,
    online: bool,
    device: DeviceHash,
    idempotency: Option<Idempotency>,
    in_gap: bool,
) -> NewStored {
    let reason = in_gap.then_some(InvalidReason::ServerUnreachable);
    let measurement = Measurement {
        is_outage: is_outage(true, None),
        valid: !in_gap,
        ..Measurement::unmeasured(from_ms(at_ms), Source::Browser, "failed")
    };
    NewStored {
        device: Some(device),
        // The network that failed is not the one that this came over: neither household nor provider is known.
        household: None,
        provider: None,
        time_zone: None,
        measurement,
        detail: ResultDetail { invalid_reason: reason, ..ResultDetail::default() },
        kind: "failed".to_owned(),
        failure: Some(if online { "unreachable" } else { "offline" }.to_owned()),
        invalid_reason: reason.map(|reason| reason.as_str().to_owned()),
        duration_ms: 0,
        concurrent_tests: 0,
        uplink: None,
        token_id: None,
        idempotency,
        samples: None,
    }
}
