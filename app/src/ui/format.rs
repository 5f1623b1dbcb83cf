//! Numbers, units, durations and dates as people read them, in the language of the page.

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::i18n::{Locale, td_string};

/// The thin space between a number and its unit (U+202F, which does not break).
pub const THIN: char = '\u{202f}';

/// A number with two or three significant digits: `0.42`, `9.4`, `94`, `940`.
pub fn number(lang: Locale, value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => usize::from(v < 20.0),
        v if v >= 0.995 => 1,
        _ => 2,
    };
    fixed(lang, value, digits)
}

/// A number with exactly so many digits after the point (or comma).
pub fn fixed(lang: Locale, value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = if digits > 0 && text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) {
        "0".to_owned()
    } else {
        text
    };
    in_language(lang, text)
}

/// A number with the language's sign between units and tenths.
fn in_language(lang: Locale, text: String) -> String {
    match lang {
        Locale::en => text,
        Locale::de => text.replace('.', ","),
    }
}

/// A figure inside a sentence, in the language's form: as the API's own sentences have it.
pub fn said(lang: Locale, value: f64) -> String {
    in_language(lang, domain::stats::significant(value))
}

/// A share inside a sentence: whole numbers, but never "100 %" for what is not all of it.
pub fn share_said(lang: Locale, value: f64) -> String {
    in_language(lang, domain::stats::per_cent(value))
}

/// A whole number with thin spaces between groups of three.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && digits.len() > 4 {
            out.push(THIN);
        }
        out.push(digit);
    }
    out
}

/// A number and its unit; "no data" without one.
pub fn with_unit(lang: Locale, value: Option<f64>, unit: &str) -> String {
    match value {
        Some(value) => format!("{}{THIN}{unit}", number(lang, value)),
        None => td_string!(lang, shell.no_data).to_owned(),
    }
}

/// A share in per cent; close to 100 it keeps the digits that matter (`99.95 %`).
pub fn percent(lang: Locale, value: f64) -> String {
    let digits = match value {
        v if (99.0..99.995).contains(&v) => 2,
        v if (90.0..99.0).contains(&v) || (0.005..10.0).contains(&v) => 1,
        _ => 0,
    };
    format!("{}{THIN}%", fixed(lang, value, digits))
}

/// A change in per cent with its sign.
pub fn change(lang: Locale, value: f64) -> String {
    let sign = if value > 0.0 {
        "+"
    } else if value < 0.0 {
        "−"
    } else {
        "±"
    };
    format!("{sign}{}{THIN}%", fixed(lang, value.abs(), usize::from(value.abs() < 9.95)))
}

/// A duration in its largest fitting unit: "23 minutes", "2 hours", "3 days".
pub fn duration(lang: Locale, seconds: i64) -> String {
    let minutes = (seconds.max(0) + 30) / 60;
    match minutes {
        0 | 1 => td_string!(lang, shell.minute).to_owned(),
        2..120 => td_string!(lang, shell.minutes, n = minutes),
        120..2880 => td_string!(lang, shell.hours, n = (minutes + 30) / 60),
        _ => td_string!(lang, shell.days, n = (minutes + 720) / 1440),
    }
}

/// How long ago: "just now", "23 minutes ago".
pub fn age(lang: Locale, seconds: i64) -> String {
    if seconds < 45 {
        return td_string!(lang, shell.now_word).to_owned();
    }
    td_string!(lang, shell.ago, time = duration(lang, seconds))
}

const MONTHS_EN: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS_DE: [&str; 12] =
    ["Jan.", "Feb.", "März", "April", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];

/// A month's short name; the first is 0.
pub fn month(lang: Locale, month0: u32) -> &'static str {
    let month = month0.min(11) as usize;
    match lang {
        Locale::en => MONTHS_EN[month],
        Locale::de => MONTHS_DE[month],
    }
}

/// A day: "21 Nov", "21. Nov.".
pub fn day(lang: Locale, month0: u32, day: u32) -> String {
    let point = if lang == Locale::de { "." } else { "" };
    format!("{day}{point} {}", month(lang, month0))
}

/// The clock of an instant in UTC: "19:42".
pub fn clock(at: DateTime<Utc>) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// The day of an instant in UTC.
pub fn date(lang: Locale, at: DateTime<Utc>) -> String {
    day(lang, at.month0(), at.day())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.0, "0")]
    #[case(0.42, "0.42")]
    #[case(0.996, "1.0")]
    #[case(9.44, "9.4")]
    #[case(9.999, "10.0")]
    #[case(18.24, "18.2")]
    #[case(94.3, "94")]
    #[case(99.96, "100")]
    #[case(940.4, "940")]
    fn numbers_have_two_or_three_digits(#[case] value: f64, #[case] text: &str) {
        assert_eq!(number(Locale::en, value), text);
    }

    #[rstest]
    #[case(Locale::en, 99.953, "99.95\u{202f}%")]
    #[case(Locale::de, 97.25, "97,2\u{202f}%")]
    #[case(Locale::en, 100.0, "100\u{202f}%")]
    #[case(Locale::en, 0.0, "0\u{202f}%")]
    fn shares_keep_the_digits_that_matter(#[case] lang: Locale, #[case] value: f64, #[case] text: &str) {
        assert_eq!(percent(lang, value), text);
    }

    #[rstest]
    #[case(10, "just now")]
    #[case(60, "1 minute ago")]
    #[case(23 * 60, "23 minutes ago")]
    #[case(3 * 3600, "3 hours ago")]
    #[case(5 * 86400, "5 days ago")]
    fn ages_are_said_as_people_say_them(#[case] seconds: i64, #[case] text: &str) {
        assert_eq!(age(Locale::en, seconds), text);
    }

    #[test]
    fn groups_of_three() {
        assert_eq!(count(1234), "1234");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
