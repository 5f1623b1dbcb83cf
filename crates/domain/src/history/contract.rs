//! The line against its promise and its price.

use serde::{Deserialize, Serialize};

use super::{
    CostQuery, SlaQuery,
    facts::{WindowFacts, mean_interval},
    grades::NO_GRADE,
};
use crate::{
    histogram::LogHistogram,
    stats::{Interval, per_cent, round, significant, wilson_interval},
};

/// What a Mbit/s costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostCalculation {
    /// As asked.
    pub monthly_cost_usd: f64,
    /// As asked.
    pub plan_download_mbps: f64,
    /// As asked.
    pub plan_upload_mbps: f64,
    /// Mean download of the last 30 days; null without tests.
    pub actual_avg_download_mbps: Option<f64>,
    /// The t interval of that mean.
    pub actual_download_interval: Option<Interval>,
    /// US dollars for a promised Mbit/s.
    pub cost_per_plan_mbps: f64,
    /// US dollars for a delivered Mbit/s; null without tests.
    pub cost_per_actual_mbps: Option<f64>,
    /// By the delivered price where there is one, else by the plan's.
    pub efficiency: CostEfficiency,
    /// What others pay.
    pub benchmark: CostBenchmark,
    /// In a sentence.
    pub verdict: String,
    /// Twelve months.
    pub annual_cost_usd: f64,
    /// Valid tests of the last 30 days.
    pub sample_count: u64,
}

/// A price against the benchmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CostEfficiency {
    /// At or below the US average.
    Good,
    /// Up to one and a half times the global average.
    Average,
    /// Above.
    Poor,
}

/// What a Mbit/s costs elsewhere, in US dollars.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostBenchmark {
    /// United States.
    pub us_avg_usd_per_mbps: f64,
    /// The world.
    pub global_avg_usd_per_mbps: f64,
}

/// An analysis, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum SlaAnswer {
    /// The analysis.
    Analysis(Box<SlaAnalysis>),
    /// Nothing was measured in the window.
    NoData(SlaNoData),
}

/// Nothing was measured in the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaNoData {
    /// What is missing and how to get it.
    pub error: String,
    /// Always null here.
    pub sla_met: Option<bool>,
}

/// The line against its promise; all tests of the window count, failed ones as not meeting it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaAnalysis {
    /// Null with fewer than 5 tests.
    pub sla_met: Option<bool>,
    /// The window.
    pub window_days: u32,
    /// Valid tests in it, failed ones included.
    pub sample_count: u64,
    /// Tests that ended without a result.
    pub failed_count: u64,
    /// As asked.
    pub promised: SlaPromise,
    /// As measured.
    pub actual: SlaActual,
    /// Mean against promise.
    pub ratios: SlaRatios,
    /// The share of all tests that reached 80 % of the promise.
    pub sla_compliance_pct: SlaCompliance,
    /// By ratio.
    pub grades: SlaGrades,
    /// In a sentence.
    pub verdict: String,
}

/// What was promised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaPromise {
    /// Mbit/s.
    pub download_mbps: f64,
    /// Mbit/s.
    pub upload_mbps: f64,
    /// ms.
    pub ping_ms: f64,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaActual {
    /// Mbit/s.
    pub download: SlaFigures,
    /// Mbit/s.
    pub upload: SlaFigures,
    /// ms.
    pub ping: SlaFigures,
}

/// One figure's spread; null without data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaFigures {
    /// Mean.
    pub avg: Option<f64>,
    /// The t interval of the mean.
    pub avg_interval: Option<Interval>,
    /// Smallest.
    pub min: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
    /// 10th percentile.
    pub p10: Option<f64>,
    /// 90th percentile.
    pub p90: Option<f64>,
}

/// Mean against promise; 1 is what was promised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaRatios {
    /// Download.
    pub download: Option<f64>,
    /// Upload.
    pub upload: Option<f64>,
}

