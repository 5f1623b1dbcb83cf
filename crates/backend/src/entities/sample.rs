//! The raw samples of one run, kept 30 days.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "samples")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub measurement_id: i64,
    pub created_at: i64,
    pub body: Vec<u8>,
    #[sea_orm(belongs_to, from = "measurement_id", to = "id")]
    pub measurement: BelongsTo<super::measurement::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
