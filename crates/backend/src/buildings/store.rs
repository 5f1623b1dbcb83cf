//! What a cycle writes, in one unit: lines, minutes and hours of their groups, outages.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use domain::{
    buildings::{
        BuildingSettings, Counts, CycleFigures, Line, Open, OutageRule, Past, Rule, Step, counts, fallen,
        judge, onset_rate,
    },
    uplinks::minute_of,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use super::{
    groups::{Group, buildings, of_building},
    notes, queries,
};
use crate::{
    AppResult, AppState,
    db::time::{from_ms, to_ms},
    entities::{building_endpoint, building_hour, building_minute, building_outage},
};

/// Rows that one statement names.
const CHUNK: usize = 500;
/// Days from which the usual share is learnt (rules.md A6).
const LEARN_DAYS: i64 = 30;
/// The newest that is not yet usual: the outage must not be its own measure.
const RECENT: TimeDelta = TimeDelta::minutes(10);
/// How often the log is emptied again where a reader holds it.
const EMPTY_TRIES: u32 = 50;
const EMPTY_EVERY: std::time::Duration = std::time::Duration::from_millis(100);

/// What a cycle makes of one row.
pub struct Change {
    pub id: i64,
    /// `None`: it expired.
    pub line: Option<Line>,
    /// Only when it last answered is new.
    pub is_plain: bool,
}

/// A cycle's results.
pub struct Judged {
    pub changes: Vec<Change>,
    pub settings: BuildingSettings,
    pub figures: CycleFigures,
    pub k: u64,
}

/// Writes a cycle.
pub async fn write_cycle(state: &AppState, judged: Judged) -> AppResult<()> {
    let zone = state.config.time_zone;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                apply(tx, &judged.changes).await?;
                let rows = queries::list_lines(tx, None).await?;
                let mut open = open_outages(tx).await?;
                for building in buildings(&rows) {
                    for group in of_building(rows.iter().filter(|row| row.building_id == building)) {
                        let outage = open.remove(&(building, group.provider.to_owned()));
                        let pen = Pen { tx, judged: &judged, zone, building, group };
                        pen.write(outage).await?;
                    }
                }
                // Nobody of the group is left.
                for outage in open.into_values() {
                    end(tx, outage.id, judged.figures.ended_at).await?;
                }
                notes::write_cycle(tx, &judged.figures).await
            })
        })
        .await
}

async fn open_outages(
    tx: &DatabaseTransaction,
) -> Result<BTreeMap<(i64, String), building_outage::Model>, DbErr> {
    let open = queries::list_open_outages(tx).await?;
    Ok(open.into_iter().map(|row| ((row.building_id, row.provider.clone()), row)).collect())
}

/// Lines that only answered again share a statement.
async fn apply(tx: &DatabaseTransaction, changes: &[Change]) -> Result<(), DbErr> {
    use building_endpoint::Column;
    let mut plain: BTreeMap<Option<i64>, Vec<i64>> = BTreeMap::new();
    for Change { id, line, is_plain } in changes {
        match line {
            None => {
                building_endpoint::Entity::delete_by_id(*id).exec(tx).await?;
            }
            Some(line) if *is_plain => plain.entry(line.last_seen.map(to_ms)).or_default().push(*id),
            Some(line) => {
                building_endpoint::Entity::update_many()
                    .col_expr(Column::State, Expr::value(line.state.word()))
                    .col_expr(Column::Since, Expr::value(line.since.map(to_ms)))
                    .col_expr(Column::Failed, Expr::value(line.failed.min(1_000_000) as i32))
                    .col_expr(Column::LastSeen, Expr::value(line.last_seen.map(to_ms)))
                    .col_expr(Column::FellAt, Expr::value(line.fell_at.map(to_ms)))
                    .filter(Column::Id.eq(*id))
                    .exec(tx)
                    .await?;
            }
        }
    }
    for (last_seen, ids) in plain {
        for ids in ids.chunks(CHUNK) {
            building_endpoint::Entity::update_many()
                .col_expr(Column::LastSeen, Expr::value(last_seen))
                .filter(Column::Id.is_in(ids.iter().copied()))
                .exec(tx)
                .await?;
        }
    }
    Ok(())
}

