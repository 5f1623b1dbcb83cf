//! From rounds to a state: a bad round counts once another confirms it (measurement.md §3).
//!
//! A round's confirmed severity is the lesser of its own and of what supports it: the confirmed state, or the bad round
//! just before. So a single bad round changes nothing, two that disagree confirm the milder one, and while the state
//! is bad already nothing needs to be confirmed again. A good round needs no confirmation.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Reason, State, round::Judgement};

/// So many changes …
const FLAPS: usize = 4;
/// … in this time are flapping (measurement.md §3).
const FLAP_WINDOW: TimeDelta = TimeDelta::minutes(15);

/// What is known of one uplink between two rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The confirmed state.
    pub confirmed: Judgement,
    /// Since when it is so; `None` before the first round.
    pub since: Option<DateTime<Utc>>,
    /// When the newest round began.
    pub last_round_at: Option<DateTime<Utc>>,
    /// A bad round that waits for its confirmation.
    pending: Option<Raw>,
    /// The latest changes of state, oldest first.
    changes: Vec<DateTime<Utc>>,
}

/// A round as it was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// What it alone speaks for.
    pub judgement: Judgement,
}

/// What can happen to an uplink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A round was made.
    Round(Raw),
    /// This program was away: what it knew is old.
    Away,
}

/// What follows, for the service to carry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The minute in which the round began holds at least this.
    Count(Raw),
    /// Ask again soon: a bad round waits for its confirmation.
    Confirm,
    /// The state changed at this instant.
    Changed {
        /// Before.
        from: Judgement,
        /// From now on.
        to: Judgement,
        /// When the round began that shows it first.
        at: DateTime<Utc>,
    },
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            confirmed: Judgement::NOTHING,
            since: None,
            last_round_at: None,
            pending: None,
            changes: Vec::new(),
        }
    }
}

impl Watch {
    /// What was known at the end of the last run, while it is not yet old.
    pub fn resumed(
        confirmed: Judgement,
        since: Option<DateTime<Utc>>,
        last_round_at: Option<DateTime<Utc>>,
    ) -> Self {
        Self { confirmed, since, last_round_at, ..Self::default() }
    }

    /// Whether the state changes back and forth.
    pub fn is_flapping(&self, now: DateTime<Utc>) -> bool {
        self.changes.iter().filter(|at| now - **at < FLAP_WINDOW).count() >= FLAPS
    }

    fn change(&mut self, to: Judgement, at: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let from = std::mem::replace(&mut self.confirmed, to);
        if from == to {
            return;
        }
        if from.state != to.state {
            self.since = Some(at);
            // To learn of a state first is no change of it.
            if from.state != State::NoData && to.state != State::NoData {
                self.changes.retain(|change| at - *change < FLAP_WINDOW);
                self.changes.push(at);
            }
        }
        effects.push(Effect::Changed { from, to, at });
    }
}

/// The uplink after an event, and what to do.
#[must_use]
pub fn next(mut watch: Watch, event: Event) -> (Watch, Vec<Effect>) {
    let mut effects = Vec::new();
    match event {
        Event::Away => {
            watch.pending = None;
            let to = Judgement { state: State::NoData, reason: Reason::MonitorUnresponsive };
            // What was known held until the last round.
            if let Some(at) = watch.last_round_at {
                watch.change(to, at, &mut effects);
            }
        }
        Event::Round(raw) => {
            watch.last_round_at = Some(raw.started_at);
            let before = watch.pending.take();
            let support = before.map_or(watch.confirmed, |pending| worse(pending.judgement, watch.confirmed));
            let is_good = raw.judgement.state <= State::Up;
            let confirmed = if is_good { raw.judgement } else { milder(raw.judgement, support) };
            if raw.judgement.state > confirmed.state {
                watch.pending = Some(raw);
                effects.push(Effect::Confirm);
            }
            // The round before was as bad as this one says.
            let first = before.filter(|pending| {
                confirmed.state > watch.confirmed.state && pending.judgement.state > State::Up
            });
            let at = first.map_or(raw.started_at, |pending| pending.started_at);
            effects.extend(first.map(|pending| Effect::Count(Raw { judgement: confirmed, ..pending })));
            effects.push(Effect::Count(Raw { judgement: confirmed, ..raw }));
            if confirmed.state != State::NoData || is_good {
                watch.change(confirmed, at, &mut effects);
            }
        }
    }
    (watch, effects)
}

/// The worse of two; the first where they are alike.
fn worse(a: Judgement, b: Judgement) -> Judgement {
    if b.state > a.state { b } else { a }
}

