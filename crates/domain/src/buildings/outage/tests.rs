//! Outages as sequences: what each home was heard to say, minute by minute, and what the rule made of it.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::buildings::{Heard, Line, next};

const CHANCE: Rule = Rule::Statistical { k: 3, rate: 0.01 };
const HALF: Rule = Rule::Fixed { share: 0.5, min_endpoints: 3 };

fn at(minute: usize) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minute as i64)
}

/// Plays homes of one line each (`a` answers, `s` is silent, `-` nobody asks) and tells what followed, as
/// `minute:word`.
fn play(homes: &[String], rule: Rule) -> Vec<String> {
    let minutes = homes.iter().map(String::len).max().unwrap_or(0);
    let mut lines = vec![(Line::default(), false); homes.len()];
    let (mut open, mut told) = (None, Vec::new());
    for minute in 0..minutes {
        for (home, (line, _)) in homes.iter().zip(&mut lines) {
            let heard = match home.as_bytes().get(minute).or(home.as_bytes().last()) {
                Some(b'a') => Heard::Answer,
                Some(b's') => Heard::Silence,
                _ => Heard::Nothing,
            };
            *line = next(*line, heard, at(minute));
        }
        let members: Vec<Member> = lines.iter().enumerate().map(|(id, line)| member(id, *line)).collect();
        let mut join = |ids: &[i64]| ids.iter().for_each(|id| lines[*id as usize].1 = true);
        let word = match judge(&members, open, rule, at(minute)) {
            Step::Stay => continue,
            Step::Open { evidence, members } => {
                join(&members);
                open = Some(Open { below_since: None });
                format!("open {} of {}", evidence.x, evidence.n)
            }
            Step::Join(ids) => {
                join(&ids);
                format!("join {}", ids.len())
            }
            Step::Below => {
                open = Some(Open { below_since: Some(at(minute)) });
                "below".to_owned()
            }
            Step::Above => {
                open = Some(Open { below_since: None });
                "above".to_owned()
            }
            Step::Close => {
                open = None;
                for (_, is_in) in &mut lines {
                    *is_in = false;
                }
                "close".to_owned()
            }
        };
        told.push(format!("{minute}:{word}"));
    }
    told
}

fn member(id: usize, (line, is_in_outage): (Line, bool)) -> Member {
    let household = [id as u8; 16];
    Member {
        id: id as i64,
        household,
        state: line.state,
        since: line.since,
        fell_at: line.fell_at,
        is_in_outage,
    }
}

/// So many homes that all say the same.
fn homes(count: usize, heard: &str) -> Vec<String> {
    vec![heard.to_owned(); count]
}

fn all(parts: &[(usize, String)]) -> Vec<String> {
    parts.iter().flat_map(|(count, heard)| homes(*count, heard)).collect()
}

fn long(parts: &[(char, usize)]) -> String {
    parts.iter().map(|(letter, count)| letter.to_string().repeat(*count)).collect()
}

#[test]
fn the_providers_outage_opens_at_the_second_cycle_and_closes_five_minutes_after_half_are_back() {
    let out = long(&[('a', 5), ('s', 20), ('a', 20)]);
    let told = play(&homes(6, &out), CHANCE);
    assert_eq!(told, ["6:open 6 of 6", "25:below", "30:close"]);
}