/// Shares of tests in per cent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaCompliance {
    /// Download.
    pub download: Option<f64>,
    /// Upload.
    pub upload: Option<f64>,
    /// The Wilson interval of the download's share.
    pub download_interval: Option<Interval>,
    /// The Wilson interval of the upload's share.
    pub upload_interval: Option<Interval>,
}

/// Grades A–F, or "N/A".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaGrades {
    /// Download.
    pub download: String,
    /// Upload.
    pub upload: String,
    /// Of the mean of both ratios.
    pub overall: String,
}

/// What a Mbit/s costs elsewhere (the earlier tool's benchmarks, rules.md B1).
pub const BENCHMARK: CostBenchmark =
    CostBenchmark { us_avg_usd_per_mbps: 0.47, global_avg_usd_per_mbps: 0.65 };
/// A plan is average up to this multiple of the global price (rules.md B1).
const AVERAGE_UP_TO: f64 = 1.5;
/// The share of the promise that a test or a mean has to reach (rules.md B1).
pub const SLA_SHARE: f64 = 0.80;
/// Cuts of a ratio (rules.md B1).
const RATIO_GRADES: [(f64, &str); 5] = [(0.95, "A"), (0.85, "B"), (0.70, "C"), (0.50, "D"), (0.0, "F")];

fn two(figure: Option<f64>) -> Option<f64> {
    figure.map(|f| round(f, 2))
}

/// What a Mbit/s costs, by the facts of the last 30 days.
pub fn cost(query: &CostQuery, facts: &WindowFacts) -> CostCalculation {
    let actual = facts.download.mean();
    let by_plan = query.monthly_cost_usd / query.plan_download_mbps;
    let by_actual = actual.filter(|a| *a > 0.0).map(|a| query.monthly_cost_usd / a);
    // A line that delivers nothing costs too much at any price.
    let judged = if actual == Some(0.0) { f64::INFINITY } else { by_actual.unwrap_or(by_plan) };
    let efficiency = if judged <= BENCHMARK.us_avg_usd_per_mbps {
        CostEfficiency::Good
    } else if judged <= BENCHMARK.global_avg_usd_per_mbps * AVERAGE_UP_TO {
        CostEfficiency::Average
    } else {
        CostEfficiency::Poor
    };
    CostCalculation {
        monthly_cost_usd: query.monthly_cost_usd,
        plan_download_mbps: query.plan_download_mbps,
        plan_upload_mbps: query.plan_upload_mbps,
        actual_avg_download_mbps: two(actual),
        actual_download_interval: mean_interval(&facts.download).map(|i| i.rounded(2)),
        cost_per_plan_mbps: round(by_plan, 3),
        cost_per_actual_mbps: by_actual.map(|c| round(c, 3)),
        efficiency,
        benchmark: BENCHMARK,
        verdict: cost_verdict(query, actual, by_actual),
        annual_cost_usd: round(query.monthly_cost_usd * 12.0, 2),
        sample_count: facts.tests,
    }
}

fn cost_verdict(query: &CostQuery, actual: Option<f64>, by_actual: Option<f64>) -> String {
    let Some(actual) = actual else {
        return "Nothing was measured in the last 30 days, so this is the price of the promise.".to_owned();
    };
    let share = actual / query.plan_download_mbps * 100.0;
    match by_actual {
        Some(price) => format!(
            "You get {} of the promised download, at {price:.2} USD for each delivered Mbit/s.",
            per_cent(share)
        ),
        None => "The line delivered nothing in the last 30 days.".to_owned(),
    }
}

