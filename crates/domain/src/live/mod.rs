//! Live events: what a browser is told while it watches, by SSE and by WebSocket.
//!
//! Own tests come in full and at once; another household's only as provider and a coarse speed, late, and only where
//! enough households tested (api.md §11). The coarse form is made here, so that nothing finer can leave by mistake.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::{
    endpoint::{Endpoint, EndpointInfo},
    uplinks::{Reason, State},
};

/// Server-sent events.
pub const WATCH_EVENTS: Endpoint<LiveQuery, ()> = Endpoint::get("watch_events", "/api/events/live");
/// The same over a WebSocket.
pub const WATCH_SOCKET: Endpoint<LiveQuery, ()> = Endpoint::get("watch_socket", "/api/ws/live");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[WATCH_EVENTS.info(), WATCH_SOCKET.info()];

/// What can be asked for by `topics`; heartbeats always come.
pub const TOPICS: &[&str] =
    &["measurement", "outage", "report", "uplink_minute", "crisis", "verdict", "agent"];

/// Which events to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct LiveQuery {
    /// Comma-separated topics; absent: all.
    #[garde(length(max = 200), custom(known_topics))]
    #[serde(default)]
    pub topics: Option<String>,
}

impl LiveQuery {
    /// Whether events of this topic are wanted.
    pub fn wants(&self, topic: &str) -> bool {
        self.topics.as_ref().is_none_or(|list| list.split(',').any(|word| word.trim() == topic))
    }
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn known_topics(topics: &Option<String>, (): &()) -> garde::Result {
    let Some(list) = topics else { return Ok(()) };
    match list.split(',').map(str::trim).find(|word| !TOPICS.contains(word)) {
        Some(word) => Err(garde::Error::new(format!("`{word}` is none of {}", TOPICS.join(", ")))),
        None => Ok(()),
    }
}

/// One message to a watcher.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveEvent {
    /// A test was stored.
    Measurement {
        /// What is told of it.
        data: LiveMeasurement,
    },
    /// A line of this server changed, or a minute of it is over.
    UplinkMinute {
        /// How it is now.
        data: LiveUplink,
    },
    /// Every 10 s: the line is open.
    Heartbeat {
        /// The server's time.
        ts: DateTime<Utc>,
        /// How many watch this instance.
        connected_clients: usize,
    },
    /// The answer to the text `ping`.
    Pong,
    /// The reader was too slow and missed events: load again what is shown.
    Lagged,
}

impl LiveEvent {
    /// The topic that a watcher asks for; `None`: always sent.
    pub const fn topic(&self) -> Option<&'static str> {
        match self {
            Self::Measurement { .. } => Some("measurement"),
            Self::UplinkMinute { .. } => Some("uplink_minute"),
            Self::Heartbeat { .. } | Self::Pong | Self::Lagged => None,
        }
    }
}

/// A stored test as told live; of others only `isp` and a coarse `download_speed` are there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveMeasurement {
    /// Whether the watcher's own device measured it.
    pub own: bool,
    /// The measurement's id.
    pub id: Option<i64>,
    /// When it was measured.
    pub timestamp: Option<DateTime<Utc>>,
    /// Mbit/s.
    pub download_speed: Option<f64>,
    /// Mbit/s.
    pub upload_speed: Option<f64>,
    /// Milliseconds.
    pub ping: Option<f64>,
    /// The provider's name.
    pub isp: Option<String>,
    /// The place the tester named.
    pub location: Option<String>,
    /// Failed, or slower than 1 Mbit/s.
    pub is_outage: Option<bool>,
}

/// One of this server's lines as told live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveUplink {
    /// The uplink's name.
    pub name: String,
    /// The minute that this is of.
    pub minute: DateTime<Utc>,
    /// The confirmed state now.
    pub state: State,
    /// Why it is so.
    pub reason: Reason,
}

impl LiveMeasurement {
    /// What other households may see of it.
    #[must_use]
    pub fn coarse(&self) -> Self {
        Self {
            isp: self.isp.clone(),
            download_speed: self.download_speed.map(round_1_2_5),
            ..Self::default()
        }
    }
}

/// Rounds to the nearest of 1, 2, 5 × 10ⁿ (by ratio), as on an old measuring instrument's range switch.
pub fn round_1_2_5(value: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 0.0;
    }
    let decade = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade);
    let ratio = |step: f64| (value / step).ln().abs();
    steps.into_iter().min_by(|a, b| ratio(*a).total_cmp(&ratio(*b))).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.0, 0.0)]
    #[case(0.13, 0.1)]
    #[case(1.0, 1.0)]
    #[case(1.6, 2.0)]
    #[case(3.0, 2.0)]
    #[case(3.4, 5.0)]
    #[case(94.0, 100.0)]
    #[case(940.0, 1000.0)]
    fn rounding(#[case] value: f64, #[case] rounded: f64) {
        assert!((round_1_2_5(value) - rounded).abs() < 1e-9, "{}", round_1_2_5(value));
    }

    #[test]
    fn the_coarse_form_tells_nothing_else() {
        let full = LiveMeasurement {
            own: true,
            id: Some(7),
            timestamp: Some(DateTime::UNIX_EPOCH),
            download_speed: Some(93.71),
            upload_speed: Some(40.0),
            ping: Some(12.0),
            isp: Some("Example".into()),
            location: Some("Kitchen".into()),
            is_outage: Some(false),
        };
        let expected = LiveMeasurement {
            isp: Some("Example".into()),
            download_speed: Some(100.0),
            ..LiveMeasurement::default()
        };
        assert_eq!(full.coarse(), expected);
    }

    #[rstest]
    #[case(None, true)]
    #[case(Some("measurement"), true)]
    #[case(Some("outage, measurement"), true)]
    #[case(Some("outage"), false)]
    fn topics_choose_what_is_sent(#[case] topics: Option<&str>, #[case] wanted: bool) {
        let query = LiveQuery { topics: topics.map(str::to_owned) };
        assert!(query.validate().is_ok());
        assert_eq!(query.wants("measurement"), wanted);
    }

    #[test]
    fn an_unknown_topic_is_refused() {
        assert!(LiveQuery { topics: Some("weather".into()) }.validate().is_err());
    }

    proptest! {
        #[test]
        fn rounding_never_panics(value in any::<f64>()) {
            prop_assert!(round_1_2_5(value) >= 0.0);
        }
    }
}
