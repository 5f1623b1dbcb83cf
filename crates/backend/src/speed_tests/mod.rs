//! Speed tests on the server's side: who may test, the bytes, what this server itself saw of them.
//!
//! Flow: session (token, admission, queue) → socket, download, upload → the server's log every 100 ms → the log is kept
//! → the result is posted, judged against the log and stored. Surprising: a result is believed only as far as the log
//! supports it, and the log lives in the database, so a finished run can be handed in days later or after a restart.
//!
//! Threats: a client may send nothing, endlessly, slowly, or leave; a token may be guessed, shared, replayed. Each test
//! has caps of bytes, seconds and streams; each address has a cap of tests; who stalls is cut off when its test is over;
//! a token is signed, opens its byte paths only while its test lives, and is spent on one result.

mod api;
mod bandwidth;
pub mod bytes;
mod desk;
mod line;
mod server_run;
mod socket;
mod store;
mod submit;
mod test;
mod token;

pub use desk::{GuestPass, Speed};
pub use line::Line;
pub use server_run::test_lines;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// What goes through the ordinary limits.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::create_speed_session))
        .routes(routes!(server_run::create_server_test))
        .routes(routes!(submit::create_measurement))
}

/// What has caps of bytes, seconds and concurrency of its own, and no limit of body or calls.
pub fn byte_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::download_speed_bytes))
        .routes(routes!(api::upload_speed_bytes))
        .routes(routes!(socket::open_speed_socket))
        .routes(routes!(bandwidth::download_bandwidth_probe, bandwidth::upload_bandwidth_probe))
}
