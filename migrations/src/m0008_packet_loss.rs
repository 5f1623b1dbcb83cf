//! Trains of echoes that a device asked for, kept so that loss shows its days.

#[allow(
    clippy::wildcard_imports,
    reason = "the schema is written in that module's words; the lint sees it in one of two builds"
)]
use sea_orm_migration::{prelude::*, schema::*};

use crate::keys::of_device;

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let runs = Table::create()
            .table("packet_loss_runs")
            .col(big_pk_auto("id"))
            .col(big_integer("device_id"))
            .col(big_integer("started_at"))
            .col(text("target"))
            .col(integer("sent"))
            .col(integer("received"))
            .col(double_null("mean_ms"))
            .col(double_null("jitter_ms"))
            .foreign_key(&mut of_device("packet_loss_runs"))
            .to_owned();
        manager.create_table(runs).await?;
        let index = Index::create()
            .name("packet_loss_runs_device")
            .table("packet_loss_runs")
            .col("device_id")
            .col("started_at")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("packet_loss_runs").to_owned()).await
    }
}
