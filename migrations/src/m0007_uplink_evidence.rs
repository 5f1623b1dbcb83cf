//! What stands behind an uplink's minutes: raw rounds, a path at each fault, and days that are kept as evidence.

#[allow(
    clippy::wildcard_imports,
    reason = "the schema is written in that module's words; the lint sees it in one of two builds"
)]
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Step;

/// Seconds for which a protocol was silent while the other answered, and up to when rounds gave way to their size.
const ADDED: [&str; 3] = ["icmp_silent_s", "https_silent_s", "rounds_dropped_to"];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            integer(ADDED[0]).default(0).take(),
            integer(ADDED[1]).default(0).take(),
            big_integer_null(ADDED[2]).take(),
        ] {
            // SQLite adds one column at a time.
            manager.alter_table(Table::alter().table("uplinks").add_column(column).to_owned()).await?;
        }
        let is_sqlite = manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite;
        let mut rounds = rounds();
        if is_sqlite {
            // As in `uplink_minutes`: a minute's rounds lie beside each other on disk.
            rounds.extra("WITHOUT ROWID");
        }
        manager.create_table(rounds).await?;
        manager.create_table(traces()).await?;
        manager.create_table(pins()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["uplink_pins", "uplink_traces", "uplink_rounds"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for column in ADDED {
            manager.alter_table(Table::alter().table("uplinks").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// One round as it was made: what it alone speaks for, and who answered.
fn rounds() -> TableCreateStatement {
    Table::create()
        .table("uplink_rounds")
        .col(big_integer("uplink_id"))
        .col(big_integer("started_at"))
        .col(text("state"))
        .col(text("reason"))
        .col(boolean("confirmed"))
        .col(boolean("self_load"))
        // JSON without names (`uplinks::raw`): a week of rounds is 120,000 of them.
        .col(text("answers"))
        .primary_key(Index::create().col("uplink_id").col("started_at"))
        .foreign_key(&mut owned_by("uplink_rounds", "uplink_id", "uplinks"))
        .to_owned()
}

/// The path as it was at the beginning of a fault.
fn traces() -> TableCreateStatement {
    Table::create()
        .table("uplink_traces")
        .col(big_integer("fault_id").primary_key())
        .col(big_integer("taken_at"))
        // JSON (`domain::uplinks::UplinkTrace`).
        .col(text("path"))
        .foreign_key(&mut owned_by("uplink_traces", "fault_id", "uplink_faults"))
        .to_owned()
}

/// Days (of the operator's zone) of which nothing is let go.
fn pins() -> TableCreateStatement {
    Table::create()
        .table("uplink_pins")
        .col(big_integer("uplink_id"))
        .col(text("date"))
        .col(big_integer("pinned_at"))
        .primary_key(Index::create().col("uplink_id").col("date"))
        .foreign_key(&mut owned_by("uplink_pins", "uplink_id", "uplinks"))
        .to_owned()
}

fn owned_by(table: &'static str, column: &'static str, owner: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{owner}"))
        .from(table, column)
        .to(owner, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
