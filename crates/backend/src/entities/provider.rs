//! A provider that someone measured; row 0 is the unknown one.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "providers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub slug: String,
    pub name: String,
    #[sea_orm(has_many)]
    pub measurements: HasMany<super::measurement::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
