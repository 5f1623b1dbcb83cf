//! A day of an uplink that is kept as evidence.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uplink_pins")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub uplink_id: i64,
    /// `2026-11-21`, in the operator's zone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: String,
    pub pinned_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
