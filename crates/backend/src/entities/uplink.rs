//! One of this server's own lines.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "uplinks")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub name: String,
    pub label: Option<String>,
    pub interface: String,
    pub gateway: Option<String>,
    pub gateway_policy: String,
    pub state: String,
    pub reason: String,
    pub since: Option<i64>,
    pub last_round_at: Option<i64>,
    pub rtt_ms: Option<f64>,
    /// Per cent.
    pub loss: Option<f64>,
    pub echo_method: Option<String>,
    pub flapping: bool,
    pub icmp_answered_at: Option<i64>,
    pub https_answered_at: Option<i64>,
    pub created_at: i64,
    /// For so long it was silent while the other protocol answered.
    pub icmp_silent_s: i32,
    pub https_silent_s: i32,
    /// Rounds before this gave way to the limit of their size.
    pub rounds_dropped_to: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
