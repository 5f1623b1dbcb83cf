//! Uplinks: whether this server's own lines carry traffic, minute by minute.
//!
//! Flow: a round of probes → [`judge`] → [`next`] (a bad round counts once another confirms it) → [`Minute`] → the
//! points of [`history`]. Surprise: a minute without a round is NO DATA and says why; no share counts it as good or bad.

mod evidence;
mod history;
mod machine;
mod minute;
mod round;
mod wire;

use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, EndpointInfo};

pub use evidence::{
    TraceEnd, UplinkEchoes, UplinkHop, UplinkHttps, UplinkPin, UplinkPinPath, UplinkReasonCount, UplinkRound,
    UplinkTrace, unpinned,
};
pub use history::{DaySpan, Tally, UplinkRange, Watched, days, history, loss_percent, percent};
pub use machine::{Effect, Event, Raw, Watch, next};
pub use minute::{
    Minute, MinuteNumber, Moment, clock_step_ms, minute_of, minute_start, missed_before_start, missed_minutes,
};
pub use round::{
    EchoResult, HttpsResult, Judgement, Round, Rules, Trouble, is_filtered, judge, rtt_limit_ms, silent_s,
};
pub use wire::{
    RoundTrips, Uplink, UplinkDay, UplinkFault, UplinkHistory, UplinkMinute, UplinkMinuteDetail, UplinkPoint,
    UplinkShares, UplinkTotals,
};

/// All uplinks, each with its last 60 minutes.
pub const LIST_UPLINKS: Endpoint<(), Vec<Uplink>> = Endpoint::get("list_uplinks", "/api/uplinks");
/// One uplink.
pub const FIND_UPLINK: Endpoint<UplinkPath, Uplink> = Endpoint::get("find_uplink", "/api/uplinks/{name}");
/// One uplink's past with its days and faults.
pub const GET_UPLINK_HISTORY: Endpoint<UplinkHistoryInput, UplinkHistory> =
    Endpoint::get("get_uplink_history", "/api/uplinks/{name}/history");
/// The same points as CSV; the answer is text, not JSON.
pub const EXPORT_UPLINK_CSV: Endpoint<UplinkHistoryInput, String> =
    Endpoint::get("export_uplink_csv", "/api/uplinks/{name}/history.csv");
/// One minute with the distribution of its round trips.
pub const GET_UPLINK_MINUTE: Endpoint<UplinkMinutePath, UplinkMinuteDetail> =
    Endpoint::get("get_uplink_minute", "/api/uplinks/{name}/minute/{at}");

/// Keeps a day as evidence: nothing of it is let go.
pub const PIN_UPLINK_DAY: Endpoint<UplinkPinPath, UplinkPin> =
    Endpoint::post("pin_uplink_day", "/api/admin/uplinks/{name}/pins/{date}");
/// Lets a day go with the others of its age.
pub const UNPIN_UPLINK_DAY: Endpoint<UplinkPinPath, UplinkPin> =
    Endpoint::delete("unpin_uplink_day", "/api/admin/uplinks/{name}/pins/{date}");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[
    EXPORT_UPLINK_CSV.info(),
    FIND_UPLINK.info(),
    GET_UPLINK_HISTORY.info(),
    GET_UPLINK_MINUTE.info(),
    LIST_UPLINKS.info(),
    PIN_UPLINK_DAY.info(),
    UNPIN_UPLINK_DAY.info(),
];

/// How an uplink is; ordered from what says nothing to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = UplinkState))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// No round says anything.
    NoData,
    /// Traffic flows.
    Up,
    /// Some traffic flows.
    Degraded,
    /// No traffic flows.
    Down,
}

