//! What the uplink endpoints answer (api.md §13).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    GatewayPolicy, Protocol, Reason, State, UplinkRange, UplinkReasonCount, UplinkRound, UplinkTrace,
};

/// One uplink as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Uplink {
    /// Its name in addresses: the interface's, unless configured.
    pub name: String,
    /// Its name for people.
    pub label: Option<String>,
    /// The confirmed state; `no_data` while no round says anything.
    pub state: State,
    /// Why it is so.
    pub reason: Reason,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// The network interface.
    pub interface: String,
    /// The gateway's address, where one is known.
    pub gateway: Option<String>,
    /// What a silent gateway means here.
    pub gateway_policy: GatewayPolicy,
    /// The newest round's median round trip in ms.
    pub rtt_ms: Option<f64>,
    /// Echoes lost in the newest round, in per cent.
    pub loss: Option<f64>,
    /// How echoes are made, a fallback named.
    pub echo_method: Option<String>,
    /// When the newest round began.
    pub last_round_at: Option<DateTime<Utc>>,
    /// Protocols that never answered in 24 hours and are no longer required.
    pub filtered: Vec<Protocol>,
    /// Whether the state changes back and forth.
    pub flapping: bool,
    /// The last 60 minutes, oldest first.
    pub strip: Vec<UplinkMinute>,
}

/// One minute of a strip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkMinute {
    /// When it begins.
    pub minute: DateTime<Utc>,
    /// The worst confirmed round that began in it.
    pub state: State,
    /// Why; null where nothing was kept of it.
    pub reason: Option<Reason>,
    /// Median round trip in ms.
    pub rtt_p50: Option<f64>,
    /// Echoes lost, in per cent.
    pub loss: Option<f64>,
}

/// One minute in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkMinuteDetail {
    /// When it begins.
    pub minute: DateTime<Utc>,
    /// The worst confirmed round that began in it.
    pub state: State,
    /// Why; null where nothing was kept of it.
    pub reason: Option<Reason>,
    /// Rounds that began in it.
    pub rounds: u32,
    /// Of these, bad ones that none confirmed.
    pub unconfirmed: u32,
    /// Echoes sent, the gateway's left out.
    pub sent: u32,
    /// Echoes without an answer.
    pub lost: u32,
    /// Whether a throughput test ran through the uplink meanwhile.
    pub self_load: bool,
    /// The distribution of the round trips, ascending.
    pub round_trips: Vec<RoundTrips>,
    /// The rounds one by one, oldest first; empty once they are let go.
    pub raw: Vec<UplinkRound>,
    /// What the rounds speak for, most often first.
    pub reasons: Vec<UplinkReasonCount>,
    /// The path at the beginning of the fault that this minute lies in.
    pub trace: Option<UplinkTrace>,
}

/// Round trips of about one length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundTrips {
    /// Within 1 % of each, in ms.
    pub ms: f64,
    /// How many.
    pub count: u64,
}

/// One uplink's past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkHistory {
    /// The uplink's name.
    pub name: String,
    /// As asked.
    #[cfg_attr(feature = "openapi", schema(inline))]
    pub range: UplinkRange,
    /// How long a point lasts, in seconds.
    pub bucket_s: u32,
    /// The first point's start.
    pub start: DateTime<Utc>,
    /// The last point's end.
    pub end: DateTime<Utc>,
    /// Since when the uplink is watched; before it nothing is missing.
    pub watched_since: DateTime<Utc>,
    /// Always the range's number of points.
    pub points: Vec<UplinkPoint>,
    /// Minutes in all of it.
    pub totals: UplinkTotals,
    /// Their shares.
    pub percent: UplinkShares,
    /// Day by day in the operator's zone, newest first.
    pub days: Vec<UplinkDay>,
    /// What went wrong, newest first.
    pub faults: Vec<UplinkFault>,
    /// Single rounds before this were let go, since they had outgrown their limit; null: none was.
    pub rounds_dropped_to: Option<DateTime<Utc>>,
}

/// One point of a chart; minutes before the watch began and after now are in none of the four.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkPoint {
    /// When it begins.
    pub at: DateTime<Utc>,
    /// Minutes up.
    pub up: u32,
    /// Minutes degraded.
    pub degraded: u32,
    /// Minutes down.
    pub down: u32,
    /// Minutes of which nothing is known.
    pub no_data: u32,
    /// Median round trip in ms.
    pub rtt_p50: Option<f64>,
    /// 95th percentile in ms.
    pub rtt_p95: Option<f64>,
    /// The nine deciles of the round trips in ms, from which smoke is drawn; empty without any.
    pub rtt_deciles: Vec<f64>,
    /// Echoes lost, in per cent.
    pub loss: Option<f64>,
}

/// Minutes by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkTotals {
    /// Minutes up.
    pub up: u32,
    /// Minutes degraded.
    pub degraded: u32,
    /// Minutes down.
    pub down: u32,
    /// Minutes of which nothing is known.
    pub no_data: u32,
}

/// Shares in per cent: the first three of the minutes with data, the last of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkShares {
    /// Null without data.
    pub up: Option<f64>,
    /// Null without data.
    pub degraded: Option<f64>,
    /// Null without data.
    pub down: Option<f64>,
    /// Null where nothing was watched.
    pub no_data: Option<f64>,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkDay {
    /// The day in the operator's zone.
    pub date: NaiveDate,
    /// Its minutes.
    pub totals: UplinkTotals,
    /// Their shares.
    pub percent: UplinkShares,
    /// Whether it is kept as evidence, whatever its age.
    pub pinned: bool,
}

/// A time in which the uplink was not up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UplinkFault {
    /// When the first round of it began.
    pub from: DateTime<Utc>,
    /// When it ended, or when it was last seen; null while it lasts.
    pub to: Option<DateTime<Utc>>,
    /// Degraded or down.
    pub state: State,
    /// Why.
    pub reason: Reason,
    /// The number of its trace; null where none was taken.
    pub trace_id: Option<i64>,
    /// The path as it was when it began.
    pub trace: Option<UplinkTrace>,
}
