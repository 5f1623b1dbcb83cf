//! Trains of echoes that are kept for the device that asked, so that loss shows its days.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::{
    loss::{LossFigures, LossQuality},
    public_target::PublicTarget,
    stats::{Interval, round},
};

/// The host that api.md names where none is.
const USUAL_TARGET: &str = "1.1.1.1";

/// The body of `POST /api/packet-loss/run`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct LossRunOrder {
    /// A public name or address.
    #[garde(skip)]
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 253, default = "1.1.1.1"))]
    pub target: PublicTarget,
    /// How many echoes.
    #[garde(range(min = 4, max = 30))]
    #[cfg_attr(feature = "openapi", schema(default = 10, minimum = 4, maximum = 30))]
    pub count: u16,
}

impl Default for LossRunOrder {
    fn default() -> Self {
        let target = USUAL_TARGET.parse().expect("the usual targets are tested to be public");
        Self { target, count: 10 }
    }
}

/// `?limit=` of the kept runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct LossHistoryQuery {
    /// How many, the newest ones.
    #[garde(range(min = 1, max = 200))]
    #[cfg_attr(feature = "openapi", param(default = 48, minimum = 1, maximum = 200))]
    pub limit: u64,
}

impl Default for LossHistoryQuery {
    fn default() -> Self {
        Self { limit: 48 }
    }
}

/// The answer of `POST /api/packet-loss/run`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LossRun {
    /// As asked.
    pub target: String,
    /// Echoes sent.
    pub sent: u64,
    /// Echoes answered.
    pub received: u64,
    /// Echoes without an answer.
    pub lost: u64,
    /// Per cent without an answer.
    pub loss_pct: f64,
    /// Within which the true loss lies (Wilson, 95 %): ten echoes cannot tell 0 from 25 %.
    pub loss_interval_pct: Interval,
    /// Mean round trip; null without an answer.
    pub avg_ping_ms: Option<f64>,
    /// Shortest.
    pub min_ping_ms: Option<f64>,
    /// Longest.
    pub max_ping_ms: Option<f64>,
    /// Smoothed jitter (RFC 3550); null with fewer than two answers.
    pub jitter_ms: Option<f64>,
    /// One word.
    pub quality: LossQuality,
    /// What such a line is good for.
    pub suitable_for: SuitableFor,
    /// How echoes were really made.
    pub method: String,
    /// Whether it was kept: only a device has a history.
    pub kept: bool,
    /// When.
    pub timestamp: DateTime<Utc>,
}

/// What a line with such loss and delay is good for (rules.md B7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "the contract's shape: four uses, each yes or no")]
pub struct SuitableFor {
    /// Loss under 1 %, 150 ms on average.
    pub video_calls: bool,
    /// Loss under 0.5 %, 50 ms on average, 10 ms of jitter.
    pub gaming: bool,
    /// Loss under 1 %, 20 ms of jitter.
    pub voip: bool,
    /// Loss under 2 %.
    pub streaming: bool,
}

/// One kept run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LossPoint {
    /// When.
    pub timestamp: DateTime<Utc>,
    /// Per cent without an answer.
    pub loss_pct: f64,
    /// Smoothed jitter (RFC 3550); null with fewer than two answers.
    pub jitter_ms: Option<f64>,
    /// Mean round trip; null without an answer.
    pub avg_ping_ms: Option<f64>,
    /// As asked.
    pub target: String,
}

impl LossRun {
    /// The run of a train.
    pub fn new(target: String, method: String, figures: &LossFigures, timestamp: DateTime<Utc>) -> Self {
        let ms = |value: Option<f64>| value.map(|value| round(value, 3));
        Self {
            target,
            sent: figures.sent,
            received: figures.received,
            lost: figures.sent - figures.received,
            loss_pct: round(figures.loss_percent, 2),
            loss_interval_pct: figures.loss_interval_percent.rounded(2),
            avg_ping_ms: ms(figures.mean_ms),
            min_ping_ms: ms(figures.min_ms),
            max_ping_ms: ms(figures.max_ms),
            jitter_ms: ms(figures.jitter_ms),
            quality: figures.quality,
            suitable_for: suitable_for(figures.loss_percent, figures.mean_ms, figures.jitter_ms),
            method,
            kept: false,
            timestamp,
        }
    }
}

/// What was not measured is good for nothing that depends on it.
fn suitable_for(loss_percent: f64, mean_ms: Option<f64>, jitter_ms: Option<f64>) -> SuitableFor {
    let (mean, jitter) = (mean_ms.unwrap_or(f64::INFINITY), jitter_ms.unwrap_or(f64::INFINITY));
    SuitableFor {
        video_calls: loss_percent < 1.0 && mean < 150.0,
        gaming: loss_percent < 0.5 && mean < 50.0 && jitter < 10.0,
        voip: loss_percent < 1.0 && jitter < 20.0,
        streaming: loss_percent < 2.0,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::loss::loss_figures;

    #[rstest]
    #[case::fine(0.0, Some(20.0), Some(2.0), [true, true, true, true])]
    #[case::slow(0.0, Some(50.0), Some(2.0), [true, false, true, true])]
    #[case::slower(0.0, Some(150.0), Some(19.9), [false, false, true, true])]
    #[case::unsteady(0.0, Some(20.0), Some(20.0), [true, false, false, true])]
    #[case::half_a_per_cent(0.5, Some(20.0), Some(2.0), [true, false, true, true])]
    #[case::one_per_cent(1.0, Some(20.0), Some(2.0), [false, false, false, true])]
    #[case::two_per_cent(2.0, Some(20.0), Some(2.0), [false; 4])]
    #[case::no_jitter_known(0.0, Some(20.0), None, [true, false, false, true])]
    fn uses(
        #[case] loss: f64,
        #[case] mean_ms: Option<f64>,
        #[case] jitter_ms: Option<f64>,
        #[case] good: [bool; 4],
    ) {
        let uses = suitable_for(loss, mean_ms, jitter_ms);
        assert_eq!([uses.video_calls, uses.gaming, uses.voip, uses.streaming], good);
    }

    #[test]
    fn a_silent_target_is_all_lost_and_has_no_times() {
        let figures = loss_figures(&[None; 10]).unwrap();
        let run = LossRun::new("a".into(), "ICMP".into(), &figures, DateTime::UNIX_EPOCH);
        assert_eq!((run.lost, run.loss_pct, run.avg_ping_ms), (10, 100.0, None));
        assert!(!run.suitable_for.streaming);
    }

    #[test]
    fn an_empty_order_is_the_usual_one() {
        let order: LossRunOrder = serde_json::from_str("{}").unwrap();
        assert_eq!((order.target.to_string().as_str(), order.count), (USUAL_TARGET, 10));
    }
}
