//! An issued test token with the server's own log of the test.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "speed_sessions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub token_id: Vec<u8>,
    pub device_id: Option<i64>,
    pub kind: String,
    pub provider_id: i64,
    pub household: Option<Vec<u8>>,
    pub issued_at: i64,
    pub expires_at: i64,
    pub byte_log: Option<Vec<u8>>,
    pub measurement_id: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
