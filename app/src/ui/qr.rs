//! A QR code as SVG: one path of dark squares on a light ground in either theme, since cameras want it so.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// The quiet zone that scanners need (ISO/IEC 18004: 4 modules).
const QUIET: usize = 4;

/// The drawing; none if the text is too long for a code.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (i, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (x, y) = (i % width + QUIET, i / width + QUIET);
        // Writing to a string cannot fail.
        let _ = write!(path, "M{x} {y}h1v1h-1z");
    }
    let side = width + 2 * QUIET;
    Some(format!(
        "<svg viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" aria-hidden=\"true\">\
         <rect class=\"ground\" width=\"{side}\" height=\"{side}\"/><path class=\"modules\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_three_finders_and_no_style() {
        let svg = svg("http://localhost:3000/settings?pair=ABCD2345").unwrap();
        assert!(svg.contains("M4 4h1v1h-1z"), "the first finder's corner");
        assert!(!svg.contains("style="));
        assert!(super::svg(&"x".repeat(5000)).is_none());
    }
}
