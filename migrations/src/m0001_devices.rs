//! Who measures: devices, the keys that open them, their households, and providers.

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
        manager.create_table(devices()).await?;
        manager.create_table(device_keys()).await?;
        let index =
            Index::create().name("device_keys_device").table("device_keys").col("device_id").to_owned();
        manager.create_index(index).await?;
        manager.create_table(providers()).await?;
        // Row 0 stands for "unknown provider": a rollup's key has no null, and joins need no special case.
        let unknown = Query::insert()
            .into_table("providers")
            .columns(["id", "slug", "name"])
            .values_panic([0.into(), "unknown".into(), "Unknown provider".into()])
            .to_owned();
        manager.execute(unknown).await?;
        manager.create_table(households()).await?;
        let index = Index::create()
            .name("households_provider_seen")
            .table("households")
            .col("provider_id")
            .col("seen_at")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["households", "providers", "device_keys", "devices"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// One resident's set of data. What opens it stands in `device_keys`.
fn devices() -> TableCreateStatement {
    Table::create()
        .table("devices")
        .col(big_pk_auto("id"))
        // IANA name as the browser gave it; null: the operator's zone.
        .col(text_null("time_zone"))
        .col(big_integer("created_at"))
        .col(big_integer("last_seen_at"))
        .to_owned()
}

/// HMAC-SHA256 (32 bytes) of a device id under the server's key. Several keys open one device once browsers,
/// extensions or scripts were paired; no id is ever stored or has to be told to another browser.
fn device_keys() -> TableCreateStatement {
    Table::create()
        .table("device_keys")
        .col(binary_len("hash", 32).primary_key())
        .col(big_integer("device_id"))
        .col(big_integer("added_at"))
        .foreign_key(&mut of_device("device_keys"))
        .to_owned()
}

fn providers() -> TableCreateStatement {
    Table::create()
        .table("providers")
        .col(big_pk_auto("id"))
        .col(text_uniq("slug"))
        .col(text("name"))
        .to_owned()
}

/// Which device measured from which household (keyed hash of the /32 or /56, 16 bytes) on which provider, and when
/// last: participants are counted here without reading a single measurement. Kept 30 days.
fn households() -> TableCreateStatement {
    Table::create()
        .table("households")
        .col(big_integer("device_id"))
        .col(big_integer("provider_id"))
        .col(binary_len("household", 16))
        .col(big_integer("seen_at"))
        .primary_key(Index::create().col("device_id").col("provider_id").col("household"))
        .foreign_key(&mut of_device("households"))
        .to_owned()
}
