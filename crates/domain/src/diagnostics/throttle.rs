//! Whether some kinds of traffic are slower than others (rules.md A10).
//!
//! Objects of the same size, fetched in turns, so that what comes and goes meets all alike. Of each round the rate of
//! an object is compared with the median of the others; only a difference whose interval excludes none, and that is
//! large, counts.

use serde::{Deserialize, Serialize};

use crate::stats::{mean, median, round, t_interval};

/// Fewer rounds say nothing.
pub const MIN_ROUNDS: usize = 5;
/// A smaller effect is no throttling that anybody would feel.
const EFFECT: f64 = 0.3;
/// The intervals are at 95 %.
const CONFIDENCE: u8 = 95;

/// `?baseline_mbps=` of the throttle detector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, garde::Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct ThrottleQuery {
    /// What the line should reach, in Mbit/s; 0: not told.
    #[garde(range(min = 0.0, max = 1e6))]
    #[cfg_attr(feature = "openapi", param(default = 0, minimum = 0, maximum = 1_000_000))]
    pub baseline_mbps: f64,
}

/// One object's rates, one a round; `None` is a fetch that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetched {
    /// The operator's name for its kind.
    pub label: String,
    /// What was fetched.
    pub url: String,
    /// Mbit/s of each round.
    pub mbps: Vec<Option<f64>>,
    /// The newest HTTP status.
    pub status: Option<u16>,
    /// Why the newest failed one did.
    pub error: Option<String>,
}

/// The answer of `GET /api/throttle/detect`: of this server's own line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThrottleReport {
    /// Whether a kind of traffic is slower, or all of it much slower than the baseline.
    pub is_throttled: bool,
    /// 95 where a difference counts (the level of the interval that excludes none), else 0.
    pub confidence: u8,
    /// In a sentence.
    pub message: String,
    /// Mean of the objects' medians.
    pub avg_mbps: Option<f64>,
    /// The fastest object's median.
    pub max_mbps: Option<f64>,
    /// The slowest one's.
    pub min_mbps: Option<f64>,
    /// As asked; 0: not told.
    pub baseline_mbps: f64,
    /// Kinds that are slower than the others.
    pub throttled_categories: Vec<String>,
    /// Object by object.
    pub probes: Vec<ThrottleProbe>,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThrottleProbe {
    /// The operator's name for its kind.
    pub label: String,
    /// What was fetched.
    pub url: String,
    /// Median of the rounds.
    pub mbps: Option<f64>,
    /// The newest HTTP status.
    pub status: Option<u16>,
    /// Whether enough rounds came to compare.
    pub ok: bool,
    /// Why not.
    pub error: Option<String>,
}

/// By how much an object is slower than the others, where that counts.
fn slower_by(all: &[Fetched], which: usize) -> Option<f64> {
    let rounds = all[which].mbps.len();
    let ratios: Vec<f64> = (0..rounds)
        .filter_map(|number| {
            let own = all[which].mbps[number].filter(|rate| *rate > 0.0)?;
            let others = all.iter().enumerate().filter(|(other, _)| *other != which);
            let others: Vec<f64> =
                others.filter_map(|(_, one)| *one.mbps.get(number)?).filter(|rate| *rate > 0.0).collect();
            Some((own / median(&others)?).ln())
        })
        .collect();
    if ratios.len() < MIN_ROUNDS {
        return None;
    }
    let effect = 1.0 - mean(&ratios)?.exp();
    (t_interval(&ratios)?.high < 0.0 && effect >= EFFECT).then_some(effect)
}

/// Whether the whole of it stays far below what the line should reach.
fn below_baseline(all: &[Fetched], baseline: f64) -> bool {
    let rates: Vec<f64> = all.iter().flat_map(|one| one.mbps.iter().copied().flatten()).collect();
    baseline > 0.0
        && rates.len() >= MIN_ROUNDS
        && t_interval(&rates).is_some_and(|interval| interval.high < baseline * (1.0 - EFFECT))
}

