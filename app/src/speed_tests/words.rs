//! A result in words: the sentence that speaks first, and the reasons of grades.

use domain::measurements::{Grade, GradeReason, Grades, InvalidReason, MeasurementResult, Metric};

use crate::{
    i18n::{Locale, td_string},
    ui::format,
};

/// An increase of latency above this is felt by everybody on the line (grade C begins here).
const FELT_MS: f64 = 60.0;

/// The result as one or two sentences.
pub fn sentence(lang: Locale, result: &MeasurementResult) -> String {
    if let Some(reason) = result.detail.invalid_reason {
        return td_string!(lang, test.not_counted, why = invalid(lang, reason));
    }
    if result.measurement.method == "failed" {
        return td_string!(lang, test.failed_run).to_owned();
    }
    let good = good_for(lang, &result.detail.grades);
    match stutter(lang, result) {
        Some(stutter) => format!("{good} {stutter}"),
        None => good,
    }
}

/// What the line is good for; nothing is called too slow that no grade says so of.
fn good_for(lang: Locale, grades: &Grades) -> String {
    let films = grades.streaming.as_ref().map(|g| g.grade);
    let (films_word, films_good) = match films {
        Some(grade) if grade >= Grade::A => (td_string!(lang, test.use_streaming), true),
        grade => (td_string!(lang, test.use_hd), grade.is_some_and(|grade| grade >= Grade::C)),
    };
    let uses = [
        (&grades.calls, td_string!(lang, test.use_calls)),
        (&grades.gaming, td_string!(lang, test.use_gaming)),
        (&grades.work, td_string!(lang, test.use_work)),
    ];
    let uses = uses.into_iter().filter_map(|(grade, word)| Some((word, grade.as_ref()?.grade >= Grade::B)));
    let graded: Vec<(&str, bool)> = films.map(|_| (films_word, films_good)).into_iter().chain(uses).collect();
    let named = |good: bool| -> Vec<&str> {
        graded.iter().filter(|(_, is_good)| *is_good == good).map(|(word, _)| *word).collect()
    };
    match (list(lang, &named(true)), list(lang, &named(false))) {
        (Some(uses), _) => td_string!(lang, test.good_for, uses = uses),
        (None, Some(uses)) => td_string!(lang, test.too_slow_for, uses = uses),
        (None, None) => td_string!(lang, test.not_graded).to_owned(),
    }
}

/// "a, b and c".
fn list(lang: Locale, words: &[&str]) -> Option<String> {
    let (last, rest) = words.split_last()?;
    if rest.is_empty() {
        return Some((*last).to_owned());
    }
    Some(format!("{} {} {last}", rest.join(", "), td_string!(lang, test.and)))
}

fn stutter(lang: Locale, result: &MeasurementResult) -> Option<&'static str> {
    let bloat = result.detail.bufferbloat.as_ref()?;
    let up = bloat.up_ms.map_or(0.0, |ms| ms - bloat.idle_ms);
    let down = bloat.down_ms.map_or(0.0, |ms| ms - bloat.idle_ms);
    match (up >= FELT_MS && up >= down, down >= FELT_MS) {
        (true, _) => Some(td_string!(lang, test.bloat_up)),
        (false, true) => Some(td_string!(lang, test.bloat_down)),
        (false, false) => None,
    }
}

/// Why a run counts nowhere.
pub fn invalid(lang: Locale, reason: InvalidReason) -> &'static str {
    match reason {
        InvalidReason::HiddenTab => td_string!(lang, test.invalid_hidden_tab),
        InvalidReason::Offline => td_string!(lang, test.invalid_offline),
        InvalidReason::ConnectionChanged => td_string!(lang, test.invalid_connection_changed),
        InvalidReason::AddressChanged => td_string!(lang, test.invalid_address_changed),
        InvalidReason::TooFewSamples => td_string!(lang, test.invalid_too_few_samples),
        InvalidReason::ServerWasTheLimit => td_string!(lang, test.invalid_server_was_the_limit),
        InvalidReason::ServerUnreachable => td_string!(lang, test.invalid_server_unreachable),
    }
}

/// What kept a grade from the next better one.
pub fn reason(lang: Locale, reason: &GradeReason) -> String {
    let (value, limit) = (format::number(lang, reason.value), format::number(lang, reason.limit));
    match reason.metric {
        Metric::Download => td_string!(lang, test.needs_download, value = value, limit = limit),
        Metric::Upload => td_string!(lang, test.needs_upload, value = value, limit = limit),
        Metric::LoadedPing => td_string!(lang, test.needs_loaded_ping, value = value, limit = limit),
        Metric::Ping => td_string!(lang, test.needs_ping, value = value, limit = limit),
        Metric::Jitter => td_string!(lang, test.needs_jitter, value = value, limit = limit),
    }
}

#[cfg(test)]
mod tests {
    use domain::measurements::UseGrade;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::all(["A+", "A", "A", "A"], "Good for 4K films, calls, games and work from home.")]
    #[case::some(["C", "A", "F", "D"], "Good for films in HD and calls.")]
    #[case::none_of_them(["F", "D", "F", "F"], "Too slow for films in HD, calls, games and work from home.")]
    #[case::only_what_was_graded(["", "F", "", ""], "Too slow for calls.")]
    #[case::nothing_graded(["", "", "", ""], "Measured, but not enough to say what it is good for.")]
    fn what_a_line_is_good_for(#[case] grades: [&str; 4], #[case] expected: &str) {
        let [streaming, calls, gaming, work] = grades.map(|grade| {
            let grade = serde_json::from_value(serde_json::json!(grade)).ok()?;
            Some(UseGrade { grade, reasons: vec![] })
        });
        assert_eq!(good_for(Locale::en, &Grades { calls, gaming, streaming, work }), expected);
    }
}
