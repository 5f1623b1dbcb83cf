//! What a device's past says: averages, grades, comparisons, calendars, contract, the week in words.
//!
//! Flow: rollup rows → facts of a window, a local day, a local hour → a rule here → the wire type beside it.
//! Surprise: the rules know no time zone. Days and hours arrive as local keys; storage makes them with chrono-tz.

mod endpoints;
mod queries;

pub mod calendar;
pub mod change;
pub mod contract;
pub mod distribution;
pub mod facts;
pub mod grades;
pub mod series;
pub mod stats;
pub mod weekly;

pub use endpoints::*;
pub use queries::*;
