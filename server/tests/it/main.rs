//! The program as its operator meets it: roles, what stops it at the start, what it writes into its log.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod boot;
mod door;
mod overlay;
mod program;
mod redaction;
mod roles;
mod tls;
