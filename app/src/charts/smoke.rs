//! Smoke: how values were spread at each time, the common ones dark, the rare ones light, with gaps drawn as gaps.

use plotters::prelude::*;

use super::{
    Size, Skin, Tick,
    axis::{Plot, drawing, frame, nice_max},
    ink,
    lines::runs,
};
use crate::i18n::Locale;

/// Nine deciles, ascending.
pub type Deciles = [f64; 9];

/// The deciles between which each shade lies, the lightest first; the median is a line.
const SHADES: [(usize, usize); 4] = [(0, 8), (1, 7), (2, 6), (3, 5)];
const MEDIAN: usize = 4;

/// A spread over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Smoke {
    /// Both ends of the x axis.
    pub x: (f64, f64),
    /// Ascending; `None` is a gap.
    pub points: Vec<(f64, Option<Deciles>)>,
    /// Half of what a point stands for along x.
    pub half: f64,
    pub ticks: Vec<Tick>,
}

impl Smoke {
    /// The drawing.
    pub fn svg(&self, lang: Locale, size: Size, skin: Skin) -> String {
        let top = self.points.iter().filter_map(|(_, deciles)| deciles.map(|d| d[8])).fold(0.0, f64::max);
        drawing(size, skin, |area| {
            if let Some(plot) = frame(area, lang, size, self.x, nice_max(top), &self.ticks) {
                for mut run in runs(&self.points) {
                    // A lone point is as wide as what it stands for.
                    if let [(x, deciles)] = run[..] {
                        run = vec![(x - self.half, deciles), (x + self.half, deciles)];
                    }
                    // The backend writes to a string and cannot fail.
                    let _ = draw(&plot, &run);
                }
            }
        })
    }
}

fn draw(plot: &Plot<'_>, run: &[(f64, Deciles)]) -> Option<()> {
    for ((low, high), shade) in SHADES.into_iter().zip(&ink::HEAT) {
        let upper = run.iter().map(|(x, deciles)| (*x, deciles[high]));
        let lower = run.iter().rev().map(|(x, deciles)| (*x, deciles[low]));
        plot.draw(&Polygon::new(upper.chain(lower).collect::<Vec<_>>(), shade.color.filled())).ok()?;
    }
    let median: Vec<_> = run.iter().map(|(x, deciles)| (*x, deciles[MEDIAN])).collect();
    plot.draw(&PathElement::new(median, ink::ACCENT.color.stroke_width(2))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPREAD: Option<Deciles> = Some([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);

    fn svg(points: &[Option<Deciles>]) -> String {
        let points: Vec<_> = points.iter().enumerate().map(|(i, d)| (i as f64 + 0.5, *d)).collect();
        let x = (0.0, points.len() as f64);
        Smoke { x, points, half: 0.5, ticks: vec![] }.svg(Locale::en, Size::WIDE, Skin::Page)
    }

    #[test]
    fn no_smoke_crosses_a_gap_and_a_lone_point_is_seen() {
        let drawn = svg(&[SPREAD, SPREAD, None, None, SPREAD, None]);
        assert_eq!(drawn.matches("stroke-ink-accent").count(), 2, "{drawn}");
        for shade in 0..4 {
            assert_eq!(drawn.matches(&format!("fill-ink-heat-{shade}")).count(), 2, "{drawn}");
        }
        assert!(!drawn.contains("style="));
    }

    #[test]
    fn without_a_value_there_are_axes_alone() {
        let drawn = svg(&[None, None]);
        assert!(drawn.contains("<text") && !drawn.contains("fill-ink-heat"), "{drawn}");
    }
}
