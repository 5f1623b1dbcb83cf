//! Trains of echoes in the words of api.md §5.

use serde::{Deserialize, Serialize};

use crate::{
    loss::LossFigures,
    stats::{Interval, mean, mean_absolute_difference, round, sample_sd, sorted},
};

/// The answer of `GET /api/diagnostics/packet-loss`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PacketLossReport {
    /// As asked.
    pub host: String,
    /// The TCP port where echoes had to be connections; null: they were echoes.
    pub port: Option<u16>,
    /// Echoes sent.
    pub packets_sent: u64,
    /// Echoes answered.
    pub packets_received: u64,
    /// Per cent without an answer.
    pub packet_loss_percent: f64,
    /// Within which the true loss lies (Wilson, 95 %).
    pub loss_interval_percent: Interval,
    /// Mean round trip; null without an answer.
    pub avg_latency_ms: Option<f64>,
    /// Shortest.
    pub min_latency_ms: Option<f64>,
    /// Longest.
    pub max_latency_ms: Option<f64>,
    /// 95 of 100 stay under it.
    pub p95_latency_ms: Option<f64>,
    /// How echoes were really made.
    pub method: String,
}

impl PacketLossReport {
    /// The report of a train.
    pub fn new(host: String, port: Option<u16>, method: String, figures: &LossFigures) -> Self {
        let ms = |value: Option<f64>| value.map(|value| round(value, 3));
        Self {
            host,
            port,
            packets_sent: figures.sent,
            packets_received: figures.received,
            packet_loss_percent: round(figures.loss_percent, 2),
            loss_interval_percent: figures.loss_interval_percent.rounded(2),
            avg_latency_ms: ms(figures.mean_ms),
            min_latency_ms: ms(figures.min_ms),
            max_latency_ms: ms(figures.max_ms),
            p95_latency_ms: ms(figures.p95_ms),
            method,
        }
    }
}

/// The answer of `GET /api/diagnostics/jitter`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JitterReport {
    /// As asked.
    pub host: String,
    /// The TCP port where echoes had to be connections; null: they were echoes.
    pub port: Option<u16>,
    /// Echoes answered.
    pub samples_collected: usize,
    /// Mean difference of consecutive round trips; null with fewer than two answers.
    pub jitter_ms: Option<f64>,
    /// Standard deviation of these differences.
    pub jitter_stdev_ms: Option<f64>,
    /// The smallest difference.
    pub min_jitter_ms: Option<f64>,
    /// The largest.
    pub max_jitter_ms: Option<f64>,
    /// Mean round trip.
    pub avg_latency_ms: Option<f64>,
    /// One word; null where there is no jitter.
    pub quality: Option<JitterWord>,
    /// How echoes were really made.
    pub method: String,
}

/// One word for jitter (rules.md B7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JitterWord {
    /// Under 5 ms.
    Excellent,
    /// Under 15 ms.
    Good,
    /// Under 30 ms.
    Fair,
    /// More.
    Poor,
}

/// The word for a jitter.
pub fn jitter_word(jitter_ms: f64) -> JitterWord {
    match jitter_ms {
        jitter if jitter < 5.0 => JitterWord::Excellent,
        jitter if jitter < 15.0 => JitterWord::Good,
        jitter if jitter < 30.0 => JitterWord::Fair,
        _ => JitterWord::Poor,
    }
}

/// The report of round trips in the order they were sent; `None` is a lost one.
pub fn jitter_report(
    host: String,
    port: Option<u16>,
    method: String,
    round_trips_ms: &[Option<f64>],
) -> JitterReport {
    let answered: Vec<f64> = round_trips_ms.iter().copied().flatten().collect();
    let steps: Vec<f64> = answered.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let in_order = sorted(&steps);
    let jitter = mean_absolute_difference(&answered);
    let ms = |value: Option<f64>| value.map(|value| round(value, 3));
    JitterReport {
        host,
        port,
        samples_collected: answered.len(),
        jitter_ms: ms(jitter),
        jitter_stdev_ms: ms(sample_sd(&steps)),
        min_jitter_ms: ms(in_order.first().copied()),
        max_jitter_ms: ms(in_order.last().copied()),
        avg_latency_ms: ms(mean(&answered)),
        quality: jitter.map(jitter_word),
        method,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::loss::loss_figures;

    #[rstest]
    #[case(4.99, JitterWord::Excellent)]
    #[case(5.0, JitterWord::Good)]
    #[case(15.0, JitterWord::Fair)]
    #[case(30.0, JitterWord::Poor)]
    fn words(#[case] jitter_ms: f64, #[case] word: JitterWord) {
        assert_eq!(jitter_word(jitter_ms), word);
    }

    #[test]
    fn jitter_is_of_what_answered() {
        let report = jitter_report("a".into(), None, "m".into(), &[Some(10.0), None, Some(16.0), Some(14.0)]);
        assert_eq!((report.samples_collected, report.jitter_ms), (3, Some(4.0)));
        assert_eq!((report.min_jitter_ms, report.max_jitter_ms), (Some(2.0), Some(6.0)));
        assert_eq!((report.jitter_stdev_ms, report.quality), (Some(2.828), Some(JitterWord::Excellent)));
    }

    #[test]
    fn silence_has_neither_jitter_nor_a_word() {
        let report = jitter_report("a".into(), None, "m".into(), &[None, Some(3.0)]);
        assert_eq!((report.jitter_ms, report.quality, report.avg_latency_ms), (None, None, Some(3.0)));
        let lost = loss_figures(&[None; 10]).unwrap();
        let report = PacketLossReport::new("a".into(), Some(443), "TCP 443".into(), &lost);
        assert_eq!((report.packet_loss_percent, report.avg_latency_ms), (100.0, None));
    }
}
