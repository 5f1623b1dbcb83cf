//! Trains of echoes that are kept for the device that asked; whoever sends no device is answered and nothing is kept.

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{
    diagnostics::{LossHistoryQuery, LossPoint, LossRun, LossRunOrder},
    stats::round,
};
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::{desk::LONGEST, probing};
use crate::{
    AppError, AppResult, AppState,
    crypto::DeviceHash,
    db::time::{from_ms, to_ms},
    entities::packet_loss_run::{ActiveModel, Column, Entity, Model},
    http::{Caller, Json, Query, RequiredDevice},
    measurements::devices,
};

/// Runs that are kept of one device: a run every hour for six weeks.
const MOST_KEPT: u64 = 1000;

/// Send a train of echoes and keep what became of it.
#[utoipa::path(post, path = "/api/packet-loss/run", tag = "diagnostics", request_body = LossRunOrder,
    responses((status = 200, body = LossRun)))]
pub async fn run_packet_loss(
    State(state): State<AppState>,
    caller: Caller,
    Json(order): Json<LossRunOrder>,
) -> AppResult<Json<LossRun>> {
    state.diagnostics.open()?;
    let now = state.clock.now();
    let running = async {
        let _place = state.diagnostics.enter(caller.address)?;
        let found = probing::find(&state, &order.target).await?;
        let train = probing::echoes(&state, found.ip, order.count, |_, _| ()).await?;
        Ok::<_, AppError>(LossRun::new(
            order.target.to_string(),
            train.method.to_string(),
            &train.figures,
            now,
        ))
    };
    let late = |_| AppError::unavailable("The probe took too long; try again.", 5);
    let mut run = tokio::time::timeout(LONGEST, running).await.map_err(late)??;
    if let Some(device) = &caller.device {
        let (hash, row) = (device.hash, run.clone());
        state.db.write(move |tx| Box::pin(keep(tx, hash, now, row.clone()))).await?;
        run.kept = true;
    }
    Ok(Json(run))
}

/// The device's kept trains, oldest first.
#[utoipa::path(get, path = "/api/packet-loss/history", tag = "diagnostics", params(LossHistoryQuery),
    responses((status = 200, body = Vec<LossPoint>)))]
pub async fn list_packet_loss(
    State(state): State<AppState>,
    RequiredDevice(device): RequiredDevice,
    Query(query): Query<LossHistoryQuery>,
) -> AppResult<Json<Vec<LossPoint>>> {
    let Some(device) = devices::find_device(&state.db.read, device.hash).await? else {
        return Ok(Json(Vec::new()));
    };
    Ok(Json(kept(&state.db.read, device.id, query.limit).await?))
}

/// The newest runs of a device, oldest first.
pub async fn kept<C: ConnectionTrait>(db: &C, device_id: i64, limit: u64) -> Result<Vec<LossPoint>, DbErr> {
    let newest = Entity::find()
        .filter(Column::DeviceId.eq(device_id))
        .order_by_desc(Column::StartedAt)
        .order_by_desc(Column::Id)
        .limit(limit);
    Ok(newest.all(db).await?.into_iter().rev().map(point).collect())
}

/// As many as are kept of one device.
pub async fn all_kept<C: ConnectionTrait>(db: &C, device_id: i64) -> Result<Vec<LossPoint>, DbErr> {
    kept(db, device_id, MOST_KEPT).await
}

fn point(row: Model) -> LossPoint {
    let (sent, received) = (f64::from(row.sent), f64::from(row.received));
    LossPoint {
        timestamp: from_ms(row.started_at),
        loss_pct: round((sent - received) / sent * 100.0, 2),
        jitter_ms: row.jitter_ms,
        avg_ping_ms: row.mean_ms,
        target: row.target,
    }
}

async fn keep<C: ConnectionTrait>(
    tx: &C,
    hash: DeviceHash,
    now: DateTime<Utc>,
    run: LossRun,
) -> AppResult<()> {
    let device_id = devices::upsert_device(tx, hash, None, now).await?;
    let row = ActiveModel {
        id: NotSet,
        device_id: Set(device_id),
        started_at: Set(to_ms(now)),
        target: Set(run.target),
        sent: Set(run.sent as i32),
        received: Set(run.received as i32),
        mean_ms: Set(run.avg_ping_ms),
        jitter_ms: Set(run.jitter_ms),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    let one_too_many: Option<i64> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DeviceId.eq(device_id))
        .order_by_desc(Column::Id)
        .offset(MOST_KEPT)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    if let Some(last) = one_too_many {
        let old = Entity::delete_many().filter(Column::DeviceId.eq(device_id)).filter(Column::Id.lte(last));
        old.exec(tx).await?;
    }
    Ok(())
}
