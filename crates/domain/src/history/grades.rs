//! Two grades of a window: the quality score of hours and the health score of days.

use serde::{Deserialize, Serialize};

use super::facts::{WindowFacts, mean_interval};
use crate::{
    histogram::LogHistogram,
    stats::{Interval, round, significant},
};

/// The quality score of a window; `score` null and grade "N/A" where there are too few tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QualityScore {
    /// 0–100.
    pub score: Option<f64>,
    /// A+ … F, or "N/A".
    pub grade: String,
    /// The grade in words.
    pub label: String,
    /// What each part adds.
    pub breakdown: QualityBreakdown,
    /// The window.
    pub hours: u32,
    /// Valid tests in the window.
    pub sample_count: u64,
    /// Inputs that were missing and left out.
    pub missing: Vec<String>,
}

/// The parts of a quality score; a part without its input is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QualityBreakdown {
    /// 0–40.
    pub speed_score: Option<f64>,
    /// 0–20.
    pub upload_score: Option<f64>,
    /// 0–20.
    pub ping_score: Option<f64>,
    /// 0–20.
    pub uptime_score: Option<f64>,
    /// Mbit/s.
    pub avg_download: Option<f64>,
    /// Mbit/s.
    pub avg_upload: Option<f64>,
    /// ms.
    pub avg_ping: Option<f64>,
    /// Per cent.
    pub uptime_pct: Option<f64>,
}

/// The health score of a window; `score` null and grade "N/A" where there are too few tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthScore {
    /// 0–100, one decimal.
    pub score: Option<f64>,
    /// A+ … F, or "N/A".
    pub grade: String,
    /// The window.
    pub window_days: u32,
    /// The score in a sentence.
    pub message: String,
    /// Each component, 0–100.
    pub components: HealthComponents,
    /// The averages behind them.
    pub averages: HealthAverages,
    /// What would help most.
    pub tips: Vec<String>,
    /// Valid tests in the window.
    pub sample_count: u64,
    /// Inputs that were missing and left out.
    pub missing: Vec<String>,
}

/// The components of a health score, 0–100 each; null without input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthComponents {
    /// Against 100 Mbit/s.
    pub download_speed: Option<f64>,
    /// Against 50 Mbit/s.
    pub upload_speed: Option<f64>,
    /// By steps.
    pub ping_latency: Option<f64>,
    /// How even the download is.
    pub stability: Option<f64>,
    /// The share of tests that were no outage.
    pub uptime: Option<f64>,
}

/// The averages of a health score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthAverages {
    /// Mbit/s.
    pub download_mbps: Option<f64>,
    /// The t interval of the mean download.
    pub download_interval: Option<Interval>,
    /// Mbit/s.
    pub upload_mbps: Option<f64>,
    /// ms.
    pub ping_ms: Option<f64>,
}

/// The word that stands where a window has too few tests for a grade.
pub const NO_GRADE: &str = "N/A";
/// Download in Mbit/s that earns all points (the earlier tool's number, rules.md B1).
const FULL_DOWNLOAD_MBPS: f64 = 100.0;
/// Upload in Mbit/s that earns all points (rules.md B1).
const FULL_UPLOAD_MBPS: f64 = 50.0;
/// Latency in ms that earns nothing in the quality score (rules.md B1).
const WORST_PING_MS: f64 = 300.0;

/// Cuts of the quality score: from, grade, label (rules.md B1).
const QUALITY_GRADES: [(f64, &str, &str); 6] = [
    (90.0, "A+", "Excellent"),
    (80.0, "A", "Very Good"),
    (70.0, "B", "Good"),
    (55.0, "C", "Fair"),
    (40.0, "D", "Poor"),
    (0.0, "F", "Critical"),
];
/// Cuts of the health score (rules.md B1).
const HEALTH_GRADES: [(f64, &str, &str); 6] = [
    (90.0, "A+", "Your line is in excellent health."),
    (80.0, "A", "Your line is in very good health."),
    (70.0, "B", "Your line is in good health."),
    (60.0, "C", "Your line is fair, with room to improve."),
    (50.0, "D", "Your line is in poor health."),
    (0.0, "F", "Your line is in bad health."),
];
/// Points of a latency: up to ms, points; above the last 10 (rules.md B1).
const PING_STEPS: [(f64, f64); 5] =
    [(20.0, 100.0), (50.0, 85.0), (100.0, 65.0), (150.0, 45.0), (250.0, 25.0)];
