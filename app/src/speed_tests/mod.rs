//! The speed test in the browser: the Test page, the shared result, and what carries the engine's decisions out.
//!
//! Flow: page → [`TestRun`] → driver (fetches, socket, timers) ⇄ `domain::speed_tests::engine` → `POST
//! /api/measurements`. Bytes never enter WASM: downloads are counted by `byteLength`, uploads are prepared Blobs.

mod curve;
#[cfg(feature = "hydrate")]
mod driver;
mod families;
#[cfg(feature = "ssr")]
pub mod preview;
mod progress;
mod result_view;
mod run;
mod share_page;
mod test_page;
mod words;

pub use run::deliver_later;
pub use share_page::SharePage;
pub use test_page::TestPage;
