//! The path as it was at the beginning of a fault.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uplink_traces")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub fault_id: i64,
    pub taken_at: i64,
    /// JSON (`domain::uplinks::UplinkTrace`).
    pub path: String,
}

impl ActiveModelBehavior for ActiveModel {}
