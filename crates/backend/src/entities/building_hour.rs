//! One hour of a provider in a building.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "building_hours")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub building_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: i64,
    pub fallen: i64,
    pub up_s: i64,
}

impl ActiveModelBehavior for ActiveModel {}
