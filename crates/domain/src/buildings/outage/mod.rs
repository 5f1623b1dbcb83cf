//! When the silence of some is an outage of all (rules.md A5, A6).
//!
//! Participants are households: one with several lines is up while any of them is. The statistical rule counts those
//! that fell within ten minutes, so lines long dead count nowhere; the fixed share leaves those out that are down for a
//! day. An open outage closes once fewer than half of the households that fell are still down, for five minutes; those
//! that fall while it is open belong to it, too, so that a slow collapse does not end before its end.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::line::LineState;
use crate::stats::binomial_tail;

/// Those who fall within this time fall together (rules.md A6).
const TOGETHER: TimeDelta = TimeDelta::minutes(10);
/// An outage closes after this long below its half (rules.md A6).
const QUIET: TimeDelta = TimeDelta::minutes(5);
/// It opens when so many are less likely than this (rules.md A6).
const UNLIKELY: f64 = 1e-5;
/// The fewest households of an outage (rules.md A6: max(2, k)).
const FEWEST: u64 = 2;
/// Down for longer is dead, not out.
const DEAD_AFTER: TimeDelta = TimeDelta::hours(24);
/// The share that falls in ten minutes before there is history, and the least that is believed (rules.md A6).
const RATE_AT_FIRST: f64 = 0.01;
const RATE_FLOOR: f64 = 0.001;
/// So many days of an hour are history.
const HISTORY_DAYS: u32 = 7;

/// A line of a group, as far as the rule sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its row.
    pub id: i64,
    /// Whose it is.
    pub household: [u8; 16],
    /// How it is.
    pub state: LineState,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// When it went from up to down, while it is down since.
    pub fell_at: Option<DateTime<Utc>>,
    /// Whether it fell in the outage that is open.
    pub is_in_outage: bool,
}

/// The outage that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Since when fewer than half of its households are down.
    pub below_since: Option<DateTime<Utc>>,
}

/// By which rule a group is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Too many at once to be chance.
    Statistical {
        /// Fewer than this are nobody's business.
        k: u64,
        /// The share of households that falls in ten minutes anyway ([`onset_rate`]).
        rate: f64,
    },
    /// A fixed share is down.
    Fixed {
        /// The share (0–1).
        share: f64,
        /// Of at least so many.
        min_endpoints: u64,
    },
}

/// Why an outage opened; shown with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Households that fell.
    pub x: u64,
    /// Of how many that were up before.
    pub n: u64,
    /// The share expected in ten minutes; `None` by the fixed share.
    pub rate: Option<f64>,
    /// P(X ≥ x); `None` by the fixed share.
    pub chance: Option<f64>,
}

/// What follows of a cycle.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing.
    Stay,
    /// An outage opens with these lines.
    Open {
        /// Why.
        evidence: Evidence,
        /// The lines that fell.
        members: Vec<i64>,
    },
    /// These fell while it is open.
    Join(Vec<i64>),
    /// From now on fewer than half are down.
    Below,
    /// Half and more are down again.
    Above,
    /// It is over.
    Close,
}

/// Households by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// With a line that answers.
    pub up: u64,
    /// With lines that do not.
    pub down: u64,
    /// Of which nothing is known.
    pub unknown: u64,
}

/// One household's lines in a word.
#[derive(Clone, Debug, Default)]
struct Home {
    up: bool,
    down: bool,
    dead: bool,
    fell: bool,
    fell_now: bool,
    in_outage: bool,
    /// Lines that are down and not yet in the outage.
    fallen: Vec<i64>,
}

impl Home {
    fn is_down(&self) -> bool {
        self.down && !self.up
    }
}

fn homes(lines: &[Member], now: DateTime<Utc>) -> Vec<Home> {
    let mut homes: BTreeMap<[u8; 16], Home> = BTreeMap::new();
    for line in lines {
        let home = homes.entry(line.household).or_default();
        home.up |= line.state == LineState::Up;
        if line.state == LineState::Down {
            home.dead = is_dead(line, now) && (home.dead || !home.down);
            home.down = true;
            home.fell |= line.fell_at.is_some_and(|fell| now - fell < TOGETHER);
            home.fell_now |= line.fell_at == Some(now);
            home.in_outage |= line.is_in_outage;
            if !line.is_in_outage {
                home.fallen.push(line.id);
            }
        }
    }
    homes.into_values().collect()
}

