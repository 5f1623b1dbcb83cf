//! plotters' drawing backend that writes SVG: classes or literal colours, text measured by a fixed table.

use std::{convert::Infallible, fmt::Write};

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::{Size, Skin, ink};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Collects the elements of one drawing.
pub struct Svg<'a> {
    pub out: &'a mut String,
    pub size: Size,
    pub skin: Skin,
}

/// The width of a digit as a share of its size in the usual interface fonts (Helvetica: 0.556), and of narrow signs.
const ADVANCE: f64 = 0.56;
const ADVANCE_NARROW: f64 = 0.28;
/// From the middle of a line of text down to its base line, and from its top, as shares of the size.
const TO_BASE_FROM_MIDDLE: f64 = 0.36;
const TO_BASE_FROM_TOP: f64 = 0.76;

impl Svg<'_> {
    /// The attribute that paints an area or a line.
    fn paint(&mut self, what: &str, color: BackendColor) {
        // Writing to a string cannot fail.
        let _ = match self.skin {
            Skin::Page => write!(self.out, " class=\"{what}-{}\"", ink::class(color.rgb)),
            Skin::Paper => {
                let (r, g, b) = color.rgb;
                let other = if what == "fill" { "" } else { " fill=\"none\"" };
                write!(self.out, " {what}=\"#{r:02x}{g:02x}{b:02x}\"{other}")
            }
        };
    }

    fn path(&mut self, points: impl IntoIterator<Item = BackendCoord>, close: bool) {
        self.out.push_str("<path d=\"");
        for (i, (x, y)) in points.into_iter().enumerate() {
            let _ = write!(self.out, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
        }
        self.out.push_str(if close { "Z\"" } else { "\"" });
    }
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.size.width, self.size.height)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(point, (point.0 + 1, point.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.path(path, false);
        let _ = write!(self.out, " stroke-width=\"{}\"", style.stroke_width());
        self.paint("stroke", style.color());
        self.out.push_str("/>");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        self.path(vert, true);
        self.paint("fill", style.color());
        self.out.push_str("/>");
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (x0, y0): BackendCoord,
        (x1, y1): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (x0.min(x1), y0.min(y1));
        let (width, height) = ((x1 - x0).abs(), (y1 - y0).abs());
        let _ = write!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        self.paint(if fill { "fill" } else { "stroke" }, style.color());
        self.out.push_str("/>");
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let _ = write!(self.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"");
        self.paint(if fill { "fill" } else { "stroke" }, style.color());
        self.out.push_str("/>");
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        let down = match style.anchor().v_pos {
            VPos::Top => TO_BASE_FROM_TOP,
            VPos::Center => TO_BASE_FROM_MIDDLE,
            VPos::Bottom => 0.0,
        } * style.size();
        let y = y + down.round() as i32;
        let _ = write!(
            self.out,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"{}\"",
            style.size()
        );
        self.paint("fill", style.color());
        self.out.push('>');
        escape(self.out, text);
        self.out.push_str("</text>");
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((width(text, style.size()), style.size().ceil() as u32))
    }
}

/// How wide a text is, by the table.
pub fn width(text: &str, size: f64) -> u32 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            '.' | ',' | ':' | ' ' | '\u{202f}' | 'i' | 'l' | '|' | '\'' => ADVANCE_NARROW,
            _ => ADVANCE,
        })
        .sum();
    (ems * size).ceil() as u32
}

/// Text as it may stand in XML.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}
