//! One minute of a provider in a building.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "building_minutes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub building_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: i64,
    pub up: i32,
    pub down: i32,
    pub unknown: i32,
    pub outage: bool,
}

impl ActiveModelBehavior for ActiveModel {}
