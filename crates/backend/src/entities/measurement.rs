//! One test, finished or failed, valid or not.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "measurements")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub device_id: Option<i64>,
    pub provider_id: i64,
    pub household: Option<Vec<u8>>,
    pub started_at: i64,
    pub duration_ms: i64,
    pub received_at: i64,
    pub source: String,
    pub kind: String,
    pub failure: Option<String>,
    pub is_outage: bool,
    pub valid: bool,
    pub invalid_reason: Option<String>,
    pub method: String,
    pub protocol: Option<String>,
    pub congestion: Option<String>,
    pub connections: i32,
    pub concurrent_tests: i32,
    pub ip_version: Option<i16>,
    pub download_mbps: Option<f64>,
    pub upload_mbps: Option<f64>,
    pub ping_ms: Option<f64>,
    pub jitter_ms: Option<f64>,
    pub loaded_ping_down_ms: Option<f64>,
    pub loaded_ping_up_ms: Option<f64>,
    pub loss: Option<f64>,
    pub retransmitted_share: Option<f64>,
    pub bytes_used: i64,
    pub location: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub uplink: Option<String>,
    pub detail: Option<String>,
    pub share_id: Option<String>,
    pub idempotency_key: Option<String>,
    pub body_hash: Option<Vec<u8>>,
    #[sea_orm(belongs_to, from = "device_id", to = "id")]
    pub device: BelongsTo<Option<super::device::Entity>>,
    #[sea_orm(belongs_to, from = "provider_id", to = "id")]
    pub provider: BelongsTo<super::provider::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