/// Writes one group.
struct Pen<'a> {
    tx: &'a DatabaseTransaction,
    judged: &'a Judged,
    zone: chrono_tz::Tz,
    building: i64,
    group: Group<'a>,
}

impl Pen<'_> {
    async fn write(&self, outage: Option<building_outage::Model>) -> Result<(), DbErr> {
        let now = self.judged.figures.ended_at;
        let members = self.group.members();
        let counts = counts(&members, now);
        let open = outage.as_ref().map(|row| Open { below_since: row.below_since.map(from_ms) });
        let rule = self.rule(now).await?;
        let step = judge(&members, open, rule, now);
        let is_open = match &step {
            Step::Open { .. } => true,
            Step::Close => false,
            _ => outage.is_some(),
        };
        self.carry_out(step, outage.as_ref(), now).await?;
        self.write_minutes(counts, is_open).await?;
        self.write_hour(counts, fallen(&members, now)).await
    }

    async fn rule(&self, now: DateTime<Utc>) -> Result<Rule, DbErr> {
        let settings = &self.judged.settings;
        Ok(match settings.rule {
            OutageRule::Statistical => Rule::Statistical { k: self.judged.k, rate: self.rate(now).await? },
            OutageRule::Fixed => {
                Rule::Fixed { share: settings.threshold, min_endpoints: u64::from(settings.min_endpoints) }
            }
        })
    }

    /// The usual share of this hour of the day; only asked for where somebody fell.
    async fn rate(&self, now: DateTime<Utc>) -> Result<f64, DbErr> {
        if self.group.rows.iter().all(|row| row.fell_at.is_none()) {
            return Ok(onset_rate(Past::default()));
        }
        let hour = |at: DateTime<Utc>| at.timestamp().div_euclid(3600);
        let range = hour(now - TimeDelta::days(LEARN_DAYS))..hour(now - RECENT);
        let local = |hour: i64| {
            let at = DateTime::from_timestamp(hour * 3600, 0).unwrap_or_default();
            at.with_timezone(&self.zone).hour()
        };
        let now_local = local(hour(now));
        let rows = queries::list_hours(self.tx, self.building, self.group.provider, range).await?;
        let mut past = Past::default();
        for row in rows.into_iter().filter(|row| local(row.hour) == now_local) {
            past.days += 1;
            past.fallen += row.fallen.max(0).unsigned_abs();
            past.up_s += row.up_s as f64;
        }
        Ok(onset_rate(past))
    }

    async fn carry_out(
        &self,
        step: Step,
        outage: Option<&building_outage::Model>,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        match (step, outage) {
            (Step::Open { evidence, members }, _) => {
                tracing::info!(
                    building.id = self.building,
                    provider = self.group.provider,
                    x = evidence.x,
                    n = evidence.n,
                    "an outage opened"
                );
                let row = building_outage::ActiveModel {
                    building_id: Set(self.building),
                    provider: Set(self.group.provider.to_owned()),
                    provider_name: Set(self.group.name.to_owned()),
                    started_at: Set(to_ms(now)),
                    x: Set(evidence.x as i64),
                    n: Set(evidence.n as i64),
                    rate: Set(evidence.rate),
                    chance: Set(evidence.chance),
                    ..Default::default()
                };
                building_outage::Entity::insert(row).exec_without_returning(self.tx).await?;
                self.mark(&members, true).await
            }
            (Step::Join(members), _) => self.mark(&members, true).await,
            (Step::Below, Some(row)) => note_below(self.tx, row.id, Some(now)).await,
            (Step::Above, Some(row)) => note_below(self.tx, row.id, None).await,
            (Step::Close, Some(row)) => {
                tracing::info!(
                    building.id = self.building,
                    provider = self.group.provider,
                    "an outage closed"
                );
                // It ended when half were back; the five minutes after only made that sure.
                end(self.tx, row.id, row.below_since.map_or(now, from_ms)).await?;
                self.mark(&self.group.rows.iter().map(|row| row.id).collect::<Vec<_>>(), false).await
            }
            (Step::Stay | Step::Below | Step::Above | Step::Close, _) => Ok(()),
        }
    }

    /// Puts lines into the open outage, or all of them out of it.
    async fn mark(&self, ids: &[i64], is_in: bool) -> Result<(), DbErr> {
        use building_endpoint::Column;
        let column = if self.group.is_whole() { Column::InBuildingOutage } else { Column::InProviderOutage };
        for ids in ids.chunks(CHUNK) {
            building_endpoint::Entity::update_many()
                .col_expr(column, Expr::value(is_in))
                .filter(Column::Id.is_in(ids.iter().copied()))
                .exec(self.tx)
                .await?;
        }
        Ok(())
    }

    /// The minutes that the cycle speaks for; a minute with several cycles keeps its worst.
    async fn write_minutes(&self, counts: Counts, is_outage: bool) -> Result<(), DbErr> {
        use building_minute::Column;
        let first = minute_of(self.judged.figures.started_at);
        let count = i64::from(self.judged.settings.cycle_s).div_euclid(60).max(1);
        for minute in first..first + count {
            let key = (self.building, self.group.provider.to_owned(), minute);
            let known = building_minute::Entity::find_by_id(key).one(self.tx).await?;
            let (down, unknown) = (counts.down as i32, counts.unknown as i32);
            if known.is_some_and(|row| (row.outage, row.down, row.unknown) > (is_outage, down, unknown)) {
                continue;
            }
            let row = building_minute::ActiveModel {
                building_id: Set(self.building),
                provider: Set(self.group.provider.to_owned()),
                minute: Set(minute),
                up: Set(counts.up as i32),
                down: Set(down),
                unknown: Set(unknown),
                outage: Set(is_outage),
            };
            let mut key = OnConflict::columns([Column::BuildingId, Column::Provider, Column::Minute]);
            let changed = [Column::Up, Column::Down, Column::Unknown, Column::Outage];
            building_minute::Entity::insert(row)
                .on_conflict(key.update_columns(changed).to_owned())
                .exec_without_returning(self.tx)
                .await?;
        }
        Ok(())
    }

    async fn write_hour(&self, counts: Counts, fallen: u64) -> Result<(), DbErr> {
        use building_hour::Column;
        let hour = self.judged.figures.started_at.timestamp().div_euclid(3600);
        let key = (self.building, self.group.provider.to_owned(), hour);
        let known = building_hour::Entity::find_by_id(key).one(self.tx).await?;
        let (was_fallen, was_up_s) = known.map_or((0, 0), |row| (row.fallen, row.up_s));
        let row = building_hour::ActiveModel {
            building_id: Set(self.building),
            provider: Set(self.group.provider.to_owned()),
            hour: Set(hour),
            fallen: Set(was_fallen + fallen as i64),
            up_s: Set(was_up_s + counts.up as i64 * i64::from(self.judged.settings.cycle_s)),
        };
        let mut key = OnConflict::columns([Column::BuildingId, Column::Provider, Column::Hour]);
        building_hour::Entity::insert(row)
            .on_conflict(key.update_columns([Column::Fallen, Column::UpS]).to_owned())
            .exec_without_returning(self.tx)
            .await?;
        Ok(())
    }
}

async fn note_below(tx: &DatabaseTransaction, id: i64, since: Option<DateTime<Utc>>) -> Result<(), DbErr> {
    building_outage::Entity::update_many()
        .col_expr(building_outage::Column::BelowSince, Expr::value(since.map(to_ms)))
        .filter(building_outage::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

async fn end(tx: &DatabaseTransaction, id: i64, at: DateTime<Utc>) -> Result<(), DbErr> {
    building_outage::Entity::update_many()
        .col_expr(building_outage::Column::EndedAt, Expr::value(to_ms(at)))
        .filter(building_outage::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// After a row was deleted: what it held leaves SQLite's log as well. A reader may hold that up; then it is tried again
/// beside the answer.
pub async fn forget(state: &AppState) {
    if let Ok(true) = state.db.empty_log().await {
        return;
    }
    let state = state.clone();
    state.tasks.clone().spawn(async move {
        for _ in 0..EMPTY_TRIES {
            tokio::time::sleep(EMPTY_EVERY).await;
            if let Ok(true) = state.db.empty_log().await {
                return;
            }
        }
        tracing::warn!("the database's log could not be emptied; the next leave tries again");
    });
}
