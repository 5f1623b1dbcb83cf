//! From rows to what is answered.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{
    histogram::LogHistogram,
    stats::round,
    uplinks::{
        DaySpan, GatewayPolicy, Minute, MinuteNumber, Protocol, Reason, RoundTrips, State, Uplink,
        UplinkFault, UplinkHistory, UplinkMinute, UplinkRange, UplinkTrace, Watched, days, history,
        is_filtered, loss_percent, minute_of, minute_start, percent,
    },
    verdict::UplinkFacts,
};

use super::{
    pins,
    queries::{self, FIVE_MINUTES_S, HOUR_S},
    watch::stale_after,
};
use crate::{
    AppResult, AppState,
    db::time::from_ms,
    entities::{uplink, uplink_fault},
    history::windows::{day_of, day_start},
};

/// Whether so long no round was made that nothing is known of the line.
fn is_stale(state: &AppState, row: &uplink::Model, now: DateTime<Utc>) -> bool {
    let limit = TimeDelta::from_std(stale_after(state.config.uplinks.interval)).unwrap_or(TimeDelta::MAX);
    row.last_round_at.is_none_or(|at| now - from_ms(at) >= limit)
}

/// How the line is now, with its strip.
pub async fn uplink(state: &AppState, row: uplink::Model) -> AppResult<Uplink> {
    let now = state.clock.now();
    let db = &state.db.read;
    let watched = watched(&row, queries::newest_minute(db, row.id).await?, now);
    let mut kept: HashMap<MinuteNumber, Minute> = match (watched.strip().min(), watched.strip().max()) {
        (Some(first), Some(last)) => {
            queries::list_minutes(db, row.id, first..last + 1).await?.into_iter().collect()
        }
        _ => HashMap::new(),
    };
    let strip = watched.strip().map(|number| strip_minute(number, kept.remove(&number))).collect();
    let stale = is_stale(state, &row, now);
    let last_round_at = row.last_round_at.map(from_ms);
    let known = |(state, reason, since)| if stale { unknown(last_round_at) } else { (state, reason, since) };
    let (state, reason, since) =
        known((State::from_word(&row.state), Reason::from_word(&row.reason), row.since.map(from_ms)));
    Ok(Uplink {
        filtered: if stale { Vec::new() } else { filtered(&row) },
        name: row.name,
        label: row.label,
        state,
        reason,
        since,
        interface: row.interface,
        gateway: row.gateway,
        gateway_policy: row.gateway_policy.parse().unwrap_or(GatewayPolicy::Ignored),
        rtt_ms: row.rtt_ms.filter(|_| !stale).map(|ms| round(ms, 2)),
        loss: row.loss.filter(|_| !stale),
        echo_method: row.echo_method,
        last_round_at,
        flapping: row.flapping && !stale,
        strip,
    })
}

fn unknown(last_round_at: Option<DateTime<Utc>>) -> (State, Reason, Option<DateTime<Utc>>) {
    let reason = if last_round_at.is_some() { Reason::MonitorUnresponsive } else { Reason::Waiting };
    (State::NoData, reason, last_round_at)
}

fn watched(row: &uplink::Model, newest: Option<MinuteNumber>, now: DateTime<Utc>) -> Watched {
    Watched::new(from_ms(row.created_at), newest, now)
}

fn filtered(row: &uplink::Model) -> Vec<Protocol> {
    let silent = [(Protocol::Icmp, row.icmp_silent_s), (Protocol::Https, row.https_silent_s)];
    silent.into_iter().filter(|(_, seconds)| is_filtered(*seconds)).map(|(protocol, _)| protocol).collect()
}

fn strip_minute(number: MinuteNumber, minute: Option<Minute>) -> UplinkMinute {
    let reason = minute.as_ref().map(|minute| minute.worst.reason);
    let minute = minute.unwrap_or_default();
    UplinkMinute {
        minute: minute_start(number),
        state: minute.worst.state,
        reason,
        rtt_p50: minute.round_trips.median().map(|ms| round(ms, 2)),
        loss: loss_percent(minute.sent, minute.lost),
    }
}

/// Whether a minute lies in the time of which minutes are kept.
pub fn is_watched(state: &AppState, row: &uplink::Model, at: DateTime<Utc>) -> bool {
    let now = state.clock.now();
    let kept = TimeDelta::days(i64::from(state.config.retention.uplink_states_days));
    minute_of(at) >= minute_of(from_ms(row.created_at)) && at <= now && now - at < kept
}

