//! A time in which an uplink was not up.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uplink_faults")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub uplink_id: i64,
    pub started_at: i64,
    /// Null while it lasts.
    pub ended_at: Option<i64>,
    pub state: String,
    pub reason: String,
}

impl ActiveModelBehavior for ActiveModel {}
