//! The building check: buildings, the addresses that joined, minutes and hours of their groups, outages.

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
        manager.create_table(buildings()).await?;
        manager.create_table(endpoints()).await?;
        let index = Index::create()
            .name("building_endpoints_address")
            .table("building_endpoints")
            .col("building_id")
            .col("address_index")
            .unique()
            .to_owned();
        manager.create_index(index).await?;
        let index = Index::create()
            .name("building_endpoints_device")
            .table("building_endpoints")
            .col("device")
            .to_owned();
        manager.create_index(index).await?;
        let index = Index::create()
            .name("building_endpoints_household")
            .table("building_endpoints")
            .col("household")
            .to_owned();
        manager.create_index(index).await?;
        let is_sqlite = manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite;
        for mut table in [minutes(), hours()] {
            if is_sqlite {
                // As in `rollups`: a window is one range on disk.
                table.extra("WITHOUT ROWID");
            }
            manager.create_table(table).await?;
        }
        manager.create_table(outages()).await?;
        let index = Index::create()
            .name("building_outages_building_started")
            .table("building_outages")
            .col("building_id")
            .col("started_at")
            .to_owned();
        manager.create_index(index).await?;
        manager.create_table(notes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "building_notes",
            "building_outages",
            "building_hours",
            "building_minutes",
            "building_endpoints",
            "buildings",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn buildings() -> TableCreateStatement {
    Table::create()
        .table("buildings")
        .col(big_pk_auto("id"))
        .col(text_uniq("slug"))
        .col(text("name"))
        .col(boolean("listed"))
        // JSON: slug and name of each provider that may be chosen.
        .col(text("providers"))
        .col(big_integer("created_at"))
        .to_owned()
}

/// One opted-in address. It is sealed, and found by a keyed hash of its network; leaving deletes the row.
fn endpoints() -> TableCreateStatement {
    Table::create()
        .table("building_endpoints")
        .col(big_pk_auto("id"))
        .col(big_integer("building_id"))
        // Sealed under the row's id.
        .col(binary("address"))
        // Keyed hash of building and network (an IPv4 address, an IPv6 /64): a network joins once.
        .col(binary_len("address_index", 32))
        // The participant of k-anonymity.
        .col(binary_len("household", 16))
        // Keyed hash of the device that joined; null: added by the operator.
        .col(binary_len_null("device", 32))
        // Sealed under the row's id.
        .col(binary_null("label"))
        .col(text("provider"))
        .col(text("provider_name"))
        .col(boolean("self_declared"))
        .col(text("method"))
        // A word of `domain::buildings`: new ones need no migration.
        .col(text("state"))
        .col(big_integer_null("since"))
        .col(integer("failed").default(0))
        .col(big_integer_null("last_seen"))
        .col(big_integer_null("fell_at"))
        // It fell in outages of its provider or of the whole building that are open.
        .col(boolean("in_provider_outage").default(false))
        .col(boolean("in_building_outage").default(false))
        .col(big_integer("created_at"))
        .foreign_key(&mut of_building("building_endpoints"))
        .to_owned()
}

/// A minute of one provider in a building (`''`: of all): households by state, at its worst.
fn minutes() -> TableCreateStatement {
    Table::create()
        .table("building_minutes")
        .col(big_integer("building_id"))
        .col(text("provider"))
        // Unix seconds / 60.
        .col(big_integer("minute"))
        .col(integer("up"))
        .col(integer("down"))
        .col(integer("unknown"))
        .col(boolean("outage"))
        .primary_key(Index::create().col("building_id").col("provider").col("minute"))
        .foreign_key(&mut of_building("building_minutes"))
        .to_owned()
}

/// An hour of the same: what usually falls is learnt from it.
fn hours() -> TableCreateStatement {
    Table::create()
        .table("building_hours")
        .col(big_integer("building_id"))
        .col(text("provider"))
        // Unix seconds / 3600.
        .col(big_integer("hour"))
        // Households that went from up to down.
        .col(big_integer("fallen"))
        // Seconds, added up over the households that were up.
        .col(big_integer("up_s"))
        .primary_key(Index::create().col("building_id").col("provider").col("hour"))
        .foreign_key(&mut of_building("building_hours"))
        .to_owned()
}

/// Outages with why they opened; `ended_at` null while one lasts.
fn outages() -> TableCreateStatement {
    Table::create()
        .table("building_outages")
        .col(big_pk_auto("id"))
        .col(big_integer("building_id"))
        .col(text("provider"))
        .col(text("provider_name"))
        .col(big_integer("started_at"))
        .col(big_integer_null("ended_at"))
        .col(big_integer("x"))
        .col(big_integer("n"))
        .col(double_null("rate"))
        .col(double_null("chance"))
        // Since when fewer than half of its households are down.
        .col(big_integer_null("below_since"))
        .foreign_key(&mut of_building("building_outages"))
        .to_owned()
}

/// The settings and the figures of the newest cycle, each a JSON text.
fn notes() -> TableCreateStatement {
    Table::create()
        .table("building_notes")
        .col(ColumnDef::new("name").text().not_null().primary_key())
        .col(text("value"))
        .to_owned()
}

fn of_building(table: &str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_building"))
        .from(table.to_owned(), "building_id")
        .to("buildings", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
