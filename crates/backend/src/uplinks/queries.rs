//! What the uplinks' watch and pages read, each list bounded and by its key.

use std::{collections::HashMap, ops::Range};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    histogram::LogHistogram,
    uplinks::{
        Judgement, Minute, MinuteNumber, Reason, State, Tally, UplinkRound, UplinkTrace, minute_start,
    },
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::raw;
use crate::{
    db::time::to_ms,
    entities::{uplink, uplink_fault, uplink_minute, uplink_rollup, uplink_round, uplink_trace},
    measurements::rollups::decode,
};

/// The two lengths of buckets.
pub const FIVE_MINUTES_S: i32 = 300;
pub const HOUR_S: i32 = 3600;
/// Faults that a page lists.
const MOST_FAULTS: u64 = 200;

pub async fn list_uplinks<C: ConnectionTrait>(db: &C) -> Result<Vec<uplink::Model>, DbErr> {
    uplink::Entity::find().order_by_asc(uplink::Column::Name).all(db).await
}

pub async fn find_uplink<C: ConnectionTrait>(db: &C, name: &str) -> Result<Option<uplink::Model>, DbErr> {
    uplink::Entity::find().filter(uplink::Column::Name.eq(name)).one(db).await
}

/// The newest minute that is written.
pub async fn newest_minute<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
) -> Result<Option<MinuteNumber>, DbErr> {
    use uplink_minute::Column;
    uplink_minute::Entity::find()
        .select_only()
        .column(Column::Minute)
        .filter(Column::UplinkId.eq(uplink_id))
        .order_by_desc(Column::Minute)
        .limit(1)
        .into_tuple()
        .one(db)
        .await
}

pub async fn find_minute<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    number: MinuteNumber,
) -> Result<Option<Minute>, DbErr> {
    let row = uplink_minute::Entity::find_by_id((uplink_id, number)).one(db).await?;
    row.map(minute).transpose()
}

/// Minutes of a range, oldest first; those that are not written are left out.
pub async fn list_minutes<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    range: Range<MinuteNumber>,
) -> Result<Vec<(MinuteNumber, Minute)>, DbErr> {
    use uplink_minute::Column;
    let rows = uplink_minute::Entity::find()
        .filter(Column::UplinkId.eq(uplink_id))
        .filter(Column::Minute.gte(range.start))
        .filter(Column::Minute.lt(range.end))
        .order_by_asc(Column::Minute)
        .all(db)
        .await?;
    rows.into_iter().map(|row| Ok((row.minute, minute(row)?))).collect()
}

fn minute(row: uplink_minute::Model) -> Result<Minute, DbErr> {
    Ok(Minute {
        worst: Judgement { state: State::from_word(&row.state), reason: Reason::from_word(&row.reason) },
        rounds: row.rounds as u32,
        unconfirmed: row.unconfirmed as u32,
        sent: row.sent as u32,
        lost: row.lost as u32,
        self_load: row.self_load,
        round_trips: decode(row.histogram.as_deref())?,
    })
}

/// Sums of a range of buckets with the instants at which these begin, oldest first.
pub async fn list_tallies<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    span_s: i32,
    buckets: Range<i64>,
) -> Result<Vec<(DateTime<Utc>, Tally)>, DbErr> {
    use uplink_rollup::Column;
    let rows = uplink_rollup::Entity::find()
        .filter(Column::UplinkId.eq(uplink_id))
        .filter(Column::SpanS.eq(span_s))
        .filter(Column::Bucket.gte(buckets.start))
        .filter(Column::Bucket.lt(buckets.end))
        .order_by_asc(Column::Bucket)
        .all(db)
        .await?;
    let tally = |row: uplink_rollup::Model| {
        let at = DateTime::from_timestamp(row.bucket * i64::from(span_s), 0).unwrap_or_default();
        let tally = Tally {
            up: row.up as u32,
            degraded: row.degraded as u32,
            down: row.down as u32,
            sent: row.sent as u32,
            lost: row.lost as u32,
            round_trips: decode(row.histogram.as_deref())?,
        };
        Ok((at, tally))
    };
    rows.into_iter().map(tally).collect()
}

/// The median round trip of the last 24 hours.
pub async fn day_median_ms<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    now: DateTime<Utc>,
) -> Result<Option<f64>, DbErr> {
    let span = i64::from(FIVE_MINUTES_S);
    let bucket = |at: DateTime<Utc>| at.timestamp().div_euclid(span);
    let buckets = bucket(now - TimeDelta::hours(24))..bucket(now) + 1;
    let mut all = LogHistogram::new();
    for (_, tally) in list_tallies(db, uplink_id, FIVE_MINUTES_S, buckets).await? {
        all.merge(&tally.round_trips);
    }
    Ok(all.median())
}

