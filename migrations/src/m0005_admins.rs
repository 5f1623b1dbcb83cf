//! The operator's door: accounts, their recovery codes and sessions, what was done, and who has to wait.

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
        for table in [admins(), recovery_codes(), sessions(), audit(), lockouts()] {
            manager.create_table(table).await?;
        }
        let index = |name: &str, table: &'static str, column: &'static str| {
            Index::create().name(name).table(table).col(column).to_owned()
        };
        manager.create_index(index("audit_at", "audit", "at")).await?;
        manager.create_index(index("lockouts_failed", "lockouts", "failed_at")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["lockouts", "audit", "admin_sessions", "admin_recovery_codes", "admins"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn admins() -> TableCreateStatement {
    Table::create()
        .table("admins")
        .col(big_pk_auto("id"))
        .col(text_uniq("name"))
        // A word of `domain::admin::Role`.
        .col(text("role"))
        // Argon2id in the PHC string format.
        .col(text("password"))
        // The seed of the one-time codes, sealed and bound to the random number beside it.
        .col(binary("totp"))
        .col(binary("totp_row"))
        // The newest step whose code was used: none is taken twice.
        .col(big_integer_null("last_step"))
        .col(big_integer("created_at"))
        .col(big_integer_null("signed_in_at"))
        .to_owned()
}

/// What is left of an account's recovery codes, as keyed hashes.
fn recovery_codes() -> TableCreateStatement {
    Table::create()
        .table("admin_recovery_codes")
        .col(binary("hash").primary_key())
        .col(big_integer("admin_id"))
        .foreign_key(&mut of_admin("admin_recovery_codes"))
        .to_owned()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("admin_sessions")
        .col(big_pk_auto("id"))
        // Of the cookie's token, which is nowhere.
        .col(binary_uniq("hash"))
        .col(big_integer("admin_id"))
        .col(big_integer("created_at"))
        .col(big_integer("seen_at"))
        // 4 or 6; the address itself is not kept.
        .col(integer("ip_version"))
        .col(text_null("agent"))
        .foreign_key(&mut of_admin("admin_sessions"))
        .to_owned()
}

/// Outlives the accounts that it names.
fn audit() -> TableCreateStatement {
    Table::create()
        .table("audit")
        .col(big_pk_auto("id"))
        .col(big_integer("at"))
        .col(text("who"))
        .col(text("act"))
        .col(text_null("subject"))
        .col(text_null("address"))
        .to_owned()
}

/// Refused sign-ins by keyed hash of the name or the network, known names or not.
fn lockouts() -> TableCreateStatement {
    Table::create()
        .table("lockouts")
        .col(binary("hash").primary_key())
        .col(big_integer("failures"))
        .col(big_integer("failed_at"))
        .to_owned()
}

fn of_admin(table: &str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_admin"))
        .from(table.to_owned(), "admin_id")
        .to("admins", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