/// The milder of two; the first where they are alike.
fn milder(a: Judgement, b: Judgement) -> Judgement {
    if b.state < a.state { b } else { a }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn judged(letter: char) -> Judgement {
        match letter {
            'u' => Judgement { state: State::Up, reason: Reason::AllWell },
            'g' => Judgement { state: State::Degraded, reason: Reason::Loss },
            'd' => Judgement { state: State::Down, reason: Reason::NothingAnswers },
            _ => Judgement { state: State::NoData, reason: Reason::NoRight },
        }
    }

    fn letter(state: State) -> char {
        match state {
            State::Up => 'u',
            State::Degraded => 'g',
            State::Down => 'd',
            State::NoData => '-',
        }
    }

    /// The state after each round, one every second.
    fn run(rounds: &str) -> (Watch, String, Vec<Effect>) {
        let mut watch = Watch::default();
        let (mut states, mut all) = (String::new(), Vec::new());
        for (second, round) in rounds.chars().enumerate() {
            let event = match round {
                'A' => Event::Away,
                _ => Event::Round(Raw { started_at: at(second as i64), judgement: judged(round) }),
            };
            let effects;
            (watch, effects) = next(watch, event);
            states.push(letter(watch.confirmed.state));
            all.extend(effects);
        }
        (watch, states, all)
    }

    #[rstest]
    #[case::good_at_once("u", "u")]
    #[case::one_bad_round_is_nothing("uudu", "uuuu")]
    #[case::two_are_down("uudd", "uuud")]
    #[case::two_that_disagree_are_the_milder("udgu", "uugu")]
    #[case::and_the_other_way_round("ugdd", "uugd")]
    #[case::recovery_at_once("udduu", "uuduu")]
    #[case::better_but_not_good("uddg", "uudg")]
    #[case::worse_needs_a_second("uggdg", "uuggg")]
    #[case::worse_with_a_second("uggdd", "uuggd")]
    #[case::the_first_round_is_bad("dd", "-d")]
    #[case::alternating_is_never_confirmed("udududud", "uuuuuuuu")]
    #[case::away_forgets("uddAd", "uud--")]
    #[case::away_forgets_what_waited("udAd", "uu--")]
    #[case::back_and_good("uAu", "u-u")]
    #[case::no_right_is_no_state("u?", "u-")]
    fn states(#[case] rounds: &str, #[case] expected: &str) {
        assert_eq!(run(rounds).1, expected);
    }

    #[test]
    fn a_bad_round_asks_for_another() {
        let (watch, _, effects) = run("ud");
        assert!(effects.contains(&Effect::Confirm));
        assert_eq!((watch.since, watch.confirmed), (Some(at(0)), judged('u')));
        let (_, _, effects) = run("uddd");
        assert_eq!(
            effects.iter().filter(|e| **e == Effect::Confirm).count(),
            1,
            "once down, none asks again"
        );
    }

    #[test]
    fn a_confirmed_state_holds_since_the_first_of_the_two() {
        let (watch, _, effects) = run("uudd");
        assert_eq!(watch.since, Some(at(2)));
        assert!(effects.contains(&Effect::Count(Raw { started_at: at(2), judgement: judged('d') })));
        let (from, to) = (judged('u'), judged('d'));
        assert!(effects.contains(&Effect::Changed { from, to, at: at(2) }), "{effects:?}");
    }

    #[test]
    fn every_round_is_counted_and_an_unconfirmed_one_as_what_is_known() {
        let (_, _, effects) = run("udu");
        let counted: String = effects
            .iter()
            .filter_map(|e| if let Effect::Count(raw) = e { Some(letter(raw.judgement.state)) } else { None })
            .collect();
        assert_eq!(counted, "uuu");
    }

    #[test]
    fn what_was_known_before_an_absence_ends_with_its_last_round() {
        let (watch, _, effects) = run("uddA");
        let to = Judgement { state: State::NoData, reason: Reason::MonitorUnresponsive };
        assert_eq!(effects.last(), Some(&Effect::Changed { from: judged('d'), to, at: at(2) }));
        assert_eq!(watch.since, Some(at(2)));
    }

    #[rstest]
    #[case::three_changes("uddudd", false)]
    #[case::four("uddudduu", true)]
    #[case::absences_are_no_changes("uAuAuAuAuA", false)]
    fn back_and_forth(#[case] rounds: &str, #[case] flapping: bool) {
        let (watch, ..) = run(rounds);
        assert_eq!(watch.is_flapping(at(20)), flapping);
        assert!(!watch.is_flapping(at(20) + FLAP_WINDOW));
    }

    #[test]
    fn another_reason_of_the_same_state_keeps_its_since() {
        let late = Judgement { state: State::Degraded, reason: Reason::Late };
        let (mut watch, ..) = run("ugg");
        (watch, _) = next(watch, Event::Round(Raw { started_at: at(9), judgement: late }));
        assert_eq!((watch.confirmed, watch.since), (late, Some(at(1))));
    }
}
