//! An invented line: minutes with their round trips, now and then a fault with its path, now and then nobody looking.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use domain::uplinks::{
    Judgement, Minute, MinuteNumber, Reason, State, TraceEnd, UplinkHop, UplinkTrace, minute_of, minute_start,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    AppState,
    db::time::to_ms,
    entities::uplink,
    error::AppResult,
    uplinks::store::{self, FaultChange, Unwritten},
};

/// The invented line's name.
pub const NAME: &str = "example0";
/// Minutes in one unit: a day.
const UNIT: i64 = 1440;
/// Echoes of a minute: 12 rounds, 2 targets, 3 each; so many of their round trips are invented.
const SENT: u32 = 72;
const INVENTED: u32 = 24;

/// A time that is not like the others.
struct Spell {
    minutes: Range<MinuteNumber>,
    judgement: Judgement,
}

/// Invents and stores so many days up to now.
pub async fn seed_uplink(state: &AppState, days: u32, seed: u64) -> AppResult<()> {
    let now = state.clock.now();
    let mut rng = StdRng::seed_from_u64(seed);
    let row = store::open_uplink(state, NAME).await?;
    let begins = now - TimeDelta::days(days.into());
    let (first, end) = (minute_of(begins), minute_of(now));
    let spells = spells(&mut rng, first..end);
    let mut from = first;
    while from < end {
        let to = end.min(from + UNIT);
        let minutes = (from..to).map(|number| (number, minute(&mut rng, &spells, number))).collect();
        store::write_minutes(state, row.id, minutes).await?;
        from = to;
    }
    let faults = spells.iter().filter(|spell| spell.judgement.state > State::Up).collect::<Vec<_>>();
    let changes = faults.iter().flat_map(|spell| {
        let [began, ended] = [spell.minutes.start, spell.minutes.end].map(minute_start);
        [FaultChange::Begin(began, spell.judgement), FaultChange::End(ended)]
    });
    let unwritten = Unwritten { faults: changes.collect(), ..Unwritten::default() };
    let id = row.id;
    let up_since = spells.last().map_or(begins, |spell| minute_start(spell.minutes.end));
    store::write_round(state, known(row, begins, up_since, now), Vec::new(), unwritten).await?;
    for spell in faults {
        let began = minute_start(spell.minutes.start);
        store::write_trace(state, id, to_ms(began), &path(began)).await?;
    }
    Ok(())
}

/// The row as a watch would have left it.
fn known(
    row: uplink::Model,
    begins: DateTime<Utc>,
    up_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> uplink::Model {
    uplink::Model {
        label: Some("Example line".to_owned()),
        gateway: Some("192.0.2.1".to_owned()),
        state: State::Up.word().to_owned(),
        reason: Reason::AllWell.word().to_owned(),
        since: Some(to_ms(up_since)),
        last_round_at: Some(to_ms(now)),
        rtt_ms: Some(11.2),
        loss: Some(0.0),
        created_at: to_ms(begins),
        ..row
    }
}

/// About every other day something goes wrong, and once a week nobody looks for an hour.
fn spells(rng: &mut StdRng, range: Range<MinuteNumber>) -> Vec<Spell> {
    const KINDS: [(State, Reason); 4] = [
        (State::Down, Reason::NothingAnswers),
        (State::Degraded, Reason::Loss),
        (State::Degraded, Reason::OnlyIcmp),
        (State::NoData, Reason::MonitorUnresponsive),
    ];
    let (mut spells, mut at) = (Vec::new(), range.start);
    loop {
        at += rng.random_range(600..4_000);
        let (state, reason) = KINDS[rng.random_range(0..KINDS.len())];
        let lasts = rng.random_range(2..60);
        if at + lasts >= range.end {
            return spells;
        }
        spells.push(Spell { minutes: at..at + lasts, judgement: Judgement { state, reason } });
        at += lasts;
    }
}

fn minute(rng: &mut StdRng, spells: &[Spell], number: MinuteNumber) -> Minute {
    let well = Judgement { state: State::Up, reason: Reason::AllWell };
    let spell = spells.partition_point(|spell| spell.minutes.end <= number);
    let worst =
        spells.get(spell).filter(|spell| spell.minutes.contains(&number)).map_or(well, |s| s.judgement);
    let mut minute = Minute { worst, ..Minute::missed(worst.reason) };
    if worst.state == State::NoData {
        return minute;
    }
    let lost = match worst.reason {
        Reason::NothingAnswers => SENT,
        Reason::Loss => SENT / 3,
        _ => 0,
    };
    (minute.rounds, minute.sent, minute.lost) = (12, SENT, lost);
    // The evening is busy.
    let busy = if (1080..1380).contains(&number.rem_euclid(1440)) { 8.0 } else { 2.0 };
    let answered = INVENTED * (SENT - lost) / SENT;
    minute.round_trips.extend((0..answered).map(|_| 10.0 + rng.random_range(0.0..1.0_f64).powi(3) * busy));
    minute
}

fn path(at: DateTime<Utc>) -> UplinkTrace {
    let hop = |ttl, address: Option<&str>| UplinkHop {
        ttl,
        address: address.map(str::to_owned),
        provider: address.filter(|_| ttl > 1).map(|_| "Example Net 0".to_owned()),
        sent: 3,
        answered: address.map_or(0, |_| 3),
        rtt_ms: address.map(|_| f64::from(ttl) * 2.5),
    };
    UplinkTrace {
        taken_at: at,
        target: "198.51.100.53".to_owned(),
        method: "ICMP (datagram socket)".to_owned(),
        end: TraceEnd::Silent,
        hops: vec![hop(1, Some("192.0.2.1")), hop(2, Some("198.51.100.1")), hop(3, None), hop(4, None)],
    }
}
