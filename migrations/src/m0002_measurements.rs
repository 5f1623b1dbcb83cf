//! What was measured: measurements, their samples, and the 15-minute rollups.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, big_pk_auto, binary, binary_len_null, binary_null, boolean,
        double_null, integer, small_integer_null, text, text_null,
    },
};

use crate::keys::of_device;

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(measurements()).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        manager.create_table(samples()).await?;
        let index = Index::create().name("samples_created").table("samples").col("created_at").to_owned();
        manager.create_index(index).await?;
        let mut rollups = rollups();
        if manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite {
            // Rows of one device lie together on disk: a window is one range, not a walk over the file.
            rollups.extra("WITHOUT ROWID");
        }
        manager.create_table(rollups).await?;
        manager
            .get_connection()
            .execute_unprepared("CREATE INDEX rollups_bucket ON rollups (bucket)")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["rollups", "samples", "measurements"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// Partial indexes keep what is rare cheap to find; their syntax is the same in both databases.
const INDEXES: [&str; 6] = [
    "CREATE INDEX measurements_device_started ON measurements (device_id, started_at)",
    "CREATE INDEX measurements_device_outage ON measurements (device_id, started_at) WHERE is_outage",
    "CREATE UNIQUE INDEX measurements_share ON measurements (share_id) WHERE share_id IS NOT NULL",
    "CREATE UNIQUE INDEX measurements_idempotency ON measurements (device_id, idempotency_key) \
     WHERE idempotency_key IS NOT NULL",
    "CREATE INDEX measurements_household ON measurements (started_at) WHERE household IS NOT NULL",
    "CREATE INDEX measurements_uplink ON measurements (started_at) WHERE device_id IS NULL",
];

fn measurements() -> TableCreateStatement {
    Table::create()
        .table("measurements")
        .col(big_pk_auto("id"))
        // Null: this server's own line.
        .col(big_integer_null("device_id"))
        .col(big_integer("provider_id").default(0))
        .col(binary_len_null("household", 16))
        .col(big_integer("started_at"))
        .col(big_integer("duration_ms").default(0))
        .col(big_integer("received_at"))
        // browser, server, agent, extension: new words need no migration.
        .col(text("source"))
        .col(text("kind"))
        // Why the test failed; null: it did not.
        .col(text_null("failure"))
        .col(boolean("is_outage"))
        .col(boolean("valid"))
        .col(text_null("invalid_reason"))
        .col(text("method"))
        .col(text_null("protocol"))
        .col(text_null("congestion"))
        .col(integer("connections").default(0))
        .col(integer("concurrent_tests").default(1))
        .col(small_integer_null("ip_version"))
        .col(double_null("download_mbps"))
        .col(double_null("upload_mbps"))
        .col(double_null("ping_ms"))
        .col(double_null("jitter_ms"))
        .col(double_null("loaded_ping_down_ms"))
        .col(double_null("loaded_ping_up_ms"))
        .col(double_null("loss"))
        .col(double_null("retransmitted_share"))
        .col(big_integer("bytes_used").default(0))
        .col(text_null("location"))
        .col(double_null("latitude"))
        .col(double_null("longitude"))
        .col(text_null("uplink"))
        // Grades, intervals, bottleneck: what the page of one result shows, as JSON; it outlives the samples.
        .col(text_null("detail"))
        .col(text_null("share_id"))
        .col(text_null("idempotency_key"))
        .col(binary_len_null("body_hash", 32))
        .foreign_key(&mut of_device("measurements"))
        .foreign_key(
            ForeignKey::create()
                .name("measurements_provider")
                .from("measurements", "provider_id")
                .to("providers", "id"),
        )
        .to_owned()
}

/// The raw samples of a run (JSON bytes), kept 30 days.
fn samples() -> TableCreateStatement {
    Table::create()
        .table("samples")
        .col(ColumnDef::new("measurement_id").big_integer().not_null().primary_key())
        .col(big_integer("created_at"))
        .col(binary("body"))
        .foreign_key(
            ForeignKey::create()
                .name("samples_measurement")
                .from("samples", "measurement_id")
                .to("measurements", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

/// One row per device, provider and 15 minutes; local days of any zone are unions of buckets. A histogram
/// (`domain::histogram`) keeps count, sum, minimum and maximum exactly; counts and sums (bit/s, µs) of the three main
/// figures stand beside it, so that SQL can add up a year without decoding.
fn rollups() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("rollups")
        .col(big_integer("device_id"))
        .col(big_integer("provider_id"))
        // Unix seconds / 900.
        .col(big_integer("bucket"))
        .col(integer("tests"))
        .col(integer("failures"))
        .col(integer("outages"))
        .col(big_integer("last_test_at"));
    for metric in ["download", "upload", "ping"] {
        table.col(integer(format!("{metric}_count"))).col(big_integer(format!("{metric}_sum")));
    }
    for metric in ["download", "upload", "ping", "jitter", "loaded_down", "loaded_up"] {
        table.col(binary_null(format!("{metric}_histogram")));
    }
    table
        .primary_key(Index::create().col("device_id").col("provider_id").col("bucket"))
        .foreign_key(&mut of_device("rollups"))
        .to_owned()
}