/// Why it is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = UplinkReason))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Every required protocol answers in time and without much loss.
    AllWell,
    /// No target answers by any protocol.
    NothingAnswers,
    /// The interface was there and is gone.
    InterfaceMissing,
    /// There never was such an interface here.
    NoSuchInterface,
    /// The interface has no carrier.
    LinkDown,
    /// HTTPS answers, echoes do not.
    OnlyHttps,
    /// Echoes answer, HTTPS does not.
    OnlyIcmp,
    /// The gateway does not answer, and it should.
    GatewaySilent,
    /// A fifth of the echoes or more is lost.
    Loss,
    /// The median round trip is above its limit.
    Late,
    /// This program was away.
    MonitorUnresponsive,
    /// The system does not let this program ask anybody.
    NoRight,
    /// No round has told anything yet.
    Waiting,
}

/// What a silent gateway means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GatewayPolicy {
    /// Nothing: many home routers never answer.
    #[default]
    Ignored,
    /// Degraded.
    Required,
    /// Down.
    Strict,
}

/// By what a target is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Echoes.
    Icmp,
    /// A verified TLS connection with an answer to a request.
    Https,
}

impl State {
    /// As it stands in rows and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }

    /// Reads what [`Self::word`] wrote; what is not known says nothing.
    pub fn from_word(word: &str) -> Self {
        [Self::Up, Self::Degraded, Self::Down]
            .into_iter()
            .find(|state| state.word() == word)
            .unwrap_or(Self::NoData)
    }
}

impl Reason {
    const ALL: [Self; 13] = [
        Self::AllWell,
        Self::NothingAnswers,
        Self::InterfaceMissing,
        Self::NoSuchInterface,
        Self::LinkDown,
        Self::OnlyHttps,
        Self::OnlyIcmp,
        Self::GatewaySilent,
        Self::Loss,
        Self::Late,
        Self::MonitorUnresponsive,
        Self::NoRight,
        Self::Waiting,
    ];

    /// As it stands in rows and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AllWell => "all_well",
            Self::NothingAnswers => "nothing_answers",
            Self::InterfaceMissing => "interface_missing",
            Self::NoSuchInterface => "no_such_interface",
            Self::LinkDown => "link_down",
            Self::OnlyHttps => "only_https",
            Self::OnlyIcmp => "only_icmp",
            Self::GatewaySilent => "gateway_silent",
            Self::Loss => "loss",
            Self::Late => "late",
            Self::MonitorUnresponsive => "monitor_unresponsive",
            Self::NoRight => "no_right",
            Self::Waiting => "waiting",
        }
    }

    /// Reads what [`Self::word`] wrote.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.word() == word).unwrap_or(Self::Waiting)
    }
}

impl GatewayPolicy {
    /// As it stands in settings and rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Required => "required",
            Self::Strict => "strict",
        }
    }
}

impl std::str::FromStr for GatewayPolicy {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Ignored, Self::Required, Self::Strict]
            .into_iter()
            .find(|policy| policy.word() == text)
            .ok_or("it is none of `ignored`, `required`, `strict`")
    }
}

/// Which uplink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct UplinkPath {
    /// The uplink's name.
    pub name: String,
}

/// Which minute of which uplink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct UplinkMinutePath {
    /// The uplink's name.
    pub name: String,
    /// Any instant of the minute, RFC 3339.
    pub at: String,
}

/// `?range=` of one uplink's past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct UplinkRangeQuery {
    /// How far back; each range has its own fixed number of points.
    #[garde(skip)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub range: UplinkRange,
}

/// Path and query of one uplink's past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UplinkHistoryInput {
    /// The uplink's name.
    pub name: String,
    /// How far back.
    pub range: UplinkRange,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_wire_form_and_read_back() {
        for state in [State::NoData, State::Up, State::Degraded, State::Down] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
            assert_eq!(State::from_word(state.word()), state);
        }
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.word());
            assert_eq!(Reason::from_word(reason.word()), reason);
        }
        for policy in [GatewayPolicy::Ignored, GatewayPolicy::Required, GatewayPolicy::Strict] {
            assert_eq!(policy.word().parse(), Ok(policy));
        }
        assert!("lenient".parse::<GatewayPolicy>().is_err());
    }

    #[test]
    fn down_is_worst_and_no_data_says_nothing() {
        assert!(State::NoData < State::Up && State::Up < State::Degraded && State::Degraded < State::Down);
    }
}
