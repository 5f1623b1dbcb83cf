//! What the building check reads, each list bounded.

use std::collections::BTreeMap;

use domain::{
    buildings::{Line, LineState, Member, ProviderChoice},
    uplinks::MinuteNumber,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    db::time::from_ms,
    entities::{building, building_endpoint, building_hour, building_minute, building_outage},
    http::Caller,
};

/// Outages that a page knows of.
const MOST_OUTAGES: u64 = 100;
/// Rows of a list for the operator.
const MOST_LISTED: u64 = 10_000;

/// An endpoint without its address.
#[derive(Clone, Debug, FromQueryResult)]
pub struct LineRow {
    pub id: i64,
    pub building_id: i64,
    pub household: Vec<u8>,
    pub device: Option<Vec<u8>>,
    pub provider: String,
    pub provider_name: String,
    pub state: String,
    pub since: Option<i64>,
    pub fell_at: Option<i64>,
    pub in_provider_outage: bool,
    pub in_building_outage: bool,
    pub created_at: i64,
}

impl LineRow {
    /// As the rules see it; `whole`: within the whole building.
    pub fn member(&self, whole: bool) -> Member {
        Member {
            id: self.id,
            household: self.household.as_slice().try_into().unwrap_or_default(),
            state: LineState::from_word(&self.state),
            since: self.since.map(from_ms),
            fell_at: self.fell_at.map(from_ms),
            is_in_outage: if whole { self.in_building_outage } else { self.in_provider_outage },
        }
    }
}

/// What a row says of its line.
pub fn line(row: &building_endpoint::Model) -> Line {
    Line {
        state: LineState::from_word(&row.state),
        since: row.since.map(from_ms),
        failed: row.failed.max(0).unsigned_abs(),
        last_seen: row.last_seen.map(from_ms),
        fell_at: row.fell_at.map(from_ms),
    }
}

/// The providers that may be chosen.
pub fn offered(building: &building::Model) -> Vec<ProviderChoice> {
    serde_json::from_str(&building.providers).unwrap_or_default()
}

pub async fn list_buildings<C: ConnectionTrait>(db: &C) -> Result<Vec<building::Model>, DbErr> {
    building::Entity::find().order_by_asc(building::Column::Name).limit(MOST_LISTED).all(db).await
}

pub async fn find_building<C: ConnectionTrait>(db: &C, slug: &str) -> Result<Option<building::Model>, DbErr> {
    building::Entity::find().filter(building::Column::Slug.eq(slug)).one(db).await
}

/// The building of a host that has one.
pub async fn find_only_building<C: ConnectionTrait>(db: &C) -> Result<Option<building::Model>, DbErr> {
    let mut two = building::Entity::find().limit(2).all(db).await?;
    Ok(two.pop().filter(|_| two.is_empty()))
}

/// All endpoints with their addresses, for a cycle.
pub async fn list_endpoints<C: ConnectionTrait>(db: &C) -> Result<Vec<building_endpoint::Model>, DbErr> {
    building_endpoint::Entity::find().order_by_asc(building_endpoint::Column::Id).all(db).await
}

/// Lines without their addresses; of one building or of all.
pub async fn list_lines<C: ConnectionTrait>(db: &C, building: Option<i64>) -> Result<Vec<LineRow>, DbErr> {
    use building_endpoint::Column;
    let mut all = building_endpoint::Entity::find()
        .select_only()
        .columns([Column::Id, Column::BuildingId, Column::Household, Column::Device, Column::Provider])
        .columns([Column::ProviderName, Column::State, Column::Since, Column::FellAt])
        .columns([Column::InProviderOutage, Column::InBuildingOutage, Column::CreatedAt]);
    if let Some(id) = building {
        all = all.filter(Column::BuildingId.eq(id));
    }
    all.into_model().all(db).await
}

/// Endpoints as the operator lists them, newest first.
pub async fn list_newest_endpoints<C: ConnectionTrait>(
    db: &C,
) -> Result<Vec<building_endpoint::Model>, DbErr> {
    use building_endpoint::Column;
    building_endpoint::Entity::find().order_by_desc(Column::Id).limit(MOST_LISTED).all(db).await
}

/// A row of the caller's household or device, the newest that answered.
pub async fn find_own<C: ConnectionTrait>(
    db: &C,
    caller: &Caller,
) -> Result<Option<building_endpoint::Model>, DbErr> {
    use building_endpoint::Column;
    let mut own = Condition::any().add(Column::Household.eq(caller.household.0.to_vec()));
    if let Some(device) = caller.device {
        own = own.add(Column::Device.eq(device.hash.0.to_vec()));
    }
    building_endpoint::Entity::find().filter(own).order_by_desc(Column::LastSeen).one(db).await
}

/// How many endpoints each building has.
pub async fn count_endpoints<C: ConnectionTrait>(db: &C) -> Result<BTreeMap<i64, u64>, DbErr> {
    use building_endpoint::Column;
    let rows: Vec<(i64, i64)> = building_endpoint::Entity::find()
        .select_only()
        .column(Column::BuildingId)
        .column_as(Column::Id.count(), "endpoints")
        .group_by(Column::BuildingId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, count)| (id, count.max(0).unsigned_abs())).collect())
}

/// Rows of a building's minutes from one on.
pub async fn list_minutes<C: ConnectionTrait>(
    db: &C,
    building: i64,
    from: MinuteNumber,
) -> Result<Vec<building_minute::Model>, DbErr> {
    use building_minute::Column;
    building_minute::Entity::find()
        .filter(Column::BuildingId.eq(building))
        .filter(Column::Minute.gte(from))
        .all(db)
        .await
}

/// Hours of a group in a range.
pub async fn list_hours<C: ConnectionTrait>(
    db: &C,
    building: i64,
    provider: &str,
    hours: std::ops::Range<i64>,
) -> Result<Vec<building_hour::Model>, DbErr> {
    use building_hour::Column;
    building_hour::Entity::find()
        .filter(Column::BuildingId.eq(building))
        .filter(Column::Provider.eq(provider))
        .filter(Column::Hour.gte(hours.start))
        .filter(Column::Hour.lt(hours.end))
        .all(db)
        .await
}

/// A building's outages, newest first.
pub async fn list_outages<C: ConnectionTrait>(
    db: &C,
    building: i64,
) -> Result<Vec<building_outage::Model>, DbErr> {
    use building_outage::Column;
    building_outage::Entity::find()
        .filter(Column::BuildingId.eq(building))
        .order_by_desc(Column::StartedAt)
        .limit(MOST_OUTAGES)
        .all(db)
        .await
}

/// Outages that are open, of all buildings.
pub async fn list_open_outages<C: ConnectionTrait>(db: &C) -> Result<Vec<building_outage::Model>, DbErr> {
    building_outage::Entity::find().filter(building_outage::Column::EndedAt.is_null()).all(db).await
}

pub async fn count_buildings<C: ConnectionTrait>(db: &C) -> Result<u64, DbErr> {
    building::Entity::find().count(db).await
}
