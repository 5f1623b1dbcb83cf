//! The keyed hash of a device id that opens a device.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub device_id: i64,
    pub added_at: i64,
    #[sea_orm(belongs_to, from = "device_id", to = "id")]
    pub device: BelongsTo<super::device::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