#[test]
fn one_households_router_is_no_outage() {
    let told = play(&all(&[(1, long(&[('a', 3), ('s', 30)])), (9, long(&[('a', 33)]))]), CHANCE);
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn those_who_fall_apart_do_not_fall_together() {
    // One every eleven minutes: never two in one window.
    let homes: Vec<String> = (0..8).map(|n| long(&[('a', 11 * (n + 1)), ('s', 100)])).collect();
    assert_eq!(play(&homes, CHANCE), Vec::<String>::new());
}

#[test]
fn the_long_dead_count_nowhere() {
    let dead = long(&[('a', 1), ('s', 60)]);
    let told = play(&all(&[(1, dead.clone()), (5, long(&[('a', 61)]))]), CHANCE);
    assert_eq!(told, Vec::<String>::new());
    // Of those that were up, three fall: the dead one is neither x nor n.
    let fall = long(&[('a', 40), ('s', 21)]);
    assert_eq!(play(&all(&[(1, dead), (3, fall)]), CHANCE), ["41:open 3 of 3"]);
}

#[test]
fn a_slow_collapse_is_one_outage() {
    let first = long(&[('a', 2), ('s', 10), ('a', 30)]);
    let second = long(&[('a', 8), ('s', 20), ('a', 14)]);
    let told = play(&all(&[(4, first), (5, second)]), CHANCE);
    // When the first four are back, the five that fell meanwhile are still out.
    assert_eq!(told, ["3:open 4 of 9", "9:join 5", "28:below", "33:close"]);
}

#[test]
fn a_short_return_closes_nothing() {
    let homes = homes(5, &long(&[('a', 2), ('s', 5), ('a', 3), ('s', 30), ('a', 10)]));
    let told = play(&homes, CHANCE);
    assert_eq!(told, ["3:open 5 of 5", "7:below", "11:above", "40:below", "45:close"]);
}

#[test]
fn own_link_down_neither_opens_nor_closes() {
    let blind = play(&homes(8, &long(&[('a', 3), ('-', 20), ('a', 5)])), CHANCE);
    assert_eq!(blind, Vec::<String>::new());
    // Who is down when the sight returns was not seen to fall.
    assert_eq!(play(&homes(8, &long(&[('a', 3), ('-', 5), ('s', 20)])), CHANCE), Vec::<String>::new());
    let lasting = play(&homes(8, &long(&[('a', 3), ('s', 3), ('-', 60), ('s', 3), ('a', 9)])), CHANCE);
    assert_eq!(lasting, ["4:open 8 of 8", "69:below", "74:close"]);
}

#[rstest]
#[case::two_are_never_enough(2, 2, None)]
#[case::three_of_three(3, 3, Some(1e-6))]
#[case::three_of_ten_may_be_chance(3, 10, None)]
#[case::four_of_ten(4, 10, Some(2.003_8e-6))]
#[case::nine_of_a_hundred(9, 100, Some(1e-6))]
fn a_small_share_of_many_may_be_chance(#[case] x: usize, #[case] n: usize, #[case] chance: Option<f64>) {
    let mut lines: Vec<Member> = (0..n).map(|id| member(id, (up(), false))).collect();
    for line in &mut lines[..x] {
        (line.state, line.fell_at) = (LineState::Down, Some(at(1)));
    }
    let step = judge(&lines, None, CHANCE, at(1));
    match (chance, step) {
        (None, Step::Stay) => {}
        (Some(chance), Step::Open { evidence, members }) => {
            assert_eq!((evidence.x, evidence.n, members.len()), (x as u64, n as u64, x));
            let got = evidence.chance.unwrap();
            assert!(got > chance * 0.1 && got < 1e-5, "{got}");
        }
        (_, step) => panic!("{step:?}"),
    }
}

fn up() -> Line {
    Line { state: LineState::Up, since: Some(at(0)), last_seen: Some(at(1)), ..Line::default() }
}

#[test]
fn by_a_fixed_share() {
    let (fall, stay) = (long(&[('a', 2), ('s', 30)]), long(&[('a', 32)]));
    assert_eq!(play(&all(&[(2, fall.clone()), (2, stay.clone())]), HALF), ["3:open 2 of 4"]);
    assert_eq!(play(&all(&[(1, fall.clone()), (2, stay.clone())]), HALF), Vec::<String>::new());
    assert_eq!(play(&all(&[(1, fall), (1, stay)]), HALF), Vec::<String>::new(), "too few endpoints");
}

#[test]
fn a_line_that_is_down_for_a_day_is_no_share() {
    let dead = Line { state: LineState::Down, since: Some(at(0)), ..Line::default() };
    let lines = [member(0, (dead, false)), member(1, (dead, false)), member(2, (up(), false))];
    let judged = |minute| judge(&lines, None, Rule::Fixed { share: 0.5, min_endpoints: 2 }, at(minute));
    assert!(matches!(judged(60), Step::Open { .. }));
    assert_eq!(judged(24 * 60), Step::Stay);
}

#[test]
fn a_household_with_two_lines_is_one_and_up_while_one_is() {
    let line = |id, household: u8, state, fell| Member {
        id,
        household: [household; 16],
        state,
        since: Some(at(0)),
        fell_at: fell,
        is_in_outage: false,
    };
    let (down, fell) = (LineState::Down, Some(at(5)));
    let lines = [
        line(1, 1, down, fell),
        line(2, 1, LineState::Up, None),
        line(3, 2, down, fell),
        line(4, 2, down, fell),
        line(5, 3, LineState::Unknown, None),
    ];
    assert_eq!(counts(&lines, at(5)), Counts { up: 1, down: 1, unknown: 1 });
    assert_eq!(fallen(&lines, at(5)), 1);
    assert_eq!(fallen(&lines, at(6)), 0, "only in the cycle in which it fell");
}

#[rstest]
#[case::before_there_is_history(Past { fallen: 0, up_s: 1e9, days: 6 }, 0.01)]
#[case::nobody_was_up(Past { fallen: 0, up_s: 0.0, days: 30 }, 0.01)]
#[case::the_floor(Past { fallen: 0, up_s: 6e6, days: 30 }, 0.001)]
#[case::learnt(Past { fallen: 300, up_s: 6e6, days: 30 }, 0.03)]
fn rates(#[case] past: Past, #[case] rate: f64) {
    assert!((onset_rate(past) - rate).abs() < 1e-12);
}

proptest! {
    #[test]
    fn no_sequence_panics_and_every_opening_is_unlikely(
        heard in prop::collection::vec("[as-]{1,40}", 0..9), k in 0_u64..5, fixed in any::<bool>(),
    ) {
        let rule = if fixed { HALF } else { Rule::Statistical { k, rate: 0.01 } };
        let told = play(&heard, rule);
        let opened = told.iter().filter(|word| word.contains("open")).count();
        let closed = told.iter().filter(|word| word.contains("close")).count();
        prop_assert!(opened == closed || opened == closed + 1, "{told:?}");
    }
}
