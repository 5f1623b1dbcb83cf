//! Widgets that every page shares.

mod chart;
mod figure;
pub mod format;
mod live;
mod loaded;
mod moment;
mod page;
pub mod qr;
mod scrub;
mod strip;
mod tabs;

pub use chart::{Chart, ChartTable, as_table};
pub use figure::{Empty, Figure, Grade};
pub use live::on_live;
pub use loaded::{Height, Loaded, reason, set_status};
pub use moment::{Moment, Show, alive, local, offset_s, shown};
pub use page::Page;
pub use scrub::Scrub;
pub use strip::{Cell, CellState, Key, Strip};
pub use tabs::{Choice, Choices};
