//! What a link to a shared result shows where it is posted: a card as a drawing, and the tags that name it.
//!
//! Who reads the tags and asks for the picture is a program without a language, so both speak English.

use std::fmt::Write;

use chrono::Datelike;
use domain::measurements::{Grade, MeasurementResult, UseGrade};
use leptos::{html::meta, prelude::*};
use plotters::style::RGBColor;

use super::words;
use crate::{
    charts::ink,
    i18n::{Locale, td_string},
    ui::format,
};

const LANG: Locale = Locale::en;
/// The size that the readers of Open Graph tags show whole.
pub const WIDTH: u32 = 1200;
/// See [`WIDTH`].
pub const HEIGHT: u32 = 630;
/// The free edge, and the columns of figures and of grades.
const EDGE: u32 = 72;
const THIRD: u32 = 372;
const QUARTER: u32 = 272;
/// So many letters of the sentence fit a line, so many of a name.
const LINE: usize = 62;
const NAME: usize = 48;

/// The tags of a shared result, with whole addresses. Handed to the shell by context before anything is drawn: the
/// head is not hydrated, so they may not depend on a resource.
#[derive(Clone, Debug)]
pub struct Preview {
    title: String,
    description: String,
    page: String,
    image: String,
}

impl Preview {
    /// `page` is the whole address of the shared page.
    pub fn new(result: &MeasurementResult, page: String) -> Self {
        let m = &result.measurement;
        let figure = |value, unit| format::with_unit(LANG, value, unit);
        Self {
            title: format!(
                "↓ {} · ↑ {} · {}",
                figure(m.download_speed, "Mbit/s"),
                figure(m.upload_speed, "Mbit/s"),
                figure(m.ping, "ms")
            ),
            description: format!("{} {}", words::sentence(LANG, result), source(result)),
            image: format!("{page}/preview.png"),
            page,
        }
    }

    /// The tags.
    pub fn tags(self) -> impl IntoView {
        let open =
            |property: &'static str, content: String| meta().attr("property", property).content(content);
        let named = |name: &'static str, content: String| meta().name(name).content(content);
        let alt = format!("{}. {}", self.title, self.description);
        (
            (
                open("og:type", "website".to_owned()),
                open("og:site_name", "Steadyline".to_owned()),
                open("og:title", self.title.clone()),
                open("og:description", self.description.clone()),
                open("og:url", self.page),
                open("og:image", self.image.clone()),
                open("og:image:width", WIDTH.to_string()),
                open("og:image:height", HEIGHT.to_string()),
                open("og:image:alt", alt),
            ),
            (
                named("twitter:card", "summary_large_image".to_owned()),
                named("twitter:title", self.title),
                named("twitter:description", self.description),
                named("twitter:image", self.image),
            ),
        )
    }
}

/// "21 Nov 2026 · Northnet · IPv4"
fn source(result: &MeasurementResult) -> String {
    let m = &result.measurement;
    let day = format!("{} {}", format::date(LANG, m.timestamp), m.timestamp.year());
    let isp = m.isp.as_deref().map(|name| name.chars().take(NAME).collect());
    let family = m.ip_version.map(|version| format!("IPv{version}"));
    [Some(day), isp, family].into_iter().flatten().collect::<Vec<String>>().join(" · ")
}

