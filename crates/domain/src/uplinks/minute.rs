//! Minutes: the worst confirmed round that began in one, and which minutes were missed.

use std::ops::Range;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    Reason, State,
    machine::Raw,
    round::{Judgement, Round},
};
use crate::histogram::LogHistogram;

/// Wall and running clock differ by more than this only if the wall clock was set.
const STEP_MS: i64 = 2_000;
const MINUTE_MS: i64 = 60_000;

/// A minute since 1970.
pub type MinuteNumber = i64;

/// The minute of an instant.
pub fn minute_of(at: DateTime<Utc>) -> MinuteNumber {
    at.timestamp().div_euclid(60)
}

/// When a minute begins.
pub fn minute_start(minute: MinuteNumber) -> DateTime<Utc> {
    DateTime::from_timestamp(minute.saturating_mul(60), 0).unwrap_or_default()
}

/// What a minute holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Minute {
    /// The worst confirmed round's state, and why.
    pub worst: Judgement,
    /// Rounds that began in it.
    pub rounds: u32,
    /// Of these, bad ones that none confirmed.
    pub unconfirmed: u32,
    /// Echoes sent and lost, the gateway's left out.
    pub sent: u32,
    /// Echoes without an answer.
    pub lost: u32,
    /// Whether a throughput test ran through the uplink.
    pub self_load: bool,
    /// The round trips in ms.
    pub round_trips: LogHistogram,
}

impl Default for Minute {
    fn default() -> Self {
        Self::missed(Reason::Waiting)
    }
}

impl Minute {
    /// A minute without a round.
    pub const fn missed(cause: Reason) -> Self {
        Self {
            worst: Judgement { state: State::NoData, reason: cause },
            rounds: 0,
            unconfirmed: 0,
            sent: 0,
            lost: 0,
            self_load: false,
            round_trips: LogHistogram::new(),
        }
    }

    /// Adds a round that began in this minute.
    pub fn add(&mut self, round: &Round, self_load: bool) {
        let (sent, lost) = round.sent_and_lost();
        self.rounds += 1;
        self.sent += sent;
        self.lost += lost;
        self.self_load |= self_load;
        self.round_trips.extend(round.round_trips());
    }

    /// Lets a counted round speak: the worst stays, and of equally bad ones the first.
    pub fn count(&mut self, raw: Raw) {
        if raw.judgement.state > self.worst.state || self.worst.state == State::NoData {
            self.worst = raw.judgement;
        }
    }
}

/// The two clocks at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What the wall clock shows.
    pub wall: DateTime<Utc>,
    /// How long the machine has run, sleep included: nobody can set this one.
    pub running: Duration,
}

/// By how much the wall clock was set between two moments, in ms; 0 where it was not.
pub fn clock_step_ms(last: Moment, now: Moment) -> i64 {
    let step = (now.wall - last.wall).num_milliseconds() - ran_ms(last, now);
    if step.abs() > STEP_MS { step } else { 0 }
}

/// Whole minutes between two moments in which no round can have begun. A clock that was set makes none: only time that
/// passed counts.
pub fn missed_minutes(newest: MinuteNumber, last: Moment, now: Moment) -> Range<MinuteNumber> {
    // Where the clock was set, the last round lies in another minute of the clock as it is now.
    let last_round = if clock_step_ms(last, now) == 0 {
        newest
    } else {
        newest.max((now.wall.timestamp_millis() - ran_ms(last, now)).div_euclid(MINUTE_MS))
    };
    let first = last_round + 1;
    first..minute_of(now.wall).max(first)
}

/// As [`missed_minutes`] after a start, when the running clock knows nothing of the time before.
pub fn missed_before_start(newest: MinuteNumber, now: DateTime<Utc>) -> Range<MinuteNumber> {
    newest + 1..minute_of(now).max(newest + 1)
}

fn ran_ms(last: Moment, now: Moment) -> i64 {
    i64::try_from(now.running.saturating_sub(last.running).as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::uplinks::round::EchoResult;

    fn moment(wall_s: f64, running_s: f64) -> Moment {
        let wall = DateTime::from_timestamp_millis((wall_s * 1e3) as i64).unwrap();
        Moment { wall, running: Duration::from_secs_f64(running_s) }
    }

    // The last round began in minute 10 (600 s), the machine then ran for 1000 s.
    #[rstest]
    #[case::next_round(605.0, 1005.0, 11..11)]
    #[case::next_minute(660.0, 1060.0, 11..11)]
    #[case::one_minute_missed(721.0, 1121.0, 11..12)]
    #[case::paused_for_five_minutes(901.0, 1301.0, 11..15)]
    #[case::adjusted_gently(721.5, 1121.0, 11..12)]
    #[case::set_forward_an_hour(4205.0, 1005.0, 71..71)]
    #[case::set_back_an_hour(-2995.0, 1005.0, 11..11)]
    #[case::set_forward_while_away(4325.0, 1125.0, 71..72)]
    #[case::set_back_while_away(400.0, 1300.0, 11..11)]
    fn missed(#[case] wall_s: f64, #[case] running_s: f64, #[case] expected: Range<MinuteNumber>) {
        let found = missed_minutes(10, moment(600.0, 1000.0), moment(wall_s, running_s));
        assert_eq!(found.clone().count(), expected.clone().count(), "{found:?}");
        if !expected.is_empty() {
            assert_eq!(found, expected);
        }
    }

    #[rstest]
    #[case::same_minute(605.0, 11..11)]
    #[case::next_minute(660.0, 11..11)]
    #[case::later(725.0, 11..12)]
    #[case::clock_behind(0.0, 11..11)]
    fn missed_at_start(#[case] now_s: f64, #[case] expected: Range<MinuteNumber>) {
        assert_eq!(missed_before_start(10, moment(now_s, 0.0).wall), expected);
    }

    #[rstest]
    #[case::none(605.0, 1005.0, 0)]
    #[case::drift(606.9, 1005.0, 0)]
    #[case::forward(4205.0, 1005.0, 3_600_000)]
    #[case::back(545.0, 1005.0, -60_000)]
    fn steps(#[case] wall_s: f64, #[case] running_s: f64, #[case] step: i64) {
        assert_eq!(clock_step_ms(moment(600.0, 1000.0), moment(wall_s, running_s)), step);
    }

    #[test]
    fn a_minute_is_its_worst_confirmed_round() {
        let raw =
            |state, reason| Raw { started_at: DateTime::UNIX_EPOCH, judgement: Judgement { state, reason } };
        let mut minute = Minute::default();
        assert_eq!(minute.worst.state, State::NoData);
        for (state, reason) in [
            (State::Up, Reason::AllWell),
            (State::Degraded, Reason::Loss),
            (State::Degraded, Reason::Late),
            (State::Up, Reason::AllWell),
        ] {
            minute.count(raw(state, reason));
        }
        assert_eq!(minute.worst, Judgement { state: State::Degraded, reason: Reason::Loss });
    }

    #[test]
    fn a_minute_adds_up_its_rounds() {
        let echoes = vec![EchoResult { target: "t".into(), sent: 3, rtt_ms: vec![10.0, 30.0] }];
        let round = Round { echoes, ..Round::default() };
        let mut minute = Minute::default();
        minute.add(&round, false);
        minute.add(&round, true);
        assert_eq!((minute.rounds, minute.sent, minute.lost, minute.self_load), (2, 6, 2, true));
        assert_eq!((minute.round_trips.count(), minute.round_trips.max()), (4, Some(30.0)));
    }
}
