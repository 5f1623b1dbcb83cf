//! What the watch writes. A round is one unit: its minutes, their sums, faults and the uplink's row stand or fall
//! together. Sums are made from what they sum up, so that writing twice changes nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use chrono::{DateTime, Utc};
use domain::uplinks::{Judgement, Minute, MinuteNumber, Reason, State, Tally, UplinkTrace};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, Set,
    sea_query::{Expr, OnConflict},
};

use super::queries::{self, FIVE_MINUTES_S, HOUR_S};
use crate::{
    AppResult, AppState,
    db::time::to_ms,
    entities::{uplink, uplink_fault, uplink_minute, uplink_rollup, uplink_round, uplink_trace},
};

/// Minutes without a round in one unit.
const CHUNK: i64 = 500;

/// What is known and not yet in the database.
#[derive(Clone, Debug, Default)]
pub struct Unwritten {
    pub minutes: BTreeSet<MinuteNumber>,
    pub faults: Vec<FaultChange>,
    pub rounds: Vec<uplink_round::Model>,
    /// Instants of earlier rounds that a later one confirmed.
    pub confirmed: Vec<i64>,
}

/// An end or a beginning of a time in which the uplink is not up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultChange {
    End(DateTime<Utc>),
    Begin(DateTime<Utc>, Judgement),
}

impl Unwritten {
    /// Faults of the last run that nobody saw end.
    pub fn end_faults(&mut self, at: DateTime<Utc>) {
        self.faults.push(FaultChange::End(at));
    }

    pub fn change(&mut self, from: Judgement, to: Judgement, at: DateTime<Utc>) {
        if from.state == to.state {
            return;
        }
        self.faults.push(FaultChange::End(at));
        if to.state > State::Up {
            self.faults.push(FaultChange::Begin(at, to));
        }
    }
}

/// The row of an interface's uplink, made where it is not there.
pub async fn open_uplink(state: &AppState, interface: &str) -> AppResult<uplink::Model> {
    let new = uplink::ActiveModel {
        name: Set(interface.to_owned()),
        interface: Set(interface.to_owned()),
        gateway_policy: Set(state.config.uplinks.gateway.word().to_owned()),
        state: Set(State::NoData.word().to_owned()),
        reason: Set(Reason::Waiting.word().to_owned()),
        flapping: Set(false),
        created_at: Set(to_ms(state.clock.now())),
        icmp_silent_s: Set(0),
        https_silent_s: Set(0),
        ..Default::default()
    };
    let interface = interface.to_owned();
    state.db.write(move |tx| Box::pin(find_or_insert(tx, interface, new))).await
}

async fn find_or_insert(
    tx: &DatabaseTransaction,
    name: String,
    new: uplink::ActiveModel,
) -> AppResult<uplink::Model> {
    let policy = new.gateway_policy.clone();
    let found = uplink::Entity::find().filter(uplink::Column::Name.eq(name)).one(tx).await?;
    match found {
        Some(row) => {
            let mut row = row.into_active_model();
            row.gateway_policy = policy;
            Ok(row.update(tx).await?)
        }
        None => Ok(new.insert(tx).await?),
    }
}

/// Writes minutes in which no round began; what is known of a minute stays.
pub async fn write_missed(
    state: &AppState,
    uplink_id: i64,
    missed: Range<MinuteNumber>,
    cause: Reason,
) -> AppResult<()> {
    let mut from = missed.start;
    while from < missed.end {
        let to = (from + CHUNK).min(missed.end);
        let rows: Vec<_> =
            (from..to).map(|number| minute_row(uplink_id, number, &Minute::missed(cause))).collect();
        state
            .db
            .write(move |tx| {
                Box::pin(async move {
                    uplink_minute::Entity::insert_many(rows)
                        .on_conflict(minute_key().do_nothing().to_owned())
                        .exec_without_returning(tx)
                        .await?;
                    Ok(())
                })
            })
            .await?;
        from = to;
    }
    Ok(())
}

