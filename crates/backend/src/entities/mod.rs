//! Rows by table, in SeaORM 2.0's form. Instants are Unix milliseconds (`db::time` converts); what a column is for
//! stands in the migrations. Entities are by table, queries by slice.

pub mod admin;
pub mod admin_recovery_code;
pub mod admin_session;
pub mod audit;
pub mod building;
pub mod building_endpoint;
pub mod building_hour;
pub mod building_minute;
pub mod building_note;
pub mod building_outage;
pub mod device;
pub mod device_key;
pub mod household;
pub mod job;
pub mod lockout;
pub mod measurement;
pub mod packet_loss_run;
pub mod pair_code;
pub mod provider;
pub mod rollup;
pub mod sample;
pub mod server_gap;
pub mod speed_session;
pub mod uplink;
pub mod uplink_fault;
pub mod uplink_minute;
pub mod uplink_pin;
pub mod uplink_rollup;
pub mod uplink_round;
pub mod uplink_trace;