/// The card as SVG.
pub fn card(result: &MeasurementResult) -> String {
    let m = &result.measurement;
    let mut svg = Card(String::new());
    svg.text(EDGE, 108, 40, ink::ACCENT.color, "Steadyline");
    let figures = [
        (td_string!(LANG, test.download), m.download_speed, "Mbit/s"),
        (td_string!(LANG, test.upload), m.upload_speed, "Mbit/s"),
        (td_string!(LANG, test.ping), m.ping, "ms"),
    ];
    for ((label, value, unit), column) in figures.into_iter().zip(0..) {
        let x = EDGE + column * THIRD;
        svg.text(x, 196, 28, ink::LABEL.color, label);
        let number = value.map_or_else(|| "–".to_owned(), |value| format::number(LANG, value));
        svg.figure(x, 292, &number, unit);
    }
    for (line, i) in wrapped(&words::sentence(LANG, result)).iter().zip(0..) {
        svg.text(EDGE, 368 + i * 44, 32, ink::MARK.color, line);
    }
    let grades = &result.detail.grades;
    let uses = [
        (td_string!(LANG, test.calls), &grades.calls),
        (td_string!(LANG, test.gaming), &grades.gaming),
        (td_string!(LANG, test.streaming), &grades.streaming),
        (td_string!(LANG, test.work), &grades.work),
    ];
    for ((label, grade), column) in uses.into_iter().zip(0..) {
        if let Some(UseGrade { grade, .. }) = grade {
            let x = EDGE + column * QUARTER;
            svg.text(x, 488, 26, ink::LABEL.color, label);
            svg.text(x, 536, 44, tone(*grade), grade.label());
        }
    }
    svg.text(EDGE, 594, 26, ink::LABEL.color, &source(result));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"Open Sans\"><rect width=\"100%\" height=\"100%\" fill=\"#fbfcfc\"/>{}</svg>",
        svg.0
    )
}

fn tone(grade: Grade) -> RGBColor {
    match grade.tone() {
        "up" => ink::UP.color,
        "degraded" => ink::DEGRADED.color,
        _ => ink::DOWN.color,
    }
}

struct Card(String);

impl Card {
    fn text(&mut self, x: u32, y: u32, size: u32, color: RGBColor, text: &str) {
        // Writing to a string cannot fail.
        let _ = write!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{}\">{}</text>",
            hex(color),
            escaped(text)
        );
    }

    /// A large number with its small unit behind.
    fn figure(&mut self, x: u32, y: u32, number: &str, unit: &str) {
        let _ = write!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"88\" fill=\"{}\">{}\
             <tspan dx=\"10\" font-size=\"32\" fill=\"{}\">{unit}</tspan></text>",
            hex(ink::MARK.color),
            escaped(number),
            hex(ink::LABEL.color)
        );
    }
}

fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A provider's name is the operator's or a table's, and may hold anything.
fn escaped(text: &str) -> String {
    let plain = |c: &char| !c.is_control();
    text.chars().filter(plain).fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
        out
    })
}

/// The sentence in at most two lines.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > LINE {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.truncate(2);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(isp: &str) -> MeasurementResult {
        let grade = serde_json::json!({ "grade": "A+", "reasons": [] });
        serde_json::from_value(serde_json::json!({
            "id": 4711, "timestamp": "2026-11-21T12:00:00Z", "download_speed": 94.2, "upload_speed": 38.0, "ping": 18.2,
            "isp": isp, "location": null, "latitude": null, "longitude": null, "is_outage": false, "connections": 4,
            "source": "browser", "method": "full", "valid": true, "bytes_used": 1, "ip_version": 6, "share_id": "secret",
            "grades": { "calls": grade, "gaming": null, "streaming": grade, "work": null }, "spread": {},
        }))
        .unwrap()
    }

    #[test]
    fn the_card_has_the_figures_the_grades_the_date_and_the_provider() {
        let svg = card(&shared("Northnet"));
        for text in [
            "Download",
            ">94<",
            "Mbit/s",
            ">38<",
            ">18.2<",
            "ms",
            "Video calls",
            ">A+<",
            "21 Nov 2026 · Northnet · IPv6",
        ] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
        assert!(!svg.contains("Games"), "without a grade there is no column: {svg}");
        assert!(!svg.contains("4711") && !svg.contains("secret"), "{svg}");
    }

    #[test]
    fn a_name_cannot_break_the_drawing() {
        let svg = card(&shared("<script>&\u{0}"));
        assert!(svg.contains("&lt;script&gt;&amp; ") && !svg.contains('\u{0}'), "{svg}");
    }

    #[test]
    fn a_long_sentence_takes_two_lines() {
        let lines = wrapped(&"word ".repeat(60));
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= LINE));
    }
}