/// Compares what was fetched.
pub fn throttle_report(all: &[Fetched], baseline_mbps: f64) -> ThrottleReport {
    let throttled: Vec<&str> = (0..all.len())
        .filter(|which| slower_by(all, *which).is_some())
        .map(|which| all[which].label.as_str())
        .collect();
    let probes: Vec<ThrottleProbe> = all.iter().map(probe).collect();
    let medians: Vec<f64> = probes.iter().filter_map(|probe| probe.mbps).collect();
    let enough = probes.iter().filter(|probe| probe.ok).count() >= 2;
    let slow = below_baseline(all, baseline_mbps);
    let message = match (all.is_empty(), enough) {
        (true, _) => "No objects to compare are configured: the operator can name some of the same size \
             (diagnostics.throttle_objects)."
            .to_owned(),
        (_, false) => "Too few fetches succeeded to compare anything.".to_owned(),
        _ if !throttled.is_empty() => {
            format!("Slower than the others by 30 % or more, round after round: {}.", throttled.join(", "))
        }
        _ if slow => {
            "No kind is slower than another, but all stay 30 % or more below the baseline.".to_owned()
        }
        _ => "No kind of traffic is slower than the others by 30 % or more.".to_owned(),
    };
    let is_throttled = enough && (!throttled.is_empty() || slow);
    let two = |value: f64| round(value, 2);
    ThrottleReport {
        is_throttled,
        confidence: if is_throttled { CONFIDENCE } else { 0 },
        message,
        avg_mbps: mean(&medians).map(two),
        max_mbps: medians.iter().copied().max_by(f64::total_cmp),
        min_mbps: medians.iter().copied().min_by(f64::total_cmp),
        baseline_mbps,
        throttled_categories: throttled.into_iter().map(str::to_owned).collect(),
        probes,
    }
}

fn probe(one: &Fetched) -> ThrottleProbe {
    let rates: Vec<f64> = one.mbps.iter().copied().flatten().collect();
    let ok = rates.len() >= MIN_ROUNDS;
    ThrottleProbe {
        label: one.label.clone(),
        url: one.url.clone(),
        mbps: median(&rates).map(|rate| round(rate, 2)),
        status: one.status,
        ok,
        error: if ok { None } else { one.error.clone().or_else(|| Some("too few rounds".to_owned())) },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn objects(rates: &[&[f64]]) -> Vec<Fetched> {
        let one = |(number, rates): (usize, &&[f64])| Fetched {
            label: format!("kind {number}"),
            url: String::new(),
            mbps: rates.iter().map(|rate| (*rate > 0.0).then_some(*rate)).collect(),
            status: Some(200),
            error: None,
        };
        rates.iter().enumerate().map(one).collect()
    }

    const STEADY: &[f64] = &[90.0, 95.0, 92.0, 91.0, 94.0];
    const TOGETHER: &[f64] = &[90.0, 20.0, 90.0, 20.0, 90.0];

    #[rstest]
    #[case::alike(&[STEADY, STEADY, STEADY], 0.0, &[], false)]
    #[case::one_slow(&[STEADY, &[40.0, 42.0, 41.0, 39.0, 40.0], STEADY], 0.0, &["kind 1"], true)]
    #[case::a_little_slower(&[STEADY, &[75.0, 78.0, 76.0, 74.0, 77.0], STEADY], 0.0, &[], false)]
    #[case::slow_by_chance(&[STEADY, &[20.0, 95.0, 15.0, 91.0, 160.0], STEADY], 0.0, &[], false)]
    #[case::all_go_down_together(&[TOGETHER, &[92.0, 21.0, 91.0, 19.0, 88.0]], 0.0, &[], false)]
    #[case::too_few_rounds(&[STEADY, &[4.0, 4.0, 4.0, 4.0]], 0.0, &[], false)]
    #[case::failed_rounds(&[STEADY, &[4.0, 0.0, 4.0, 4.0, 4.0]], 0.0, &[], false)]
    #[case::below_the_baseline(&[STEADY, STEADY], 300.0, &[], true)]
    #[case::near_the_baseline(&[STEADY, STEADY], 100.0, &[], false)]
    #[case::nothing_configured(&[], 100.0, &[], false)]
    fn throttling(
        #[case] rates: &[&[f64]],
        #[case] baseline: f64,
        #[case] slow: &[&str],
        #[case] is_throttled: bool,
    ) {
        let found = throttle_report(&objects(rates), baseline);
        assert_eq!(
            (found.throttled_categories, found.is_throttled),
            (slow.iter().map(|s| (*s).to_owned()).collect(), is_throttled)
        );
        assert_eq!(found.confidence, if is_throttled { 95 } else { 0 });
        assert!(!found.message.is_empty());
    }
}
