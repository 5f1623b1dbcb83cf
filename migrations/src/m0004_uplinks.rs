//! This server's own lines: what they are now, their minutes, buckets of minutes, and faults.

#[allow(
    clippy::wildcard_imports,
    reason = "the schema is written in that module's words; the lint sees it in one of two builds"
)]
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(uplinks()).await?;
        let is_sqlite = manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite;
        for mut table in [minutes(), rollups()] {
            if is_sqlite {
                // As in `rollups`: a window is one range on disk.
                table.extra("WITHOUT ROWID");
            }
            manager.create_table(table).await?;
        }
        manager.create_table(faults()).await?;
        let index = Index::create()
            .name("uplink_faults_uplink_started")
            .table("uplink_faults")
            .col("uplink_id")
            .col("started_at")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["uplink_faults", "uplink_rollups", "uplink_minutes", "uplinks"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// One line with its confirmed state and its newest round, so that every instance can tell without having probed.
fn uplinks() -> TableCreateStatement {
    Table::create()
        .table("uplinks")
        .col(big_pk_auto("id"))
        .col(text_uniq("name"))
        .col(text_null("label"))
        .col(text("interface"))
        .col(text_null("gateway"))
        .col(text("gateway_policy"))
        // Words of `domain::uplinks`: new ones need no migration.
        .col(text("state"))
        .col(text("reason"))
        .col(big_integer_null("since"))
        .col(big_integer_null("last_round_at"))
        .col(double_null("rtt_ms"))
        .col(double_null("loss"))
        .col(text_null("echo_method"))
        .col(boolean("flapping").default(false))
        .col(big_integer_null("icmp_answered_at"))
        .col(big_integer_null("https_answered_at"))
        .col(big_integer("created_at"))
        .to_owned()
}

/// A minute in which a round began, or of which it is known why none did.
fn minutes() -> TableCreateStatement {
    Table::create()
        .table("uplink_minutes")
        .col(big_integer("uplink_id"))
        // Unix seconds / 60.
        .col(big_integer("minute"))
        .col(text("state"))
        .col(text("reason"))
        .col(integer("rounds"))
        .col(integer("unconfirmed"))
        .col(integer("sent"))
        .col(integer("lost"))
        .col(boolean("self_load"))
        // Round trips in ms (`domain::histogram`); null: none.
        .col(binary_null("histogram"))
        .primary_key(Index::create().col("uplink_id").col("minute"))
        .foreign_key(&mut of_uplink("uplink_minutes"))
        .to_owned()
}

/// Minutes with a state, added up; made from the minutes, at any time again.
fn rollups() -> TableCreateStatement {
    Table::create()
        .table("uplink_rollups")
        .col(big_integer("uplink_id"))
        // How long a bucket is: 300 or 3600.
        .col(integer("span_s"))
        // Unix seconds / span_s.
        .col(big_integer("bucket"))
        .col(integer("up"))
        .col(integer("degraded"))
        .col(integer("down"))
        .col(integer("sent"))
        .col(integer("lost"))
        .col(binary_null("histogram"))
        .primary_key(Index::create().col("uplink_id").col("span_s").col("bucket"))
        .foreign_key(&mut of_uplink("uplink_rollups"))
        .to_owned()
}

/// Times in which a line was not up; `ended_at` null while one lasts.
fn faults() -> TableCreateStatement {
    Table::create()
        .table("uplink_faults")
        .col(big_pk_auto("id"))
        .col(big_integer("uplink_id"))
        .col(big_integer("started_at"))
        .col(big_integer_null("ended_at"))
        .col(text("state"))
        .col(text("reason"))
        .foreign_key(&mut of_uplink("uplink_faults"))
        .to_owned()
}

fn of_uplink(table: &str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_uplink"))
        .from(table.to_owned(), "uplink_id")
        .to("uplinks", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
