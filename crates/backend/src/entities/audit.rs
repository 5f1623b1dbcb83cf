//! An act of an operator.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub at: i64,
    pub who: String,
    pub act: String,
    pub subject: Option<String>,
    pub address: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