/// The distribution of round trips.
pub fn distribution(histogram: &LogHistogram) -> Vec<RoundTrips> {
    histogram.weighted().map(|part| RoundTrips { ms: round(part.value, 3), count: part.count }).collect()
}

/// The line's past.
pub async fn past(state: &AppState, row: &uplink::Model, range: UplinkRange) -> AppResult<UplinkHistory> {
    let now = state.clock.now();
    let db = &state.db.read;
    let (start, end) = range.bounds(now);
    let watched = watched(row, queries::newest_minute(db, row.id).await?, now);
    let tallies = async |span_s: i32, from: DateTime<Utc>| {
        let bucket = |at: DateTime<Utc>| at.timestamp().div_euclid(i64::from(span_s));
        queries::list_tallies(db, row.id, span_s, bucket(from)..bucket(end) + 1).await
    };
    let span_s = if range.bucket_seconds() < HOUR_S as u32 { FIVE_MINUTES_S } else { HOUR_S };
    let (points, totals) = history(range, watched, now, tallies(span_s, start).await?);
    let spans = day_spans(state, start, now);
    // Days of most zones are whole hours; hours are kept for ever.
    let whole_hours = spans.iter().all(|span| span.start.timestamp() % i64::from(HOUR_S) == 0);
    let first_day = spans.first().map_or(start, |span| span.start);
    let rows = tallies(if whole_hours { HOUR_S } else { FIVE_MINUTES_S }, first_day).await?;
    let faults = queries::list_faults(db, row.id, start).await?;
    let mut traces = queries::list_traces(db, faults.iter().map(|fault| fault.id)).await?;
    let pinned = pins::pinned(db, row.id).await?;
    Ok(UplinkHistory {
        name: row.name.clone(),
        range,
        bucket_s: range.bucket_seconds(),
        start,
        end,
        watched_since: from_ms(row.created_at),
        points,
        percent: percent(totals),
        totals,
        days: days(&spans, watched, &rows, &pinned),
        faults: faults.iter().map(|row| fault(row, traces.remove(&row.id))).collect(),
        rounds_dropped_to: row.rounds_dropped_to.map(from_ms),
    })
}

/// The operator's days from one instant to another, oldest first.
fn day_spans(state: &AppState, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DaySpan> {
    let zone = state.config.time_zone;
    let span = |date: NaiveDate| {
        let next = date.succ_opt().unwrap_or(date);
        DaySpan { date, start: day_start(zone, date), end: day_start(zone, next) }
    };
    day_of(zone, from).iter_days().take_while(|date| *date <= day_of(zone, to)).map(span).collect()
}

fn fault(row: &uplink_fault::Model, trace: Option<UplinkTrace>) -> UplinkFault {
    UplinkFault {
        from: from_ms(row.started_at),
        to: row.ended_at.map(from_ms),
        state: State::from_word(&row.state),
        reason: Reason::from_word(&row.reason),
        trace_id: trace.is_some().then_some(row.id),
        trace,
    }
}

/// Whether all of the lines that are watched were down at some time since an instant: what was measured through them
/// meanwhile says nothing.
pub async fn were_down(state: &AppState, since: DateTime<Utc>) -> AppResult<bool> {
    let now = state.clock.now();
    let rows = queries::list_uplinks(&state.db.read).await?;
    let watched: Vec<&uplink::Model> = rows.iter().filter(|row| !is_stale(state, row, now)).collect();
    for row in &watched {
        let faults = queries::list_faults(&state.db.read, row.id, since).await?;
        if !faults.iter().any(|fault| fault.state == State::Down.word()) {
            return Ok(false);
        }
    }
    Ok(!watched.is_empty())
}

/// What a verdict may know: lines of which a round was made lately; none where none is.
pub async fn facts(state: &AppState) -> AppResult<Option<UplinkFacts>> {
    let now = state.clock.now();
    let rows = queries::list_uplinks(&state.db.read).await?;
    let fresh = || rows.iter().filter(|row| !is_stale(state, row, now));
    // A line of which nobody may ask says nothing.
    let known = || fresh().filter(|row| row.state != State::NoData.word());
    let down = known().filter(|row| row.state == State::Down.word()).count() as u64;
    Ok(known().filter_map(|row| row.last_round_at).max().map(|at| UplinkFacts {
        watched: known().count() as u64,
        down,
        newest_at: from_ms(at),
    }))
}
