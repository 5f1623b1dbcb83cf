//! A short-lived code that joins another browser to a device.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pair_codes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub device_id: i64,
    pub expires_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