const SLOWEST_PING_POINTS: f64 = 10.0;
/// Weights of download, upload, latency, stability, uptime in the health score (rules.md B1).
const HEALTH_WEIGHTS: [f64; 5] = [0.25, 0.20, 0.25, 0.15, 0.15];

/// One input of a score: its name, its points if it was measured, the most it can give.
struct Part {
    name: &'static str,
    points: Option<f64>,
    most: f64,
}

/// The points of the inputs that are there, as a share of what those could have given (0–100, one decimal), and
/// the names of those that are not (rules.md A2).
fn weighed(parts: &[Part]) -> (Option<f64>, Vec<String>) {
    let present = parts.iter().filter_map(|p| Some((p.points?, p.most)));
    let (points, most) = present.fold((0.0, 0.0), |(a, b), (points, most)| (a + points, b + most));
    let missing = parts.iter().filter(|p| p.points.is_none()).map(|p| p.name.to_owned()).collect();
    ((most > 0.0).then(|| round(points / most * 100.0, 1).clamp(0.0, 100.0)), missing)
}

/// The row of a table of cuts that a score falls into.
fn cut<'a>(score: f64, table: &[(f64, &'a str, &'a str)]) -> (&'a str, &'a str) {
    table.iter().find(|(from, ..)| score >= *from).map_or((NO_GRADE, ""), |&(_, grade, label)| (grade, label))
}

/// The quality score of the last `hours`.
pub fn quality_score(facts: &WindowFacts, hours: u32) -> QualityScore {
    let download = facts.download.mean().map(|d| 40.0 * (d / FULL_DOWNLOAD_MBPS).min(1.0));
    let upload = facts.upload.mean().map(|u| 20.0 * (u / FULL_UPLOAD_MBPS).min(1.0));
    let ping = facts.ping.mean().map(|p| 20.0 * (1.0 - p.min(WORST_PING_MS) / WORST_PING_MS));
    let uptime = facts.uptime_pct().map(|u| u * 0.2);
    let (score, missing) = weighed(&[
        Part { name: "download", points: download, most: 40.0 },
        Part { name: "upload", points: upload, most: 20.0 },
        Part { name: "ping", points: ping, most: 20.0 },
        Part { name: "uptime", points: uptime, most: 20.0 },
    ]);
    let score = score.filter(|_| facts.is_gradable());
    let (grade, label) = score.map_or((NO_GRADE, too_few(facts)), |score| cut(score, &QUALITY_GRADES));
    let two = |figure: Option<f64>| figure.map(|f| round(f, 2));
    QualityScore {
        score,
        grade: grade.to_owned(),
        label: label.to_owned(),
        breakdown: QualityBreakdown {
            speed_score: two(download),
            upload_score: two(upload),
            ping_score: two(ping),
            uptime_score: two(uptime),
            avg_download: two(facts.download.mean()),
            avg_upload: two(facts.upload.mean()),
            avg_ping: two(facts.ping.mean()),
            uptime_pct: two(facts.uptime_pct()),
        },
        hours,
        sample_count: facts.tests,
        missing,
    }
}

fn too_few(facts: &WindowFacts) -> &'static str {
    if facts.tests == 0 { "No data" } else { "Not enough tests" }
}