/// Faults that lasted into a range or lie in it, newest first.
pub async fn list_faults<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    since: DateTime<Utc>,
) -> Result<Vec<uplink_fault::Model>, DbErr> {
    use uplink_fault::Column;
    uplink_fault::Entity::find()
        .filter(Column::UplinkId.eq(uplink_id))
        .filter(Condition::any().add(Column::EndedAt.is_null()).add(Column::EndedAt.gte(to_ms(since))))
        .order_by_desc(Column::StartedAt)
        .limit(MOST_FAULTS)
        .all(db)
        .await
}

/// The fault that a minute lies in, the newest of them.
pub async fn find_fault<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    minute: MinuteNumber,
) -> Result<Option<uplink_fault::Model>, DbErr> {
    use uplink_fault::Column;
    let (begins, ends) = (to_ms(minute_start(minute)), to_ms(minute_start(minute + 1)));
    uplink_fault::Entity::find()
        .filter(Column::UplinkId.eq(uplink_id))
        .filter(Column::StartedAt.lt(ends))
        .filter(Condition::any().add(Column::EndedAt.is_null()).add(Column::EndedAt.gt(begins)))
        .order_by_desc(Column::StartedAt)
        .one(db)
        .await
}

/// The paths of faults, by the faults' numbers.
pub async fn list_traces<C: ConnectionTrait>(
    db: &C,
    faults: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, UplinkTrace>, DbErr> {
    let rows =
        uplink_trace::Entity::find().filter(uplink_trace::Column::FaultId.is_in(faults)).all(db).await?;
    rows.iter().map(|row| Ok((row.fault_id, raw::read_trace(row)?))).collect()
}

/// The rounds of a minute, oldest first.
pub async fn list_rounds<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    minute: MinuteNumber,
) -> Result<Vec<UplinkRound>, DbErr> {
    let rows = uplink_round::Entity::find()
        .filter(rounds_of(uplink_id, minute..minute + 1))
        .order_by_asc(uplink_round::Column::StartedAt)
        .all(db)
        .await?;
    rows.into_iter().map(raw::read_round).collect()
}

/// Rounds that began in these minutes.
pub fn rounds_of(uplink_id: i64, minutes: Range<MinuteNumber>) -> Condition {
    use uplink_round::Column;
    Condition::all()
        .add(Column::UplinkId.eq(uplink_id))
        .add(Column::StartedAt.gte(minutes.start.saturating_mul(60_000)))
        .add(Column::StartedAt.lt(minutes.end.saturating_mul(60_000)))
}

/// About how many bytes rounds take: all, or those of some minutes of an uplink.
pub async fn round_bytes<C: ConnectionTrait>(
    db: &C,
    part: Option<(i64, Range<MinuteNumber>)>,
) -> Result<i64, DbErr> {
    let bytes = format!("SUM(LENGTH(answers) + {})", raw::ROW_BYTES);
    let sum: Option<Option<i64>> = uplink_round::Entity::find()
        .select_only()
        .expr(Expr::cust(bytes))
        .filter(part.map_or_else(Condition::all, |(id, minutes)| rounds_of(id, minutes)))
        .into_tuple()
        .one(db)
        .await?;
    Ok(sum.flatten().unwrap_or(0))
}

/// The minute of the oldest round within these minutes.
pub async fn oldest_round<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    minutes: Range<MinuteNumber>,
) -> Result<Option<MinuteNumber>, DbErr> {
    use uplink_round::Column;
    let at: Option<i64> = uplink_round::Entity::find()
        .select_only()
        .column(Column::StartedAt)
        .filter(rounds_of(uplink_id, minutes))
        .order_by_asc(Column::StartedAt)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(at.map(|at| at.div_euclid(60_000)))
}

/// The oldest of these minutes of an uplink that is there.
pub async fn oldest_minute<C: ConnectionTrait>(
    db: &C,
    uplink_id: i64,
    minutes: Range<MinuteNumber>,
) -> Result<Option<MinuteNumber>, DbErr> {
    use uplink_minute::Column;
    uplink_minute::Entity::find()
        .select_only()
        .column(Column::Minute)
        .filter(Column::UplinkId.eq(uplink_id))
        .filter(Column::Minute.gte(minutes.start))
        .filter(Column::Minute.lt(minutes.end))
        .order_by_asc(Column::Minute)
        .limit(1)
        .into_tuple()
        .one(db)
        .await
}
