//! From rows to what a viewer may see.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    buildings::{
        self, BuildingDashboard, BuildingEvent, BuildingEventKind, BuildingOutage, BuildingSummary,
        BuildingVisitor, Counts, CycleFigures, Eligibility, LineState, Member, MinuteFacts, OwnLine,
        STRIP_MINUTES, counts, event_view, group_view, is_dead,
    },
    privacy::suppressed_cells,
    uplinks::{MinuteNumber, minute_of},
    verdict::GroupFacts,
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::{
    asker::Asker,
    cycle::stale_after,
    groups::{Group, of_building},
    join, notes,
    queries::{self, LineRow},
};
use crate::{
    AppResult, AppState,
    db::time::from_ms,
    entities::{building, building_endpoint, building_minute, building_outage},
    http::Caller,
};

/// Events that a page lists.
const MOST_EVENTS: usize = 50;

pub fn summary(building: &building::Model) -> BuildingSummary {
    BuildingSummary { slug: building.slug.clone(), name: building.name.clone() }
}

/// The newest cycle, unless it is so old that nothing is known any more.
struct Sight {
    cycle: Option<CycleFigures>,
    blind: bool,
    /// The minute in which strips end.
    newest: MinuteNumber,
}

async fn sight(state: &AppState, now: DateTime<Utc>) -> AppResult<Sight> {
    let db = &state.db.read;
    let settings = notes::settings(db).await?;
    let cycle = notes::cycle(db).await?;
    let is_fresh = |cycle: &CycleFigures| now - cycle.ended_at <= stale_after(&settings);
    let fresh = cycle.filter(is_fresh);
    Ok(Sight {
        cycle,
        blind: fresh.is_none_or(|cycle| cycle.blind),
        newest: fresh.map_or_else(|| minute_of(now), |cycle| minute_of(cycle.started_at)),
    })
}

/// The visitor of a building's page.
pub async fn visitor(
    state: &AppState,
    building: &building::Model,
    asker: &Asker,
) -> AppResult<BuildingVisitor> {
    let db = &state.db.read;
    let settings = notes::settings(db).await?;
    let own = building_endpoint::Entity::find()
        .filter(join::own(state, building.id, asker))
        .order_by_desc(building_endpoint::Column::LastSeen)
        .one(db)
        .await?;
    let blind = sight(state, state.clock.now()).await?.cycle.is_some_and(|cycle| cycle.blind);
    let (eligibility, isp) = join::judge(state, building, asker);
    let reason = match eligibility {
        Eligibility::Refused(reason) => Some(reason),
        Eligibility::Found(_) | Eligibility::Choose => None,
    };
    let choices = if eligibility == Eligibility::Choose { queries::offered(building) } else { Vec::new() };
    Ok(BuildingVisitor {
        building: summary(building),
        ip_version: if asker.caller.address.is_ipv4() { 4 } else { 6 },
        isp,
        eligible: reason.is_none(),
        reason,
        choices,
        registered: own.is_some(),
        own: own.map(|row| own_line(row, blind)),
        expire_days: settings.expire_days,
        cycle_s: settings.cycle_s,
    })
}

fn own_line(row: building_endpoint::Model, blind: bool) -> OwnLine {
    OwnLine {
        state: if blind { LineState::Unknown } else { LineState::from_word(&row.state) },
        since: row.since.filter(|_| !blind).map(from_ms),
        last_seen: row.last_seen.map(from_ms),
        method: row.method,
        isp: row.provider_name,
        self_declared: row.self_declared,
    }
}

/// Whether a row is of the asker's household or device.
fn is_own(row: &LineRow, asker: &Asker) -> bool {
    let device = asker.caller.device.map(|device| device.hash.0);
    row.household == asker.caller.household.0
        || device.is_some_and(|device| row.device.as_deref() == Some(&device[..]))
}

/// Provider by provider, as this asker may see it.
pub async fn dashboard(
    state: &AppState,
    building: &building::Model,
    asker: &Asker,
) -> AppResult<BuildingDashboard> {
    let (db, now) = (&state.db.read, state.clock.now());
    let Sight { cycle, blind, newest } = sight(state, now).await?;
    let rows = queries::list_lines(db, Some(building.id)).await?;
    let outages = queries::list_outages(db, building.id).await?;
    let mut minutes: HashMap<String, Vec<MinuteFacts>> = HashMap::new();
    for row in queries::list_minutes(db, building.id, newest - STRIP_MINUTES + 1).await? {
        minutes.entry(row.provider.clone()).or_default().push(minute(&row));
    }
    let mut groups: Vec<buildings::GroupFacts> = of_building(rows.iter())
        .iter()
        .map(|group| facts(group, asker, &outages, minutes.remove(group.provider).unwrap_or_default(), now))
        .collect();
    let k = u64::from(state.config.privacy.k);
    // The whole is published beside its parts: what follows by subtraction is held back, too.
    let whole = groups.first().is_some_and(|group| group.slug.is_empty()).then(|| groups.remove(0));
    let hidden =
        suppressed_cells(&groups.iter().map(buildings::GroupFacts::participants).collect::<Vec<_>>(), k);
    let mut providers: Vec<_> = groups
        .into_iter()
        .zip(hidden)
        .map(|(facts, hidden)| group_view(facts, hidden && whole.is_some(), k, newest, blind))
        .collect();
    providers.sort_by(|a, b| a.isp.cmp(&b.isp));
    Ok(BuildingDashboard {
        building: summary(building),
        whole: whole.map(|facts| group_view(facts, false, k, newest, blind)),
        providers,
        k,
        checked_at: cycle.map(|cycle| cycle.ended_at),
        blind,
    })
}

