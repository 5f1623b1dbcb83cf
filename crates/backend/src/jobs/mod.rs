//! What runs by itself: retention, checkpoints, sightings of gaps.
//!
//! Flow: one loop looks every few seconds at the list in `registry`, takes the row of a due job (the row is the lock,
//! so that of several instances one runs it), runs it, writes down how it went. Surprising rule: a job that fails is
//! tried again after a back-off; a lock that its holder never gave back ends by itself.

mod lease;
mod presence;
mod registry;
mod retention;
mod runner;

pub use lease::hold;
pub use presence::{find_gap, note_start};
pub(crate) use registry::JOBS;
pub use retention::{checkpoint, retain};
pub use runner::{run_due, start};
