//! What stands behind a minute: its single rounds, the path at a fault, and days that are kept for good.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{MinuteNumber, Reason, State};

/// One round as it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkRound {
    /// When it began.
    pub at: DateTime<Utc>,
    /// What it alone speaks for.
    pub state: State,
    /// Why.
    pub reason: Reason,
    /// Whether it counted; a bad round that none confirmed did not.
    pub confirmed: bool,
    /// Whether a throughput test ran through the uplink.
    pub self_load: bool,
    /// Echoes, target by target.
    pub echoes: Vec<UplinkEchoes>,
    /// HTTPS, target by target.
    pub https: Vec<UplinkHttps>,
    /// Whether the gateway answered; null: it was not asked.
    pub gateway: Option<bool>,
}

/// The echoes of one target in one round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkEchoes {
    /// As configured.
    pub target: String,
    /// How many were sent.
    pub sent: u32,
    /// The round trips of those that came back, in ms.
    pub rtt_ms: Vec<f64>,
}

/// HTTPS to one target in one round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkHttps {
    /// As configured.
    pub target: String,
    /// Whether a verified answer came.
    pub answered: bool,
}

/// How many rounds of a minute speak for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkReasonCount {
    /// The reason.
    pub reason: Reason,
    /// Rounds that speak for it.
    pub rounds: u32,
}

/// The path through an uplink at the beginning of a fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkTrace {
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// Where it was to lead.
    pub target: String,
    /// How it was asked, a fallback named.
    pub method: String,
    /// How it ended.
    pub end: TraceEnd,
    /// Hop by hop, the nearest first.
    pub hops: Vec<UplinkHop>,
}

/// How a trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TraceEnd {
    /// The target answered.
    Reached,
    /// A router, or this machine, said that it goes no further.
    Stopped,
    /// Too many hops in a row said nothing.
    Silent,
    /// As many hops as are asked, and not there.
    TooFar,
}

/// One hop of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkHop {
    /// How far away.
    pub ttl: u8,
    /// Who answered; null: nobody.
    pub address: Option<String>,
    /// Whose network that is, where a table of providers tells.
    pub provider: Option<String>,
    /// Probes sent.
    pub sent: u32,
    /// Probes answered.
    pub answered: u32,
    /// The shortest round trip in ms.
    pub rtt_ms: Option<f64>,
}

impl UplinkTrace {
    /// The farthest hop that still answered: what is broken lies behind it.
    pub fn deepest(&self) -> Option<&UplinkHop> {
        self.hops.iter().rev().find(|hop| hop.address.is_some())
    }
}

/// Which day of which uplink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct UplinkPinPath {
    /// The uplink's name.
    pub name: String,
    /// The day in the operator's zone, `2026-11-21`.
    pub date: String,
}

/// Whether a day is kept as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkPin {
    /// The day.
    pub date: NaiveDate,
    /// Whether nothing of it is let go.
    pub pinned: bool,
}

/// What may be let go of the minutes before `end`: all but the pinned ranges, which may touch and overlap.
pub fn unpinned(mut pinned: Vec<Range<MinuteNumber>>, end: MinuteNumber) -> Vec<Range<MinuteNumber>> {
    pinned.sort_by_key(|range| range.start);
    let (mut free, mut from) = (Vec::new(), MinuteNumber::MIN);
    for range in pinned.into_iter().filter(|range| !range.is_empty()) {
        if from < range.start.min(end) {
            free.push(from..range.start.min(end));
        }
        from = from.max(range.end);
    }
    if from < end {
        free.push(from..end);
    }
    free
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const MIN: i64 = i64::MIN;

    #[rstest]
    #[case::none(vec![], vec![MIN..100])]
    #[case::one_within(vec![20..30], vec![MIN..20, 30..100])]
    #[case::later_ones_do_not_matter(vec![120..130], vec![MIN..100])]
    #[case::over_the_end(vec![90..130], vec![MIN..90])]
    #[case::neighbours_in_any_order(vec![30..40, 20..30], vec![MIN..20, 40..100])]
    #[case::one_in_another(vec![20..60, 30..40], vec![MIN..20, 60..100])]
    fn what_is_pinned_stays(#[case] pinned: Vec<Range<i64>>, #[case] free: Vec<Range<i64>>) {
        assert_eq!(unpinned(pinned, 100), free);
    }

    #[test]
    fn the_deepest_hop_is_the_last_that_answers() {
        let hop = |ttl: u8, address: Option<&str>| UplinkHop {
            ttl,
            address: address.map(str::to_owned),
            provider: None,
            sent: 3,
            answered: 0,
            rtt_ms: None,
        };
        let mut trace = UplinkTrace {
            taken_at: DateTime::UNIX_EPOCH,
            target: "192.0.2.1".into(),
            method: "test".into(),
            end: TraceEnd::Silent,
            hops: vec![
                hop(1, Some("198.51.100.1")),
                hop(2, None),
                hop(3, Some("198.51.100.3")),
                hop(4, None),
            ],
        };
        assert_eq!(trace.deepest().map(|hop| hop.ttl), Some(3));
        trace.hops.clear();
        assert_eq!(trace.deepest(), None);
    }
}