/// The health score of the last `window_days`.
pub fn health_score(facts: &WindowFacts, window_days: u32) -> HealthScore {
    let share = |mean: f64, full: f64| (mean / full * 100.0).min(100.0);
    let components = HealthComponents {
        download_speed: facts.download.mean().map(|d| share(d, FULL_DOWNLOAD_MBPS)),
        upload_speed: facts.upload.mean().map(|u| share(u, FULL_UPLOAD_MBPS)),
        ping_latency: facts.ping.mean().map(ping_points),
        stability: stability(&facts.download),
        uptime: facts.uptime_pct(),
    };
    let inputs = [
        ("download", components.download_speed),
        ("upload", components.upload_speed),
        ("ping", components.ping_latency),
        ("stability", components.stability),
        ("uptime", components.uptime),
    ];
    let parts: Vec<Part> = inputs
        .iter()
        .zip(HEALTH_WEIGHTS)
        .map(|(&(name, value), weight)| Part {
            name,
            points: value.map(|v| v * weight),
            most: 100.0 * weight,
        })
        .collect();
    let (score, missing) = weighed(&parts);
    let score = score.filter(|_| facts.is_gradable());
    let (grade, message) = match score {
        Some(score) => {
            let (grade, message) = cut(score, &HEALTH_GRADES);
            (grade, message.to_owned())
        }
        None => (NO_GRADE, too_few_sentence(facts, window_days)),
    };
    let one = |figure: Option<f64>| figure.map(|f| round(f, 1));
    let two = |figure: Option<f64>| figure.map(|f| round(f, 2));
    HealthScore {
        score,
        grade: grade.to_owned(),
        window_days,
        message,
        tips: if score.is_some() { tips(&components, facts) } else { Vec::new() },
        components: HealthComponents {
            download_speed: one(components.download_speed),
            upload_speed: one(components.upload_speed),
            ping_latency: one(components.ping_latency),
            stability: one(components.stability),
            uptime: one(components.uptime),
        },
        averages: HealthAverages {
            download_mbps: two(facts.download.mean()),
            download_interval: mean_interval(&facts.download).map(|i| i.rounded(2)),
            upload_mbps: two(facts.upload.mean()),
            ping_ms: two(facts.ping.mean()),
        },
        sample_count: facts.tests,
        missing,
    }
}

fn too_few_sentence(facts: &WindowFacts, days: u32) -> String {
    let window = if days == 1 { "day".to_owned() } else { format!("{days} days") };
    match facts.tests {
        0 => format!("Nothing was measured in the last {window}. Run a test to begin."),
        1 => format!("One test in the last {window} is too few for a grade: it takes 5."),
        n => format!("{n} tests in the last {window} are too few for a grade: it takes 5."),
    }
}

fn ping_points(ms: f64) -> f64 {
    PING_STEPS.iter().find(|(up_to, _)| ms <= *up_to).map_or(SLOWEST_PING_POINTS, |&(_, points)| points)
}

/// How even the download is: half the slowest against the mean, half the coefficient of variation (rules.md B1).
/// Needs two downloads.
fn stability(download: &LogHistogram) -> Option<f64> {
    if download.count() < 2 {
        return None;
    }
    let (min, mean, sd) = (download.min()?, download.mean()?, download.population_sd()?);
    if mean <= 0.0 {
        return Some(0.0);
    }
    let unevenness = (0.6 * sd / mean).min(1.0);
    Some((100.0 * (0.5 * min / mean + 0.5 * (1.0 - unevenness))).clamp(0.0, 100.0))
}

