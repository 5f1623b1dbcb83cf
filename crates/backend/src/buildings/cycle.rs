//! A cycle: every address is asked, spread over it, and what was heard is written in one unit.
//!
//! Cycles begin at whole multiples of their length, so that each minute has its own. Of several instances one works.

use std::{collections::HashSet, net::IpAddr, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::buildings::{BuildingSettings, CycleFigures, Heard, Line, is_expired, next};
use probe::sweep::spread;

use super::{
    join::open_address,
    notes,
    prober::{Asked, Prober, Way},
    queries, store,
};
use crate::{
    AppResult, AppState,
    db::time::{from_ms, to_ms},
    entities::building_endpoint,
    jobs, uplinks,
};

/// The lease's row in `jobs`.
const LEASE: &str = "building_cycle";
/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// The share of a cycle in which it asks; the rest is for writing.
const ASKING: f64 = 0.9;
/// So much may be missing between two cycles before what is known is old.
const SLACK: TimeDelta = TimeDelta::seconds(30);

/// Works until the program stops.
pub fn start(state: &AppState) {
    let state = state.clone();
    let stop = state.stop.clone();
    state.tasks.clone().spawn(async move { stop.run_until_cancelled(work(state)).await });
}

async fn work(state: AppState) {
    let holder = uuid::Uuid::new_v4().to_string();
    loop {
        let settings = notes::settings(&state.db.read).await.unwrap_or_default();
        let length_ms = i64::from(settings.cycle_s) * 1000;
        let wait_ms = length_ms - to_ms(state.clock.now()).rem_euclid(length_ms);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())) => {}
            // The new length holds at once, not after what is left of the old one.
            () = state.buildings.changed.notified() => continue,
        }
        if let Err(error) = turn(&state, &holder, &settings).await {
            tracing::error!(
                error = format!("{:#}", error.into_anyhow()),
                "a cycle of the building check failed"
            );
        }
    }
}

async fn turn(state: &AppState, holder: &str, settings: &BuildingSettings) -> AppResult<()> {
    let length = TimeDelta::seconds(i64::from(settings.cycle_s));
    if jobs::hold(state, LEASE, holder, length + SLACK).await? {
        let spread = Duration::from_secs(u64::from(settings.cycle_s)).mul_f64(ASKING);
        run_cycle(state, spread).await?;
    }
    Ok(())
}

/// After how long without a cycle nothing is known any more.
pub fn stale_after(settings: &BuildingSettings) -> TimeDelta {
    TimeDelta::seconds(i64::from(settings.cycle_s) * 3) + SLACK
}

/// One address to be asked.
struct Target {
    row: building_endpoint::Model,
    /// `None`: its row cannot be opened.
    address: Option<IpAddr>,
    way: Way,
    answered: bool,
    broken: bool,
    probes: u64,
}

/// Asks everybody within a time and writes what follows.
pub async fn run_cycle(state: &AppState, within: Duration) -> AppResult<()> {
    let db = &state.db.read;
    let (begun, started_at) = (state.clock.instant(), state.clock.now());
    let settings = notes::settings(db).await?;
    let last = notes::cycle(db).await?;
    let mut targets: Vec<Target> =
        queries::list_endpoints(db).await?.into_iter().map(|row| target(state, row)).collect();
    if targets.is_empty() && queries::list_open_outages(db).await?.is_empty() {
        return Ok(());
    }
    ask_all(&state.buildings.prober(), &mut targets, settings.tries, within).await;
    let blind = uplinks::were_down(state, started_at).await?;
    let ended_at = state.clock.now();
    let was_away = last.is_none_or(|last| started_at - last.ended_at > stale_after(&settings));
    let changes: Vec<store::Change> = targets
        .iter()
        .map(|target| change(target, blind, was_away.then_some(started_at), ended_at, settings.expire_days))
        .collect();
    let figures = CycleFigures {
        started_at,
        ended_at,
        took_ms: begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX),
        ..figures(&targets, started_at, blind)
    };
    let expired = changes.iter().any(|change| change.line.is_none());
    let judged = store::Judged { changes, settings, figures, k: u64::from(state.config.privacy.k) };
    store::write_cycle(state, judged).await?;
    if expired {
        store::forget(state).await;
    }
    Ok(())
}

fn target(state: &AppState, row: building_endpoint::Model) -> Target {
    let address = open_address(state, &row);
    if address.is_none() {
        tracing::warn!(endpoint.id = row.id, "an address cannot be opened: was the server key changed?");
    }
    let way = row.method.parse().unwrap_or(Way::Icmp);
    Target { row, address, way, answered: false, broken: false, probes: 0 }
}

/// Rounds of questions, each to those that have not answered yet, each spread over its share of the time.
async fn ask_all(prober: &Arc<dyn Prober>, targets: &mut [Target], tries: u32, within: Duration) {
    let share = within / tries.max(1);
    let patience = PATIENCE.min(within / (2 * tries.max(1))).max(PATIENCE / 10);
    for _ in 0..tries {
        let asked: Vec<(usize, IpAddr, Way)> = targets
            .iter()
            .enumerate()
            .filter(|(_, target)| !target.answered)
            .filter_map(|(at, target)| Some((at, target.address?, target.way)))
            .collect();
        let ask = |at: usize| {
            let (prober, (_, address, way)) = (Arc::clone(prober), asked[at]);
            async move { prober.ask(address, way, patience).await }
        };
        spread(asked.len(), share.saturating_sub(patience), ask, |at, answer| {
            let target = &mut targets[asked[at].0];
            target.probes += 1;
            target.answered |= answer == Asked::Answer;
            target.broken = answer == Asked::Broken;
        })
        .await;
    }
}

/// What the cycle makes of a line; after an absence the time between is nothing that was heard.
fn change(
    target: &Target,
    blind: bool,
    away: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
    expire_days: u32,
) -> store::Change {
    let heard = match (target.answered, blind || target.broken || target.address.is_none()) {
        (true, _) => Heard::Answer,
        (false, true) => Heard::Nothing,
        (false, false) => Heard::Silence,
    };
    let before = queries::line(&target.row);
    // A line that joined meanwhile was heard just then.
    let is_old = away.filter(|away| before.since.is_none_or(|since| *away - since > SLACK));
    let since = is_old.map_or(before, |away| next(before, Heard::Nothing, away));
    let after = next(since, heard, at);
    let gone = is_expired(&after, from_ms(target.row.created_at), expire_days, at);
    let is_plain = Line { last_seen: None, ..before } == Line { last_seen: None, ..after };
    store::Change { id: target.row.id, line: (!gone).then_some(after), is_plain }
}

fn figures(targets: &[Target], started_at: DateTime<Utc>, blind: bool) -> CycleFigures {
    let answered: HashSet<usize> =
        targets.iter().enumerate().filter(|(_, target)| target.answered).map(|(at, _)| at).collect();
    let to_answering: u64 = answered.iter().map(|at| targets[*at].probes).sum();
    let lost = to_answering - answered.len() as u64;
    CycleFigures {
        started_at,
        ended_at: started_at,
        took_ms: 0,
        asked: targets.iter().filter(|target| target.probes > 0).count() as u64,
        answered: answered.len() as u64,
        probes: targets.iter().map(|target| target.probes).sum(),
        loss: (to_answering > 0).then(|| domain::stats::round(100.0 * lost as f64 / to_answering as f64, 3)),
        broken: targets.iter().filter(|target| target.broken && !target.answered).count() as u64,
        blind,
    }
}
