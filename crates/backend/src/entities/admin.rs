//! Who may sign in.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "admins")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub name: String,
    pub role: String,
    pub password: String,
    pub totp: Vec<u8>,
    pub totp_row: Vec<u8>,
    pub last_step: Option<i64>,
    pub created_at: i64,
    pub signed_in_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