/// What would help most: components under 60, uptime under 90 (rules.md B1).
fn tips(components: &HealthComponents, facts: &WindowFacts) -> Vec<String> {
    let low = |component: Option<f64>, cut: f64| component.is_some_and(|c| c < cut);
    let mut tips = Vec::new();
    if low(components.download_speed, 60.0) {
        let mean = facts.download.mean().map_or_else(String::new, significant);
        tips.push(format!(
            "Downloads average {mean} Mbit/s. Test once by cable: if it is faster, Wi-Fi is the limit."
        ));
    }
    if low(components.upload_speed, 60.0) {
        let mean = facts.upload.mean().map_or_else(String::new, significant);
        tips.push(format!("Uploads average {mean} Mbit/s. Pause backups and cloud sync during calls."));
    }
    if low(components.ping_latency, 60.0) {
        let mean = facts.ping.mean().map_or_else(String::new, significant);
        tips.push(format!("Latency averages {mean} ms. A cable or a closer access point shortens it."));
    }
    if low(components.stability, 60.0) {
        tips.push("Speed varies a lot between tests. Compare the hours in History to see when.".to_owned());
    }
    if low(components.uptime, 90.0) {
        tips.push(format!(
            "{} of {} tests failed or crawled. Note the times and show them to your provider.",
            facts.outages, facts.tests
        ));
    }
    tips
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::history::facts::facts_of;

    #[rstest]
    #[case::best_is_reachable(&[(100.0, 50.0, 5.0); 5], 0, Some(99.7), "A+")]
    #[case::middling(&[(50.0, 10.0, 60.0); 5], 0, Some(60.0), "C")]
    #[case::failures_lower_it(&[(100.0, 50.0, 0.0); 5], 5, Some(90.0), "A+")]
    #[case::all_failed(&[], 5, Some(0.0), "F")]
    #[case::four_tests_are_no_grade(&[(100.0, 50.0, 5.0); 4], 0, None, "N/A")]
    #[case::nothing(&[], 0, None, "N/A")]
    fn quality(
        #[case] tests: &[(f64, f64, f64)],
        #[case] failed: u64,
        #[case] score: Option<f64>,
        #[case] grade: &str,
    ) {
        let got = quality_score(&facts_of(tests, failed), 24);
        assert_eq!((got.score, got.grade.as_str()), (score, grade));
        assert_eq!(got.sample_count, tests.len() as u64 + failed);
    }

    #[test]
    fn a_missing_input_is_left_out_and_named() {
        let mut facts = facts_of(&[(100.0, 50.0, 0.0); 5], 0);
        facts.upload = LogHistogram::new();
        let got = quality_score(&facts, 24);
        assert_eq!((got.score, got.missing), (Some(100.0), vec!["upload".to_owned()]));
        assert_eq!(got.breakdown.upload_score, None);
    }

    #[rstest]
    #[case::best_is_reachable(&[(120.0, 60.0, 15.0); 5], 0, Some(100.0), "A+", 0)]
    #[case::slow_everywhere(&[(10.0, 2.0, 400.0); 5], 0, Some(35.8), "F", 3)]
    #[case::often_down(&[(120.0, 60.0, 15.0); 5], 5, Some(92.5), "A+", 1)]
    #[case::too_few(&[(120.0, 60.0, 15.0); 2], 2, None, "N/A", 0)]
    fn health(
        #[case] tests: &[(f64, f64, f64)],
        #[case] failed: u64,
        #[case] score: Option<f64>,
        #[case] grade: &str,
        #[case] tips: usize,
    ) {
        let got = health_score(&facts_of(tests, failed), 7);
        assert_eq!((got.score, got.grade.as_str(), got.tips.len()), (score, grade, tips));
    }

    #[rstest]
    #[case::next_to_nothing(0.0, 100.0)]
    #[case::at_a_step(50.0, 85.0)]
    #[case::just_above_it(50.1, 65.0)]
    #[case::beyond_the_last(251.0, 10.0)]
    fn latency_by_steps(#[case] ms: f64, #[case] points: f64) {
        assert_eq!(ping_points(ms), points);
    }

    #[test]
    fn a_line_of_zeros_has_a_score_not_a_hole() {
        let got = health_score(&facts_of(&[(0.0, 0.0, 20.0); 5], 0), 1);
        assert_eq!((got.components.download_speed, got.components.stability), (Some(0.0), Some(0.0)));
        assert_eq!(got.components.uptime, Some(0.0));
    }

    proptest! {
        #[test]
        fn faster_is_never_worse(down in 0.0..500.0_f64, up in 0.0..200.0_f64, ping in 0.0..900.0_f64, more in 1.0..3.0_f64) {
            let slow = facts_of(&[(down, up, ping); 5], 0);
            let fast = facts_of(&[(down * more, up * more, ping / more); 5], 0);
            prop_assert!(quality_score(&slow, 24).score <= quality_score(&fast, 24).score);
            prop_assert!(health_score(&slow, 7).score <= health_score(&fast, 7).score);
        }
    }
}