/// The line against its promise; without a test in the window, the reason.
pub fn analyze_sla(query: &SlaQuery, facts: &WindowFacts) -> SlaAnswer {
    if facts.tests == 0 {
        let days = query.window_days;
        let error = format!("Nothing was measured in the last {days} days. Run a test to begin.");
        return SlaAnswer::NoData(SlaNoData { error, sla_met: None });
    }
    let ratio = |figures: &LogHistogram, promised: f64| figures.mean().map(|mean| mean / promised);
    let ratios = SlaRatios {
        download: ratio(&facts.download, query.promised_download),
        upload: ratio(&facts.upload, query.promised_upload),
    };
    let overall = mean_of([ratios.download, ratios.upload]);
    let sla_met = is_met(query, facts, ratios).filter(|_| facts.is_gradable());
    let compliance = compliance(query, facts);
    let grade =
        |ratio: Option<f64>| if facts.is_gradable() { ratio_grade(ratio) } else { NO_GRADE.to_owned() };
    SlaAnswer::Analysis(Box::new(SlaAnalysis {
        sla_met,
        window_days: query.window_days,
        sample_count: facts.tests,
        failed_count: facts.failed,
        promised: SlaPromise {
            download_mbps: query.promised_download,
            upload_mbps: query.promised_upload,
            ping_ms: query.promised_ping,
        },
        actual: SlaActual {
            download: figures(&facts.download),
            upload: figures(&facts.upload),
            ping: figures(&facts.ping),
        },
        ratios: SlaRatios {
            download: ratios.download.map(|r| round(r, 3)),
            upload: ratios.upload.map(|r| round(r, 3)),
        },
        grades: SlaGrades {
            download: grade(ratios.download),
            upload: grade(ratios.upload),
            overall: grade(overall),
        },
        verdict: sla_verdict(sla_met, facts, compliance.download),
        sla_compliance_pct: compliance,
    }))
}

fn mean_of(ratios: [Option<f64>; 2]) -> Option<f64> {
    let known: Vec<f64> = ratios.into_iter().flatten().collect();
    crate::stats::mean(&known)
}

/// Both mean ratios reach the share and the mean latency the promise. What was not measured decides nothing
/// (rules.md A2), but with every test failed the promise was not met.
fn is_met(query: &SlaQuery, facts: &WindowFacts, ratios: SlaRatios) -> Option<bool> {
    let ping = facts.ping.mean().map(|ping| ping <= query.promised_ping);
    let parts = [ratios.download.map(|r| r >= SLA_SHARE), ratios.upload.map(|r| r >= SLA_SHARE), ping];
    let known: Vec<bool> = parts.into_iter().flatten().collect();
    if known.is_empty() {
        return (facts.failed > 0).then_some(false);
    }
    Some(known.into_iter().all(|met| met))
}

/// The share of all tests that reached 80 % of the promise. A failed test did not; a test that did not measure
/// this direction says nothing of it.
fn compliance(query: &SlaQuery, facts: &WindowFacts) -> SlaCompliance {
    let share = |figures: &LogHistogram, promised: f64| {
        let hits = figures.count_at_least(promised * SLA_SHARE);
        let n = figures.count().saturating_add(facts.failed);
        let interval = wilson_interval(hits, n).map(|i| i.scaled(100.0).rounded(1));
        ((n > 0).then(|| round(hits as f64 / n as f64 * 100.0, 1)), interval)
    };
    let (download, download_interval) = share(&facts.download, query.promised_download);
    let (upload, upload_interval) = share(&facts.upload, query.promised_upload);
    SlaCompliance { download, upload, download_interval, upload_interval }
}

fn figures(figures: &LogHistogram) -> SlaFigures {
    SlaFigures {
        avg: two(figures.mean()),
        avg_interval: mean_interval(figures).map(|i| i.rounded(2)),
        min: two(figures.min()),
        max: two(figures.max()),
        p10: two(figures.quantile(0.1)),
        p90: two(figures.quantile(0.9)),
    }
}

fn ratio_grade(ratio: Option<f64>) -> String {
    let row = |ratio: f64| RATIO_GRADES.iter().find(|(from, _)| ratio >= *from).map_or(NO_GRADE, |row| row.1);
    ratio.map_or(NO_GRADE, row).to_owned()
}

