//! Keys that several tables have.

use sea_orm_migration::prelude::{ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement};

/// `device_id`: the row goes with its device.
pub fn of_device(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_device"))
        .from(table, "device_id")
        .to("devices", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
