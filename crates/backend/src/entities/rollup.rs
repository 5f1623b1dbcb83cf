//! Fifteen minutes of one device on one provider.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rollups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub device_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider_id: i64,
    /// Unix seconds / 900.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket: i64,
    /// Valid tests, failed ones included.
    pub tests: i32,
    pub failures: i32,
    pub outages: i32,
    pub last_test_at: i64,
    pub download_count: i32,
    /// bit/s
    pub download_sum: i64,
    pub upload_count: i32,
    /// bit/s
    pub upload_sum: i64,
    pub ping_count: i32,
    /// µs
    pub ping_sum: i64,
    pub download_histogram: Option<Vec<u8>>,
    pub upload_histogram: Option<Vec<u8>>,
    pub ping_histogram: Option<Vec<u8>>,
    pub jitter_histogram: Option<Vec<u8>>,
    pub loaded_down_histogram: Option<Vec<u8>>,
    pub loaded_up_histogram: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
