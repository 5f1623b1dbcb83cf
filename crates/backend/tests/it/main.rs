//! API tests: one binary, one file a slice; each test has its own server state and its own database.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod access;
mod admin;
mod app;
mod backup;
mod bgp;
mod buildings;
mod buildings_admin;
mod canary;
mod diagnostics;
mod diagnostics_stream;
mod dns_zone;
mod evidence;
mod faults;
mod foreign_clients;
mod history;
mod house;
mod isps;
mod jobs;
mod kill;
mod live;
mod me;
mod measurements;
mod migrations;
mod openapi;
mod overlay;
mod own_speed_tests;
mod providers;
mod seed;
mod self_health;
mod speed_results;
mod speed_tests;
mod ssrf;
mod storage;
mod uplink_evidence;
mod uplinks;
