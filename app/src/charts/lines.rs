//! A median line in its band p10–p90, with gaps drawn as gaps.

use plotters::prelude::*;

use super::{
    Size, Skin, Tick,
    axis::{Plot, drawing, frame, nice_max},
    ink,
};
use crate::i18n::Locale;

/// One point: its middle and its spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub low: f64,
    pub middle: f64,
    pub high: f64,
}

impl Spread {
    /// A point without a spread.
    pub const fn single(value: f64) -> Self {
        Self { low: value, middle: value, high: value }
    }
}

/// A line over time (or anything that ascends).
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// Both ends of the x axis.
    pub x: (f64, f64),
    /// Ascending; `None` is a gap.
    pub points: Vec<(f64, Option<Spread>)>,
    pub ticks: Vec<Tick>,
    /// The y axis reaches at least here (so that a live curve does not jump).
    pub at_least: f64,
}

impl Lines {
    /// The drawing.
    pub fn svg(&self, lang: Locale, size: Size, skin: Skin) -> String {
        let top =
            self.points.iter().filter_map(|(_, spread)| spread.map(|s| s.high)).fold(self.at_least, f64::max);
        drawing(size, skin, |area| {
            if let Some(plot) = frame(area, lang, size, self.x, nice_max(top), &self.ticks) {
                for run in runs(&self.points) {
                    // The backend writes to a string and cannot fail.
                    let _ = draw(&plot, &run);
                }
            }
        })
    }
}

/// The stretches without a gap in between.
pub(super) fn runs<T: Copy>(points: &[(f64, Option<T>)]) -> Vec<Vec<(f64, T)>> {
    let mut runs = vec![Vec::new()];
    for (x, value) in points {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((*x, *value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn draw(plot: &Plot<'_>, run: &[(f64, Spread)]) -> Option<()> {
    let middle = || run.iter().map(|(x, s)| (*x, s.middle));
    if let [(x, spread)] = run {
        let whisker = [(*x, spread.low), (*x, spread.high)];
        plot.draw(&PathElement::new(whisker, ink::BAND.color.stroke_width(4))).ok()?;
        return plot.draw(&Circle::new((*x, spread.middle), 3, ink::ACCENT.color.filled())).ok();
    }
    if run.iter().any(|(_, s)| s.high > s.low) {
        let upper = run.iter().map(|(x, s)| (*x, s.high));
        let lower = run.iter().rev().map(|(x, s)| (*x, s.low));
        plot.draw(&Polygon::new(upper.chain(lower).collect::<Vec<_>>(), ink::BAND.color.filled())).ok()?;
    }
    plot.draw(&PathElement::new(middle().collect::<Vec<_>>(), ink::ACCENT.color.stroke_width(2))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(values: &[Option<f64>]) -> Lines {
        let points = values.iter().enumerate().map(|(i, v)| (i as f64, v.map(Spread::single))).collect();
        Lines { x: (0.0, values.len() as f64), points, ticks: vec![], at_least: 0.0 }
    }

    #[test]
    fn no_line_crosses_a_gap() {
        let svg = lines(&[Some(1.0), Some(2.0), None, Some(2.0), Some(3.0), None, None, Some(1.0)]).svg(
            Locale::en,
            Size::WIDE,
            Skin::Page,
        );
        assert_eq!(svg.matches("stroke-ink-accent").count(), 2, "{svg}");
        assert_eq!(svg.matches("<circle").count(), 1, "a lone point is a point: {svg}");
    }

    #[test]
    fn the_page_carries_no_style_and_no_colour() {
        let svg = lines(&[Some(1.0), Some(2.0)]).svg(Locale::en, Size::NARROW, Skin::Page);
        assert!(!svg.contains("style=") && !svg.contains('#'), "{svg}");
        let paper = lines(&[Some(1.0), Some(2.0)]).svg(Locale::en, Size::NARROW, Skin::Paper);
        assert!(!paper.contains("class=") && paper.contains("#005d63"), "{paper}");
    }

    #[test]
    fn an_empty_line_draws_its_axes() {
        let svg = lines(&[None, None]).svg(Locale::en, Size::WIDE, Skin::Page);
        assert!(svg.contains("<text") && !svg.contains("stroke-ink-accent"));
    }
}
