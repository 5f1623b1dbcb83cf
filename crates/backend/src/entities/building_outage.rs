//! An outage of a provider in a building, or of the whole building.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "building_outages")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub building_id: i64,
    pub provider: String,
    pub provider_name: String,
    pub started_at: i64,
    pub ended_at: Option<i64>,
    pub x: i64,
    pub n: i64,
    pub rate: Option<f64>,
    pub chance: Option<f64>,
    pub below_since: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
