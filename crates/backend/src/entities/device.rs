//! One resident's set of data.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "devices")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub time_zone: Option<String>,
    pub created_at: i64,
    pub last_seen_at: i64,
    #[sea_orm(has_many)]
    pub keys: HasMany<super::device_key::Entity>,
    #[sea_orm(has_many)]
    pub measurements: HasMany<super::measurement::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
