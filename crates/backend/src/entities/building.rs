//! A building whose residents let their lines be asked.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "buildings")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub slug: String,
    pub name: String,
    pub listed: bool,
    pub providers: String,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
