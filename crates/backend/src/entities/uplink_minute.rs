//! One minute of an uplink.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uplink_minutes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub uplink_id: i64,
    /// Unix seconds / 60.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: i64,
    pub state: String,
    pub reason: String,
    pub rounds: i32,
    pub unconfirmed: i32,
    pub sent: i32,
    pub lost: i32,
    pub self_load: bool,
    pub histogram: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
