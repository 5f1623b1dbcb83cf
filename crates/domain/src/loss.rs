//! What a train of echoes says of a path: loss with its interval, delay, jitter, and one word for it.

use serde::{Deserialize, Serialize};

use crate::stats::{Interval, mean, quantile_of_sorted, rfc3550_jitter, sorted, wilson_interval};

/// The figures of a train; times in milliseconds, none without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossFigures {
    /// Probes sent.
    pub sent: u64,
    /// Probes answered.
    pub received: u64,
    /// Per cent lost.
    pub loss_percent: f64,
    /// Within which the true loss lies (Wilson, 95 %): a short train cannot tell 0 from 5 %.
    pub loss_interval_percent: Interval,
    /// Shortest round trip.
    pub min_ms: Option<f64>,
    /// Mean round trip.
    pub mean_ms: Option<f64>,
    /// Middle round trip.
    pub median_ms: Option<f64>,
    /// The round trip that 95 of 100 stay under.
    pub p95_ms: Option<f64>,
    /// Longest round trip.
    pub max_ms: Option<f64>,
    /// Smoothed jitter of RFC 3550; none with fewer than two answers.
    pub jitter_ms: Option<f64>,
    /// One word for it.
    pub quality: LossQuality,
}

/// One word for loss and jitter (rules.md §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LossQuality {
    /// Nothing lost, under 5 ms of jitter.
    Excellent,
    /// Under 1 % and 15 ms.
    Good,
    /// Under 5 % and 30 ms.
    Fair,
    /// Anything worse.
    Poor,
}

/// The figures of round trips in the order they were sent; `None` is a lost one. None without a probe.
pub fn loss_figures(round_trips_ms: &[Option<f64>]) -> Option<LossFigures> {
    let answered: Vec<f64> = round_trips_ms.iter().copied().flatten().collect();
    let (sent, received) = (round_trips_ms.len() as u64, answered.len() as u64);
    let interval = wilson_interval(sent - received, sent)?;
    let loss_percent = (sent - received) as f64 / sent as f64 * 100.0;
    let in_order = sorted(&answered);
    let jitter_ms = rfc3550_jitter(&answered);
    Some(LossFigures {
        sent,
        received,
        loss_percent,
        loss_interval_percent: interval.scaled(100.0),
        min_ms: in_order.first().copied(),
        mean_ms: mean(&answered),
        median_ms: quantile_of_sorted(&in_order, 0.5),
        p95_ms: quantile_of_sorted(&in_order, 0.95),
        max_ms: in_order.last().copied(),
        jitter_ms,
        quality: loss_quality(loss_percent, jitter_ms),
    })
}

/// One word; a jitter that could not be measured (fewer than two answers) is the worst.
pub fn loss_quality(loss_percent: f64, jitter_ms: Option<f64>) -> LossQuality {
    let jitter = jitter_ms.unwrap_or(f64::INFINITY);
    if loss_percent <= 0.0 && jitter < 5.0 {
        LossQuality::Excellent
    } else if loss_percent < 1.0 && jitter < 15.0 {
        LossQuality::Good
    } else if loss_percent < 5.0 && jitter < 30.0 {
        LossQuality::Fair
    } else {
        LossQuality::Poor
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_lost(0.0, Some(4.9), LossQuality::Excellent)]
    #[case::some_jitter(0.0, Some(5.0), LossQuality::Good)]
    #[case::a_little_loss(0.9, Some(1.0), LossQuality::Good)]
    #[case::one_per_cent(1.0, Some(1.0), LossQuality::Fair)]
    #[case::much_jitter(0.0, Some(30.0), LossQuality::Poor)]
    #[case::five_per_cent(5.0, Some(1.0), LossQuality::Poor)]
    #[case::one_answer_has_no_jitter(0.0, None, LossQuality::Poor)]
    fn words(#[case] loss_percent: f64, #[case] jitter_ms: Option<f64>, #[case] word: LossQuality) {
        assert_eq!(loss_quality(loss_percent, jitter_ms), word);
    }

    #[test]
    fn a_train_in_figures() {
        let figures = loss_figures(&[Some(10.0), None, Some(26.0), Some(10.0)]).unwrap();
        assert_eq!((figures.sent, figures.received, figures.loss_percent), (4, 3, 25.0));
        // R: prop.test(1, 4, correct = FALSE) gives 0.0456 to 0.6994.
        let Interval { low, high } = figures.loss_interval_percent;
        assert!((low - 4.56).abs() < 0.01 && (high - 69.94).abs() < 0.01, "{low} {high}");
        assert_eq!((figures.min_ms, figures.max_ms, figures.median_ms), (Some(10.0), Some(26.0), Some(10.0)));
        assert_eq!((figures.jitter_ms, figures.quality), (Some(1.9375), LossQuality::Poor));
    }

    #[test]
    fn all_lost_has_no_times_and_none_sent_no_figures() {
        let figures = loss_figures(&[None, None]).unwrap();
        assert_eq!((figures.loss_percent, figures.mean_ms, figures.jitter_ms), (100.0, None, None));
        assert_eq!(loss_figures(&[]), None);
    }
}
