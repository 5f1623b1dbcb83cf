//! The schema, one file a step; each goes up and down on SQLite and PostgreSQL.
//!
//! Habits: expand, then contract (old code runs while a step applies). Instants are BIGINT Unix milliseconds in UTC:
//! both databases compare and index them alike, and no text form of a time can sort wrongly. Identities are
//! BIGINT keys, so that what outsiders hold (device id, share id, token) can change its form without touching a row.

use sea_orm_migration::prelude::*;

mod keys;
mod m0001_devices;
mod m0002_measurements;
mod m0003_operation;
mod m0004_uplinks;
mod m0005_admins;
mod m0006_buildings;
mod m0007_uplink_evidence;
mod m0008_packet_loss;

/// All steps in their order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_devices::Step),
            Box::new(m0002_measurements::Step),
            Box::new(m0003_operation::Step),
            Box::new(m0004_uplinks::Step),
            Box::new(m0005_admins::Step),
            Box::new(m0006_buildings::Step),
            Box::new(m0007_uplink_evidence::Step),
            Box::new(m0008_packet_loss::Step),
        ]
    }
}

pub use sea_orm_migration::MigratorTrait;
