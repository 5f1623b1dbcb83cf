//! What the server itself needs: test sessions, pairing codes, jobs, its own gaps.

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
        manager.create_table(speed_sessions()).await?;
        let index = Index::create()
            .name("speed_sessions_expires")
            .table("speed_sessions")
            .col("expires_at")
            .to_owned();
        manager.create_index(index).await?;
        manager.create_table(pair_codes()).await?;
        manager.create_table(jobs()).await?;
        manager.create_table(server_gaps()).await?;
        let index = Index::create().name("server_gaps_ended").table("server_gaps").col("ended_at").to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["server_gaps", "jobs", "pair_codes", "speed_sessions"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// An issued test token with what the server itself saw of the test: a late result is believed only if this log
/// supports it (7 days).
fn speed_sessions() -> TableCreateStatement {
    Table::create()
        .table("speed_sessions")
        .col(big_pk_auto("id"))
        .col(binary_len_uniq("token_id", 16))
        .col(big_integer_null("device_id"))
        .col(text("kind"))
        .col(big_integer("provider_id").default(0))
        .col(binary_len_null("household", 16))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .col(binary_null("byte_log"))
        // The one result that this token was spent on; no foreign key, so that deleting never meets a lock here.
        .col(big_integer_null("measurement_id"))
        .foreign_key(&mut of_device("speed_sessions"))
        .to_owned()
}

/// Short-lived codes that join another browser to a device; only a hash is kept.
fn pair_codes() -> TableCreateStatement {
    Table::create()
        .table("pair_codes")
        .col(binary_len("hash", 32).primary_key())
        .col(big_integer("device_id"))
        .col(big_integer("expires_at"))
        .foreign_key(&mut of_device("pair_codes"))
        .to_owned()
}

/// One row a job: the lock (who, until when) and the last run.
fn jobs() -> TableCreateStatement {
    Table::create()
        .table("jobs")
        .col(ColumnDef::new("name").text().not_null().primary_key())
        .col(big_integer_null("started_at"))
        .col(big_integer_null("finished_at"))
        .col(big_integer("due_at").default(0))
        .col(integer("failures").default(0))
        .col(text_null("last_error"))
        .col(text_null("locked_by"))
        .col(big_integer_null("locked_until"))
        .to_owned()
}

/// When this server was away: attempts that fall into a gap are its own fault and count nowhere.
fn server_gaps() -> TableCreateStatement {
    Table::create()
        .table("server_gaps")
        .col(big_pk_auto("id"))
        .col(big_integer("started_at"))
        .col(big_integer("ended_at"))
        .col(text("cause"))
        .to_owned()
}
