//! A session that is open, unless its time is over.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_sessions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub hash: Vec<u8>,
    pub admin_id: i64,
    pub created_at: i64,
    pub seen_at: i64,
    pub ip_version: i32,
    pub agent: Option<String>,
    #[sea_orm(belongs_to, from = "admin_id", to = "id")]
    pub admin: BelongsTo<super::admin::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