/// What a verdict may know of the neighbours of a caller who has joined: the own household is not among them, nor are
/// lines long dead; nothing while nobody can ask.
pub async fn neighbours(state: &AppState, caller: &Caller) -> AppResult<Option<GroupFacts>> {
    let (db, now) = (&state.db.read, state.clock.now());
    let Some(own) = queries::find_own(db, caller).await? else { return Ok(None) };
    let Sight { cycle: Some(cycle), blind: false, .. } = sight(state, now).await? else { return Ok(None) };
    let rows = queries::list_lines(db, Some(own.building_id)).await?;
    let asker = Asker { caller: *caller, is_proxy: false };
    let members: Vec<Member> = rows
        .iter()
        .filter(|row| !is_own(row, &asker))
        .map(|row| row.member(false))
        .filter(|line| !is_dead(line, now))
        .collect();
    let Counts { up, down, .. } = counts(&members, now);
    let fell = members.iter().filter(|line| line.state == LineState::Down).filter_map(|line| line.since);
    Ok((up + down > 0).then(|| GroupFacts {
        households: up + down,
        failing: down,
        usually_failing: None,
        since: fell.min(),
        newest_at: cycle.ended_at,
    }))
}

fn facts(
    group: &Group<'_>,
    asker: &Asker,
    outages: &[building_outage::Model],
    minutes: Vec<MinuteFacts>,
    now: DateTime<Utc>,
) -> buildings::GroupFacts {
    let mut of_group = outages.iter().filter(|row| row.provider == group.provider);
    let newest = of_group.next();
    let is_open = newest.is_some_and(|row| row.ended_at.is_none());
    buildings::GroupFacts {
        slug: group.provider.to_owned(),
        name: group.name.to_owned(),
        counts: counts(&group.members(), now),
        has_viewer: group.rows.iter().any(|row| is_own(row, asker)),
        outage: newest.filter(|_| is_open).map(outage),
        recovered_at: newest.and_then(|row| row.ended_at).map(from_ms),
        first_joined_at: group.rows.iter().map(|row| from_ms(row.created_at)).min(),
        minutes,
    }
}

fn outage(row: &building_outage::Model) -> BuildingOutage {
    BuildingOutage {
        started_at: from_ms(row.started_at),
        x: row.x.max(0).unsigned_abs(),
        n: row.n.max(0).unsigned_abs(),
        rate: row.rate,
        p: row.chance,
    }
}

fn minute(row: &building_minute::Model) -> MinuteFacts {
    let count = |count: i32| u64::from(count.max(0).unsigned_abs());
    MinuteFacts {
        number: row.minute,
        counts: Counts { up: count(row.up), down: count(row.down), unknown: count(row.unknown) },
        is_outage: row.outage,
    }
}

/// Outages and their ends, newest first.
pub async fn events(
    state: &AppState,
    building: &building::Model,
    asker: &Asker,
) -> AppResult<Vec<BuildingEvent>> {
    let db = &state.db.read;
    let k = u64::from(state.config.privacy.k);
    let rows = queries::list_lines(db, Some(building.id)).await?;
    let of_asker: Vec<&str> =
        rows.iter().filter(|row| is_own(row, asker)).map(|row| row.provider.as_str()).collect();
    let mut events: Vec<BuildingEvent> = Vec::new();
    for row in queries::list_outages(db, building.id).await? {
        let has_viewer =
            of_asker.iter().any(|provider| row.provider.is_empty() || **provider == row.provider);
        let opened = BuildingEvent {
            at: from_ms(row.started_at),
            kind: BuildingEventKind::Outage,
            isp: (!row.provider.is_empty()).then_some(row.provider_name),
            x: Some(row.x.max(0).unsigned_abs()),
            n: Some(row.n.max(0).unsigned_abs()),
            p: row.chance,
            lasted_s: None,
        };
        let closed = row.ended_at.map(|ended| BuildingEvent {
            at: from_ms(ended),
            kind: BuildingEventKind::Recovery,
            lasted_s: Some((ended - row.started_at) / 1000),
            ..opened.clone()
        });
        events.extend(closed.into_iter().chain([opened]).map(|event| event_view(event, has_viewer, k)));
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(MOST_EVENTS);
    Ok(events)
}
