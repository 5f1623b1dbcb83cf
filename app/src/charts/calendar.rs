//! Days as a calendar: weeks across, weekdays down, one ink a level, an outline where nothing was measured.

use chrono::{Datelike, NaiveDate};
use plotters::{
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{LETTERS, Size, Skin, axis::drawing, ink};
use crate::{i18n::Locale, ui::format};

/// One day: its level, or none without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub date: NaiveDate,
    pub level: Option<u8>,
}

/// A calendar of days, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub days: Vec<Day>,
    /// The levels are states (down, degraded, …) rather than amounts.
    pub states: bool,
}

/// A day's square with its gap, and the room above for the months.
const STEP: i32 = 16;
const SQUARE: i32 = 13;
const HEAD: i32 = 20;

impl Calendar {
    /// How many weeks (from Monday) it spans.
    fn weeks(&self) -> i32 {
        match (self.days.first(), self.days.last()) {
            (Some(first), Some(last)) => Self::place(last.date, first.date).0 + 1,
            _ => 1,
        }
    }

    fn place(date: NaiveDate, first: NaiveDate) -> (i32, i32) {
        let lead = first.weekday().num_days_from_monday() as i32;
        let day = (date - first).num_days() as i32 + lead;
        (day / 7, day % 7)
    }

    fn ink(&self, level: u8) -> &'static ink::Ink {
        match (self.states, level) {
            (true, 0) => &ink::DOWN,
            (true, 1) => &ink::DEGRADED,
            (true, 2) => &ink::HEAT[2],
            (true, _) => &ink::UP,
            (false, level) => &ink::HEAT[usize::from(level.min(4))],
        }
    }

    /// The drawing, as wide as its weeks.
    pub fn svg(&self, lang: Locale, skin: Skin) -> String {
        let size = Size { width: (self.weeks() * STEP) as u32, height: (7 * STEP + HEAD) as u32 };
        let label = TextStyle::from(("sans-serif", LETTERS).into_font())
            .color(&ink::LABEL.color)
            .pos(Pos::new(HPos::Left, VPos::Top));
        drawing(size, skin, |area| {
            let Some(first) = self.days.first().map(|day| day.date) else { return };
            let mut month = None;
            let mut free = 0;
            for day in &self.days {
                let (week, weekday) = Self::place(day.date, first);
                let (x, y) = (week * STEP, weekday * STEP + HEAD);
                // A month's name stands over its first whole week, if there is room for it.
                let fits = week >= free && (week + 2) * STEP <= size.width as i32;
                if weekday == 0 && month != Some(day.date.month0()) && fits {
                    month = Some(day.date.month0());
                    free = week + 3;
                    let words = format::month(lang, day.date.month0());
                    let _ = area.draw(&Text::new(words, (x, 0), label.clone()));
                }
                let corners = [(x, y), (x + SQUARE, y + SQUARE)];
                // The backend writes to a string and cannot fail.
                let _ = match day.level {
                    Some(level) => area.draw(&Rectangle::new(corners, self.ink(level).color.filled())),
                    None => area.draw(&Rectangle::new(corners, ink::NONE.color.stroke_width(1))),
                };
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_data_is_an_outline() {
        let first = NaiveDate::from_ymd_opt(2026, 3, 30).unwrap();
        let days =
            (0..14).map(|i| Day { date: first + chrono::Days::new(i), level: (i % 2 == 0).then_some(2) });
        let svg = Calendar { days: days.collect(), states: false }.svg(Locale::en, Skin::Page);
        assert_eq!(svg.matches("fill-ink-heat-2").count(), 7);
        assert_eq!(svg.matches("stroke-ink-none").count(), 7);
    }
}
