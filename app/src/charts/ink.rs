//! The inks of a chart: one list, two skins.

use plotters::style::RGBColor;

/// Where the drawing will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skin {
    /// In a page: classes, coloured by the style sheet.
    Page,
    /// Alone (print, preview image): literal colours, the light theme's in sRGB.
    Paper,
}

/// An ink: the class of the page's skin is its name. plotters passes colours, not classes, so each ink has its own.
pub struct Ink {
    pub class: &'static str,
    pub color: RGBColor,
}

/// Median lines and bars.
pub const ACCENT: Ink = Ink { class: "ink-accent", color: RGBColor(0x00, 0x5d, 0x63) };
/// The band p10–p90.
pub const BAND: Ink = Ink { class: "ink-band", color: RGBColor(0xb6, 0xd9, 0xda) };
/// Grid lines.
pub const GRID: Ink = Ink { class: "ink-grid", color: RGBColor(0xd2, 0xd7, 0xda) };
/// Labels.
pub const LABEL: Ink = Ink { class: "ink-label", color: RGBColor(0x54, 0x5e, 0x64) };
/// A mark that must be seen: the median of a distribution.
pub const MARK: Ink = Ink { class: "ink-mark", color: RGBColor(0x12, 0x1c, 0x22) };
/// Five steps of a heat map, from little to much.
pub const HEAT: [Ink; 5] = [
    Ink { class: "ink-heat-0", color: RGBColor(0xe3, 0xee, 0xee) },
    Ink { class: "ink-heat-1", color: RGBColor(0xb9, 0xd6, 0xd7) },
    Ink { class: "ink-heat-2", color: RGBColor(0x84, 0xb2, 0xb5) },
    Ink { class: "ink-heat-3", color: RGBColor(0x43, 0x88, 0x8d) },
    Ink { class: "ink-heat-4", color: RGBColor(0x00, 0x5e, 0x64) },
];
/// States, as the strips have them.
pub const UP: Ink = Ink { class: "ink-up", color: RGBColor(0x1d, 0x8a, 0x55) };
pub const DEGRADED: Ink = Ink { class: "ink-degraded", color: RGBColor(0xc0, 0x7c, 0x12) };
pub const DOWN: Ink = Ink { class: "ink-down", color: RGBColor(0xb8, 0x33, 0x0c) };
/// No data: drawn as an outline.
pub const NONE: Ink = Ink { class: "ink-none", color: RGBColor(0x8e, 0x95, 0x99) };

const ALL: [&Ink; 14] = [
    &ACCENT, &BAND, &GRID, &LABEL, &MARK, &HEAT[0], &HEAT[1], &HEAT[2], &HEAT[3], &HEAT[4], &UP, &DEGRADED,
    &DOWN, &NONE,
];

/// The class of a colour that came through plotters.
pub fn class((r, g, b): (u8, u8, u8)) -> &'static str {
    ALL.iter()
        .find(|ink| (ink.color.0, ink.color.1, ink.color.2) == (r, g, b))
        .map_or("ink-label", |ink| ink.class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ink_is_told_from_every_other() {
        for ink in ALL {
            assert_eq!(class((ink.color.0, ink.color.1, ink.color.2)), ink.class);
        }
    }
}