/// Writes a round.
pub async fn write_round(
    state: &AppState,
    row: uplink::Model,
    minutes: Vec<(MinuteNumber, Minute)>,
    unwritten: Unwritten,
) -> AppResult<()> {
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let uplink_id = row.id;
                for (number, minute) in &minutes {
                    upsert_minute(tx, minute_row(uplink_id, *number, minute)).await?;
                }
                let touched: BTreeSet<MinuteNumber> = minutes.iter().map(|(number, _)| *number).collect();
                roll_up(tx, uplink_id, &touched).await?;
                for fault in unwritten.faults {
                    write_fault(tx, uplink_id, fault).await?;
                }
                write_raw(tx, uplink_id, unwritten.rounds, unwritten.confirmed).await?;
                let mut row = row.into_active_model().reset_all();
                // What others than the watch write stays as they wrote it.
                row.rounds_dropped_to = ActiveValue::NotSet;
                row.update(tx).await?;
                Ok(())
            })
        })
        .await
}

/// Writes minutes that no watch made, and their sums.
pub async fn write_minutes(
    state: &AppState,
    uplink_id: i64,
    minutes: Vec<(MinuteNumber, Minute)>,
) -> AppResult<()> {
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                for part in minutes.chunks(CHUNK as usize) {
                    let rows = part.iter().map(|(number, minute)| minute_row(uplink_id, *number, minute));
                    uplink_minute::Entity::insert_many(rows)
                        .on_conflict(minute_key().do_nothing().to_owned())
                        .exec_without_returning(tx)
                        .await?;
                }
                let touched = minutes.iter().map(|(number, _)| *number).collect();
                Ok(roll_up(tx, uplink_id, &touched).await?)
            })
        })
        .await
}

