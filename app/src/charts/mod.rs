//! Charts as SVG text, by plotters: the same drawing for the page (server and browser), print and preview images.
//!
//! Flow: data → [`Lines`], [`Smoke`], [`Bars`] or [`Calendar`] → `svg(size, skin)`. The page's skin has classes only (colours
//! come from the style sheet, in either theme), the paper's skin has literal colours.
//! Surprise: text is measured by a fixed table and never by the browser, so that both ends draw the same, and
//! nothing carries a `style` attribute, which the content security policy would block (crates.md risk 3).

mod axis;
mod backend;
mod bars;
mod calendar;
pub mod ink;
mod lines;
mod smoke;

pub use axis::{Tick, days_ticks, hours_ticks, nice_max};
pub use bars::{Bar, Bars};
pub use calendar::{Calendar, Day};
pub use ink::Skin;
pub use lines::{Lines, Spread};
pub use smoke::{Deciles, Smoke};

/// The drawing's size in its own units (CSS pixels at scale 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// For columns from 544 px up.
    pub const WIDE: Self = Self { width: 720, height: 280 };
    /// For phones, so that the letters keep their size.
    pub const NARROW: Self = Self { width: 340, height: 240 };

    /// The plot without its labels: left, top, right, bottom.
    pub const fn plot(self) -> (i32, i32, i32, i32) {
        (LEFT, TOP, self.width as i32 - RIGHT, self.height as i32 - BOTTOM)
    }
}

/// Room for the labels of the y axis ("1000"), the upper half line, the last label's right half, the x labels.
const LEFT: i32 = 40;
const TOP: i32 = 10;
const RIGHT: i32 = 14;
const BOTTOM: i32 = 26;
/// The size of every letter in a chart.
const LETTERS: i32 = 12;
