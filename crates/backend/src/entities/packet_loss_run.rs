//! A train of echoes that a device asked for.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "packet_loss_runs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub device_id: i64,
    pub started_at: i64,
    pub target: String,
    pub sent: i32,
    pub received: i32,
    pub mean_ms: Option<f64>,
    pub jitter_ms: Option<f64>,
}

impl ActiveModelBehavior for ActiveModel {}