/// Whether a line is dead rather than out.
pub fn is_dead(line: &Member, now: DateTime<Utc>) -> bool {
    line.state == LineState::Down && line.since.is_some_and(|since| now - since >= DEAD_AFTER)
}

/// Households by state.
pub fn counts(lines: &[Member], now: DateTime<Utc>) -> Counts {
    let mut counts = Counts::default();
    for home in homes(lines, now) {
        let count = match (home.up, home.down) {
            (true, _) => &mut counts.up,
            (false, true) => &mut counts.down,
            (false, false) => &mut counts.unknown,
        };
        *count += 1;
    }
    counts
}

/// Households that went from up to down in the cycle that ended `now`; what the usual share is learnt from.
pub fn fallen(lines: &[Member], now: DateTime<Utc>) -> u64 {
    homes(lines, now).iter().filter(|home| home.is_down() && home.fell_now).count() as u64
}

/// Judges a group after a cycle. While nobody could ask, nothing is judged: the lines are unknown then.
pub fn judge(lines: &[Member], open: Option<Open>, rule: Rule, now: DateTime<Utc>) -> Step {
    let homes = homes(lines, now);
    match open {
        None => opening(&homes, rule),
        Some(open) => closing(&homes, open, lines, rule, now),
    }
}

fn opening(homes: &[Home], rule: Rule) -> Step {
    let up = homes.iter().filter(|home| home.up).count() as u64;
    let taken: Vec<&Home> = homes.iter().filter(|home| home.is_down() && belongs(home, rule)).collect();
    let x = taken.len() as u64;
    let n = up + x;
    let evidence = match rule {
        Rule::Statistical { k, rate } => {
            let chance = binomial_tail(x, n, rate);
            (x >= FEWEST.max(k) && chance < UNLIKELY).then_some(Evidence {
                x,
                n,
                rate: Some(rate),
                chance: Some(chance),
            })
        }
        Rule::Fixed { share, min_endpoints } => (x > 0 && n >= min_endpoints && x as f64 >= share * n as f64)
            .then_some(Evidence { x, n, rate: None, chance: None }),
    };
    match evidence {
        Some(evidence) => {
            Step::Open { evidence, members: taken.iter().flat_map(|home| home.fallen.clone()).collect() }
        }
        None => Step::Stay,
    }
}

/// Whether a household that is down counts for the rule.
fn belongs(home: &Home, rule: Rule) -> bool {
    match rule {
        Rule::Statistical { .. } => home.fell,
        Rule::Fixed { .. } => !home.dead,
    }
}

fn closing(homes: &[Home], open: Open, lines: &[Member], rule: Rule, now: DateTime<Utc>) -> Step {
    let known = homes.iter().any(|home| home.up || home.down);
    if !known {
        // Nobody could ask: it neither lasts nor ends.
        return Step::Stay;
    }
    let joining: Vec<i64> = homes
        .iter()
        .filter(|home| home.is_down() && home.fell_now && !home.in_outage && belongs(home, rule))
        .flat_map(|home| home.fallen.clone())
        .collect();
    if !joining.is_empty() {
        return Step::Join(joining);
    }
    let mut members: BTreeMap<[u8; 16], bool> = BTreeMap::new();
    for line in lines {
        if line.is_in_outage {
            members.entry(line.household).or_default();
        }
    }
    for line in lines.iter().filter(|line| line.state == LineState::Up) {
        if let Some(is_up) = members.get_mut(&line.household) {
            *is_up = true;
        }
    }
    let down = members.values().filter(|is_up| !**is_up).count();
    let is_below = 2 * down < members.len().max(1);
    match (is_below, open.below_since) {
        (true, Some(since)) if now - since >= QUIET => Step::Close,
        (true, None) => Step::Below,
        (false, Some(_)) => Step::Above,
        (true, Some(_)) | (false, None) => Step::Stay,
    }
}

/// What fell in an hour of the day over the last 30 days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Past {
    /// Households that fell.
    pub fallen: u64,
    /// Seconds, added up over the households that were up.
    pub up_s: f64,
    /// Days with such an hour.
    pub days: u32,
}

/// The share of households that falls in ten minutes anyway, never the outage's own.
pub fn onset_rate(past: Past) -> f64 {
    let bins = past.up_s / TOGETHER.num_seconds() as f64;
    if past.days < HISTORY_DAYS || bins < 1.0 {
        return RATE_AT_FIRST;
    }
    (past.fallen as f64 / bins).clamp(RATE_FLOOR, 1.0)
}

#[cfg(test)]
mod tests;
