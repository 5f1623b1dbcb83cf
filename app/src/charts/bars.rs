//! Bars side by side: a distribution, with its middle marked.

use plotters::prelude::*;

use super::{
    Size, Skin, Tick,
    axis::{drawing, frame, nice_max},
    ink,
};
use crate::i18n::Locale;

/// One bar from `from` to `to` on the x axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub from: f64,
    pub to: f64,
    pub value: f64,
}

/// A row of bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    pub bars: Vec<Bar>,
    /// Where a line marks the middle.
    pub mark: Option<f64>,
    pub ticks: Vec<Tick>,
}

impl Bars {
    /// Both ends of the x axis.
    pub fn x(&self) -> (f64, f64) {
        let from = self.bars.first().map_or(0.0, |bar| bar.from);
        let to = self.bars.last().map_or(1.0, |bar| bar.to);
        if to > from { (from, to) } else { (from - 0.5, from + 0.5) }
    }

    /// The drawing.
    pub fn svg(&self, lang: Locale, size: Size, skin: Skin) -> String {
        let top = self.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        let x = self.x();
        drawing(size, skin, |area| {
            let Some(plot) = frame(area, lang, size, x, nice_max(top), &self.ticks) else { return };
            for bar in &self.bars {
                let mut shape =
                    Rectangle::new([(bar.from, 0.0), (bar.to, bar.value)], ink::ACCENT.color.filled());
                shape.set_margin(0, 0, 1, 1);
                // The backend writes to a string and cannot fail.
                let _ = plot.draw(&shape);
            }
            if let Some(at) = self.mark {
                let line = [(at, 0.0), (at, nice_max(top))];
                let _ = plot.draw(&PathElement::new(line, ink::MARK.color.stroke_width(2)));
            }
        })
    }
}
