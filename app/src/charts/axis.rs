//! Few, round ticks: values from zero, hours and days on the viewer's clock; and the frame that draws them.

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{LETTERS, Size, Skin, backend::Svg, ink};
use crate::{i18n::Locale, ui::format};

/// A place on the x axis and what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub at: f64,
    pub words: String,
}

pub type Area<'a> = DrawingArea<Svg<'a>, Shift>;
pub type Plot<'a> = DrawingArea<Svg<'a>, Cartesian2d<RangedF64, RangedF64>>;
pub type RangedF64 = plotters::coord::types::RangedCoordf64;

/// A step of 1, 2 or 5 times a power of ten that cuts `max` into at most four.
fn nice_step(max: f64) -> f64 {
    let rough = (max / 4.0).max(1e-3);
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .iter()
        .map(|m| m * power)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(power * 10.0)
}

/// The end of the y axis: the first round tick at or above the largest value.
pub fn nice_max(max: f64) -> f64 {
    let max = if max.is_finite() && max > 0.0 { max } else { 1.0 };
    let step = nice_step(max);
    (max / step - 1e-9).ceil() * step
}

/// So many digits after the point tell ticks of a step apart.
fn digits(step: f64) -> usize {
    (-step.log10().floor()).max(0.0) as usize
}

const DAY_S: i64 = 86_400;

/// Ticks at round hours of the viewer's clock; instants in seconds, `offset_s` east of UTC.
pub fn hours_ticks((from, to): (i64, i64), offset_s: i64, n: i64) -> Vec<Tick> {
    let step = [1, 2, 3, 6, 12].into_iter().map(|h| h * 3600).find(|s| (to - from) / s <= n).unwrap_or(DAY_S);
    steps((from, to), offset_s, step, |local| {
        let minute = local.rem_euclid(DAY_S) / 60;
        format!("{:02}:{:02}", minute / 60, minute % 60)
    })
}

/// Ticks at local midnights.
pub fn days_ticks(lang: Locale, (from, to): (i64, i64), offset_s: i64, n: i64) -> Vec<Tick> {
    let days =
        [1, 2, 5, 7, 14, 30, 61, 91].into_iter().find(|d| (to - from) / (d * DAY_S) <= n).unwrap_or(182);
    steps((from, to), offset_s, days * DAY_S, |local| {
        let at = chrono::DateTime::from_timestamp(local, 0).unwrap_or_default();
        format::date(lang, at)
    })
}

fn steps((from, to): (i64, i64), offset_s: i64, step: i64, words: impl Fn(i64) -> String) -> Vec<Tick> {
    let first = (from + offset_s).div_euclid(step) * step + step;
    (0..=(to - from) / step)
        .map(|i| first + i * step)
        .filter(|local| local - offset_s <= to)
        .map(|local| Tick { at: (local - offset_s) as f64, words: words(local) })
        .collect()
}

/// Draws the grid and the labels and gives the area between them.
pub fn frame<'a>(
    area: &Area<'a>,
    lang: Locale,
    size: Size,
    x: (f64, f64),
    y_max: f64,
    ticks: &[Tick],
) -> Option<Plot<'a>> {
    let (left, top, right, bottom) = size.plot();
    let font = ("sans-serif", LETTERS).into_font();
    let label = |h, v| TextStyle::from(font.clone()).color(&ink::LABEL.color).pos(Pos::new(h, v));
    let step = nice_step(y_max);
    let lines = (y_max / step).round() as u32;
    for i in 0..=lines {
        let value = f64::from(i) * step;
        let y = bottom - ((bottom - top) as f64 * value / y_max).round() as i32;
        area.draw(&PathElement::new([(left, y), (right, y)], ink::GRID.color.stroke_width(1))).ok()?;
        let words = if i == 0 { "0".to_owned() } else { format::fixed(lang, value, digits(step)) };
        area.draw(&Text::new(words, (left - 8, y), label(HPos::Right, VPos::Center))).ok()?;
    }
    let mut free = 0;
    for tick in ticks.iter().filter(|tick| tick.at >= x.0 && tick.at <= x.1) {
        let place = left + ((right - left) as f64 * (tick.at - x.0) / (x.1 - x.0)).round() as i32;
        let half = super::backend::width(&tick.words, f64::from(LETTERS)) as i32 / 2;
        // A label that would touch its neighbour or leave the drawing is left out.
        if place - half < free || place + half > size.width as i32 {
            continue;
        }
        free = place + half + 12;
        area.draw(&Text::new(tick.words.clone(), (place, bottom + 10), label(HPos::Center, VPos::Top)))
            .ok()?;
    }
    let plot = area.clone().shrink((left, top), ((right - left) as u32, (bottom - top) as u32));
    let coordinates =
        Cartesian2d::<RangedF64, RangedF64>::new(x.0..x.1, 0.0..y_max, (left..right, bottom..top));
    Some(plot.apply_coord_spec(coordinates))
}

/// The whole drawing around what `draw` puts into it.
pub fn drawing(size: Size, skin: Skin, draw: impl FnOnce(&Area<'_>)) -> String {
    let mut body = String::new();
    {
        let area = Svg { out: &mut body, size, skin }.into_drawing_area();
        draw(&area);
    }
    let Size { width, height } = size;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\" \
         font-family=\"sans-serif\">{body}</svg>"
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.0, 1.0)]
    #[case(94.0, 100.0)]
    #[case(101.0, 150.0)]
    #[case(940.0, 1000.0)]
    #[case(7.0, 8.0)]
    #[case(f64::NAN, 1.0)]
    fn the_axis_ends_on_a_round_tick(#[case] max: f64, #[case] end: f64) {
        assert_eq!(nice_max(max), end);
    }

    #[rstest]
    #[case(25.0, 0)]
    #[case(1.0, 0)]
    #[case(0.5, 1)]
    #[case(0.02, 2)]
    fn ticks_of_a_step_are_told_apart(#[case] step: f64, #[case] expected: usize) {
        assert_eq!(digits(step), expected);
    }

    #[test]
    fn hours_stand_on_the_viewers_clock() {
        let ticks = hours_ticks((0, DAY_S), 5 * 3600 + 1800, 8);
        assert_eq!(ticks[0].words, "06:00");
        assert_eq!(ticks[0].at, 1800.0);
        assert!(ticks.len() <= 9);
    }
}
