//! One round of probes of an uplink, as it was made.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uplink_rounds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub uplink_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub started_at: i64,
    pub state: String,
    pub reason: String,
    pub confirmed: bool,
    pub self_load: bool,
    /// JSON without names (`uplinks::raw`).
    pub answers: String,
}

impl ActiveModelBehavior for ActiveModel {}
