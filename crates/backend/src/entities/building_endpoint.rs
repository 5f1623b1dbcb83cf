//! One opted-in address, sealed.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "building_endpoints")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub building_id: i64,
    pub address: Vec<u8>,
    pub address_index: Vec<u8>,
    pub household: Vec<u8>,
    pub device: Option<Vec<u8>>,
    pub label: Option<Vec<u8>>,
    pub provider: String,
    pub provider_name: String,
    pub self_declared: bool,
    pub method: String,
    pub state: String,
    pub since: Option<i64>,
    pub failed: i32,
    pub last_seen: Option<i64>,
    pub fell_at: Option<i64>,
    pub in_provider_outage: bool,
    pub in_building_outage: bool,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
