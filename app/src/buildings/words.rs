//! States and reasons in the words of the page.

use domain::{
    ApiError,
    buildings::{BuildingGroup, GroupState, LineState, Refusal},
    uplinks::State,
};

use crate::{
    i18n::{Locale, td_string},
    ui::{
        CellState,
        format::{self, THIN},
        reason,
    },
};

pub fn cell(state: State) -> CellState {
    match state {
        State::Up => CellState::Up,
        State::Degraded => CellState::Degraded,
        State::Down => CellState::Down,
        State::NoData => CellState::NoData,
    }
}

/// The word of a state, and the class of its shape.
pub fn group_state(lang: Locale, state: GroupState) -> (&'static str, &'static str) {
    match state {
        GroupState::Up => (td_string!(lang, buildings.up), "state up"),
        GroupState::Degraded => (td_string!(lang, buildings.degraded), "state degraded"),
        GroupState::Outage => (td_string!(lang, buildings.outage), "state down"),
        GroupState::Unknown => (td_string!(lang, buildings.unknown), "state unknown"),
        GroupState::TooFew => (td_string!(lang, buildings.too_few), "state unknown"),
    }
}

pub fn line_state(lang: Locale, state: LineState) -> (&'static str, &'static str) {
    match state {
        LineState::Up => (td_string!(lang, buildings.line_up), "state up"),
        LineState::Down => (td_string!(lang, buildings.line_down), "state down"),
        LineState::Unknown => (td_string!(lang, buildings.line_unknown), "state unknown"),
    }
}

/// A group in a sentence or two.
pub fn sentence(lang: Locale, group: &BuildingGroup, k: u64) -> String {
    let (up, down) = (group.up.unwrap_or(0), group.down.unwrap_or(0));
    let known = up + down;
    match (group.state, group.outage) {
        (GroupState::Outage, Some(outage)) => {
            let (x, n) = (outage.x, outage.n);
            let fell = td_string!(lang, buildings.outage_text, x = x, n = n, up = up, known = known);
            match (outage.p, outage.rate) {
                (Some(p), Some(rate)) => {
                    let rate = format::percent(lang, rate * 100.0);
                    let chance = td_string!(lang, buildings.chance_text, p = probability(p), rate = rate);
                    format!("{fell} {chance}")
                }
                _ => fell,
            }
        }
        (GroupState::Up | GroupState::Outage, _) => {
            td_string!(lang, buildings.up_text, up = up, known = known)
        }
        (GroupState::Degraded, _) => td_string!(lang, buildings.degraded_text, up = up, known = known),
        (GroupState::Unknown, _) => td_string!(lang, buildings.unknown_text).to_owned(),
        (GroupState::TooFew, _) => td_string!(lang, buildings.too_few_text, k = k),
    }
}

/// A small probability as a power of ten: `10⁻⁷`; none is smaller than what is told.
pub fn probability(p: f64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let exponent = (-p.max(1e-99).log10()).floor().max(0.0) as usize;
    let digits: String =
        exponent.to_string().bytes().filter_map(|byte| DIGITS.get(usize::from(byte - b'0'))).collect();
    format!("<{THIN}10⁻{digits}")
}

pub fn refusal(lang: Locale, refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotPublic => td_string!(lang, buildings.not_public),
        Refusal::Proxy => td_string!(lang, buildings.proxy),
        Refusal::UnknownProvider => td_string!(lang, buildings.unknown_provider),
        Refusal::OtherProvider => td_string!(lang, buildings.other_provider),
        Refusal::NoAnswer => td_string!(lang, buildings.no_answer),
    }
}

/// Why joining failed, with what to do.
pub fn failure(lang: Locale, error: &ApiError) -> String {
    use Refusal::{NoAnswer, NotPublic, OtherProvider, Proxy, UnknownProvider};
    let word = error.fields.get("reason");
    let known = [NotPublic, Proxy, UnknownProvider, OtherProvider, NoAnswer]
        .into_iter()
        .find(|refusal| word.is_some_and(|word| word == refusal.word()));
    known.map_or_else(|| reason(lang, error), |known| refusal(lang, known).to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(2.4e-6, "<\u{202f}10⁻⁵")]
    #[case(1e-12, "<\u{202f}10⁻¹²")]
    #[case(0.0, "<\u{202f}10⁻⁹⁹")]
    #[case(0.5, "<\u{202f}10⁻⁰")]
    fn probabilities_are_told_as_powers_of_ten(#[case] p: f64, #[case] text: &str) {
        assert_eq!(probability(p), text);
    }
}