fn sla_verdict(met: Option<bool>, facts: &WindowFacts, compliance: Option<f64>) -> String {
    let share = compliance.map_or_else(String::new, |c| {
        format!(" {} of tests reached 80 % of the promised download.", per_cent(c))
    });
    match met {
        Some(true) => format!("The line keeps its promise.{share}"),
        Some(false) => format!("The line falls short of its promise.{share}"),
        None => {
            format!("Not enough to judge: {} of 5 tests in this window.", significant(facts.tests as f64))
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::history::facts::facts_of;

    fn analysis(facts: &WindowFacts) -> SlaAnalysis {
        match analyze_sla(&SlaQuery::default(), facts) {
            SlaAnswer::Analysis(analysis) => *analysis,
            SlaAnswer::NoData(none) => panic!("{none:?}"),
        }
    }

    #[rstest]
    #[case::as_promised(&[(100.0, 20.0, 20.0); 5], 0, Some(true), Some(100.0), "A")]
    #[case::just_enough(&[(82.0, 17.0, 30.0); 5], 0, Some(true), Some(100.0), "C")]
    #[case::slow(&[(60.0, 20.0, 20.0); 5], 0, Some(false), Some(0.0), "D")]
    #[case::far_away(&[(100.0, 20.0, 31.0); 5], 0, Some(false), Some(100.0), "A")]
    #[case::failures_do_not_reach_it(&[(100.0, 20.0, 20.0); 5], 5, Some(true), Some(50.0), "A")]
    #[case::every_test_failed(&[], 5, Some(false), Some(0.0), "N/A")]
    #[case::too_few(&[(100.0, 20.0, 20.0); 4], 0, None, Some(100.0), "N/A")]
    fn the_promise(
        #[case] tests: &[(f64, f64, f64)],
        #[case] failed: u64,
        #[case] met: Option<bool>,
        #[case] compliance: Option<f64>,
        #[case] grade: &str,
    ) {
        let got = analysis(&facts_of(tests, failed));
        assert_eq!((got.sla_met, got.sla_compliance_pct.download), (met, compliance));
        assert_eq!(got.grades.download, grade);
    }

    #[test]
    fn without_tests_there_is_a_reason_and_a_null() {
        let answer = analyze_sla(&SlaQuery::default(), &WindowFacts::default());
        let json = serde_json::to_value(&answer).unwrap();
        assert_eq!(json["sla_met"], serde_json::Value::Null);
        assert!(json["error"].as_str().unwrap().contains("last 30 days"));
        assert_eq!(serde_json::from_value::<SlaAnswer>(json).unwrap(), answer);
    }

    #[test]
    fn an_analysis_survives_the_wire() {
        let answer = analyze_sla(&SlaQuery::default(), &facts_of(&[(90.0, 15.0, 20.0); 6], 1));
        let json = serde_json::to_string(&answer).unwrap();
        assert_eq!(serde_json::from_str::<SlaAnswer>(&json).unwrap(), answer);
    }

    #[rstest]
    #[case::a_bargain(40.0, &[(100.0, 20.0, 20.0)], CostEfficiency::Good)]
    #[case::average(90.0, &[(100.0, 20.0, 20.0)], CostEfficiency::Average)]
    #[case::dear(50.0, &[(10.0, 20.0, 20.0)], CostEfficiency::Poor)]
    #[case::nothing_delivered(50.0, &[(0.0, 0.0, 20.0)], CostEfficiency::Poor)]
    #[case::by_the_plan_without_tests(50.0, &[], CostEfficiency::Average)]
    #[case::free(0.0, &[(10.0, 1.0, 20.0)], CostEfficiency::Good)]
    fn prices(#[case] monthly: f64, #[case] tests: &[(f64, f64, f64)], #[case] efficiency: CostEfficiency) {
        let query = CostQuery { monthly_cost_usd: monthly, ..CostQuery::default() };
        let got = cost(&query, &facts_of(tests, 0));
        assert_eq!(got.efficiency, efficiency);
        assert_eq!(got.cost_per_plan_mbps, monthly / 100.0);
        assert_eq!(got.sample_count, tests.len() as u64);
    }
}
