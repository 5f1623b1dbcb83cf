//! Five minutes or an hour of an uplink.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uplink_rollups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub uplink_id: i64,
    /// 300 or 3600.
    #[sea_orm(primary_key, auto_increment = false)]
    pub span_s: i32,
    /// Unix seconds / `span_s`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket: i64,
    pub up: i32,
    pub degraded: i32,
    pub down: i32,
    pub sent: i32,
    pub lost: i32,
    pub histogram: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
