//! One line, from cycle to cycle: down after two without an answer, up after one with (measurement.md §4).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// So many cycles without an answer are down.
pub const DOWN_AFTER: u32 = 2;

/// How a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Nobody asked yet, or nobody could ask.
    #[default]
    Unknown,
    /// It answers.
    Up,
    /// It does not.
    Down,
}

/// What is known of a line between two cycles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// How it is.
    pub state: LineState,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// Cycles without an answer in a row.
    pub failed: u32,
    /// When it last answered.
    pub last_seen: Option<DateTime<Utc>>,
    /// When it went from up to down, while it is down since.
    pub fell_at: Option<DateTime<Utc>>,
}

/// What a cycle heard of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// One of the tries was answered.
    Answer,
    /// None was.
    Silence,
    /// Nobody could ask: this server's own lines are down, or it was away.
    Nothing,
}

impl LineState {
    /// As it stands in rows and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// Reads what [`Self::word`] wrote; what is not known says nothing.
    pub fn from_word(word: &str) -> Self {
        [Self::Up, Self::Down].into_iter().find(|state| state.word() == word).unwrap_or_default()
    }
}

/// The line after a cycle.
#[must_use]
pub fn next(mut line: Line, heard: Heard, at: DateTime<Utc>) -> Line {
    let before = line.state;
    match heard {
        Heard::Answer => {
            line = Line { state: LineState::Up, failed: 0, last_seen: Some(at), fell_at: None, ..line }
        }
        Heard::Silence => {
            line.failed = line.failed.saturating_add(1);
            if line.failed >= DOWN_AFTER && before != LineState::Down {
                line.state = LineState::Down;
                // Who was not up did not fall: that it is down is all that is known.
                line.fell_at = (before == LineState::Up).then_some(at);
            }
        }
        Heard::Nothing => line = Line { state: LineState::Unknown, failed: 0, fell_at: None, ..line },
    }
    if line.state != before || line.since.is_none() {
        line.since = Some(at);
    }
    line
}

/// Whether a line is to be forgotten: it is down, and did not answer for so many days. Each answer moves this.
pub fn is_expired(line: &Line, joined_at: DateTime<Utc>, expire_days: u32, now: DateTime<Utc>) -> bool {
    let silent_since = line.last_seen.unwrap_or(joined_at);
    line.state == LineState::Down && now - silent_since >= TimeDelta::days(i64::from(expire_days))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn run(heard: &str) -> (String, Line) {
        let mut line = Line::default();
        let mut states = String::new();
        for (minute, letter) in (0..).zip(heard.chars()) {
            let heard = match letter {
                'a' => Heard::Answer,
                's' => Heard::Silence,
                _ => Heard::Nothing,
            };
            line = next(line, heard, at(minute));
            states.push(match line.state {
                LineState::Unknown => '-',
                LineState::Up => 'u',
                LineState::Down => 'd',
            });
        }
        (states, line)
    }

    #[rstest]
    #[case::answers("aaa", "uuu")]
    #[case::one_failed_cycle_is_nothing("asa", "uuu")]
    #[case::two_are_down("ass", "uud")]
    #[case::one_good_is_up("assa", "uudu")]
    #[case::back_and_forth("asasass", "uuuuuud")]
    #[case::blind("aass-", "uuud-")]
    #[case::blind_forgets_what_failed("as-s", "uu--")]
    #[case::blind_then_down("as-ss", "uu--d")]
    #[case::never_heard("ss", "-d")]
    fn states(#[case] heard: &str, #[case] expected: &str) {
        assert_eq!(run(heard).0, expected);
    }

    #[rstest]
    #[case::from_up("aass", LineState::Down, Some(3), Some(3), Some(1))]
    #[case::who_was_never_up_did_not_fall("sss", LineState::Down, Some(1), None, None)]
    #[case::who_fell_while_nobody_looked_did_not("a-ss", LineState::Down, Some(3), None, Some(0))]
    #[case::unknown_again("ass-", LineState::Unknown, Some(3), None, Some(0))]
    #[case::up_again("assa", LineState::Up, Some(3), None, Some(3))]
    fn what_is_kept(
        #[case] heard: &str,
        #[case] state: LineState,
        #[case] since: Option<i64>,
        #[case] fell: Option<i64>,
        #[case] seen: Option<i64>,
    ) {
        let line = run(heard).1;
        assert_eq!(line.state, state);
        assert_eq!((line.since, line.fell_at, line.last_seen), (since.map(at), fell.map(at), seen.map(at)));
    }

    #[rstest]
    #[case::each_answer_moves_it("aass", 3 * 24 * 60, false)]
    #[case::three_days_after_the_last("aass", 3 * 24 * 60 + 1, true)]
    #[case::an_up_line_never("aaaa", 9 * 24 * 60, false)]
    #[case::nor_one_of_which_nothing_is_known("aa--", 9 * 24 * 60, false)]
    #[case::one_that_never_answered("ss", 3 * 24 * 60, true)]
    fn lines_expire(#[case] heard: &str, #[case] minute: i64, #[case] expired: bool) {
        assert_eq!(is_expired(&run(heard).1, at(0), 3, at(minute)), expired);
    }

    #[test]
    fn words_read_back() {
        for state in [LineState::Unknown, LineState::Up, LineState::Down] {
            assert_eq!(LineState::from_word(state.word()), state);
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
        }
    }
}