/// Adds rounds, and lets those before count that these confirm.
async fn write_raw(
    tx: &DatabaseTransaction,
    uplink_id: i64,
    rounds: Vec<uplink_round::Model>,
    confirmed: Vec<i64>,
) -> Result<(), DbErr> {
    use uplink_round::Column;
    if !rounds.is_empty() {
        // A clock that was set back meets rounds of the time before.
        let mut key = OnConflict::columns([Column::UplinkId, Column::StartedAt]);
        uplink_round::Entity::insert_many(rounds.into_iter().map(|row| row.into_active_model().reset_all()))
            .on_conflict(key.do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
    }
    if !confirmed.is_empty() {
        uplink_round::Entity::update_many()
            .col_expr(Column::Confirmed, Expr::value(true))
            .filter(Column::UplinkId.eq(uplink_id))
            .filter(Column::StartedAt.is_in(confirmed))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Keeps the path of the fault that began at an instant; one that is not there any more has none.
pub async fn write_trace(
    state: &AppState,
    uplink_id: i64,
    began_at: i64,
    trace: &UplinkTrace,
) -> AppResult<()> {
    use uplink_fault::Column;
    let path = serde_json::to_string(trace).map_err(anyhow::Error::from)?;
    let taken_at = to_ms(trace.taken_at);
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let fault = uplink_fault::Entity::find()
                    .filter(Column::UplinkId.eq(uplink_id))
                    .filter(Column::StartedAt.eq(began_at))
                    .order_by_desc(Column::Id)
                    .one(tx)
                    .await?;
                let Some(fault) = fault else { return Ok(()) };
                let row = uplink_trace::ActiveModel {
                    fault_id: Set(fault.id),
                    taken_at: Set(taken_at),
                    path: Set(path),
                };
                uplink_trace::Entity::insert(row)
                    .on_conflict(OnConflict::column(uplink_trace::Column::FaultId).do_nothing().to_owned())
                    .exec_without_returning(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}

fn minute_row(uplink_id: i64, number: MinuteNumber, minute: &Minute) -> uplink_minute::ActiveModel {
    let histogram = (!minute.round_trips.is_empty()).then(|| minute.round_trips.to_bytes());
    uplink_minute::ActiveModel {
        uplink_id: Set(uplink_id),
        minute: Set(number),
        state: Set(minute.worst.state.word().to_owned()),
        reason: Set(minute.worst.reason.word().to_owned()),
        rounds: Set(minute.rounds as i32),
        unconfirmed: Set(minute.unconfirmed as i32),
        sent: Set(minute.sent as i32),
        lost: Set(minute.lost as i32),
        self_load: Set(minute.self_load),
        histogram: Set(histogram),
    }
}

fn minute_key() -> OnConflict {
    use uplink_minute::Column;
    OnConflict::columns([Column::UplinkId, Column::Minute])
}

async fn upsert_minute(tx: &DatabaseTransaction, row: uplink_minute::ActiveModel) -> Result<(), DbErr> {
    use uplink_minute::Column;
    let changed = [
        Column::State,
        Column::Reason,
        Column::Rounds,
        Column::Unconfirmed,
        Column::Sent,
        Column::Lost,
        Column::SelfLoad,
        Column::Histogram,
    ];
    uplink_minute::Entity::insert(row)
        .on_conflict(minute_key().update_columns(changed).to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Adds up the buckets of these minutes anew: five minutes from minutes, hours from those.
async fn roll_up(
    tx: &DatabaseTransaction,
    uplink_id: i64,
    minutes: &BTreeSet<MinuteNumber>,
) -> Result<(), DbErr> {
    let fives: BTreeSet<i64> = minutes.iter().map(|number| number.div_euclid(5)).collect();
    for five in &fives {
        let mut tally = Tally::default();
        for (_, minute) in queries::list_minutes(tx, uplink_id, five * 5..five * 5 + 5).await? {
            tally.add(&minute);
        }
        upsert_rollup(tx, uplink_id, FIVE_MINUTES_S, *five, &tally).await?;
    }
    let hours: BTreeMap<i64, Range<i64>> =
        fives.iter().map(|five| five.div_euclid(12)).map(|hour| (hour, hour * 12..hour * 12 + 12)).collect();
    for (hour, fives) in hours {
        let mut tally = Tally::default();
        for (_, part) in queries::list_tallies(tx, uplink_id, FIVE_MINUTES_S, fives).await? {
            tally.merge(&part);
        }
        upsert_rollup(tx, uplink_id, HOUR_S, hour, &tally).await?;
    }
    Ok(())
}

async fn upsert_rollup(
    tx: &DatabaseTransaction,
    uplink_id: i64,
    span_s: i32,
    bucket: i64,
    tally: &Tally,
) -> Result<(), DbErr> {
    use uplink_rollup::Column;
    let row = uplink_rollup::ActiveModel {
        uplink_id: Set(uplink_id),
        span_s: Set(span_s),
        bucket: Set(bucket),
        up: Set(tally.up as i32),
        degraded: Set(tally.degraded as i32),
        down: Set(tally.down as i32),
        sent: Set(tally.sent as i32),
        lost: Set(tally.lost as i32),
        histogram: Set((!tally.round_trips.is_empty()).then(|| tally.round_trips.to_bytes())),
    };
    let changed = [Column::Up, Column::Degraded, Column::Down, Column::Sent, Column::Lost, Column::Histogram];
    let mut key = OnConflict::columns([Column::UplinkId, Column::SpanS, Column::Bucket]);
    uplink_rollup::Entity::insert(row)
        .on_conflict(key.update_columns(changed).to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn write_fault(tx: &DatabaseTransaction, uplink_id: i64, fault: FaultChange) -> Result<(), DbErr> {
    use uplink_fault::Column;
    match fault {
        FaultChange::End(at) => {
            uplink_fault::Entity::update_many()
                .col_expr(Column::EndedAt, Expr::value(to_ms(at)))
                .filter(Column::UplinkId.eq(uplink_id))
                .filter(Column::EndedAt.is_null())
                .exec(tx)
                .await?;
        }
        FaultChange::Begin(at, Judgement { state, reason }) => {
            let row = uplink_fault::ActiveModel {
                uplink_id: Set(uplink_id),
                started_at: Set(to_ms(at)),
                ended_at: Set(None),
                state: Set(state.word().to_owned()),
                reason: Set(reason.word().to_owned()),
                ..Default::default()
            };
            uplink_fault::Entity::insert(row).exec_without_returning(tx).await?;
        }
    }
    Ok(())
}
