//! How the figures spread: bins, percentiles, hours and weekdays, and how they hang together.

use chrono::Weekday;
use serde::{Deserialize, Serialize};

use super::{
    calendar::weekday_name,
    facts::{MIN_SAMPLES, TestFigures},
};
use crate::{
    histogram::{LogHistogram, Weighted},
    stats::{pearson, round, significant, spearman},
};

/// How often which download speed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Distribution {
    /// Bins of equal width, ascending.
    pub histogram: Vec<DistributionBin>,
    /// Tests with a download.
    pub total_measurements: u64,
    /// Mbit/s.
    pub min_speed_mbps: Option<f64>,
    /// Mbit/s.
    pub max_speed_mbps: Option<f64>,
    /// Mbit/s.
    pub avg_speed_mbps: Option<f64>,
    /// Mbit/s.
    pub median_speed_mbps: Option<f64>,
}

/// One bin; the upper end belongs to the next bin, but for the last.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DistributionBin {
    /// Mbit/s.
    pub range_start_mbps: f64,
    /// Mbit/s.
    pub range_end_mbps: f64,
    /// Tests.
    pub count: u64,
    /// Of all tests with a download.
    pub percentage: f64,
}

/// Percentiles of the three figures, linearly interpolated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Percentiles {
    /// Mbit/s.
    pub download_speed_mbps: PercentileSet,
    /// Mbit/s.
    pub upload_speed_mbps: PercentileSet,
    /// ms.
    pub ping_ms: PercentileSet,
    /// What they mean, in sentences.
    pub interpretation: PercentileInterpretation,
    /// Valid tests.
    pub total_measurements: u64,
}

/// Nine percentiles; null without data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "each field is the percentile of its name")]
pub struct PercentileSet {
    pub p1: Option<f64>,
    pub p5: Option<f64>,
    pub p10: Option<f64>,
    pub p25: Option<f64>,
    pub p50: Option<f64>,
    pub p75: Option<f64>,
    pub p90: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
}

/// Sentences about the percentiles; null without data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PercentileInterpretation {
    /// Of the download.
    pub download: Option<String>,
    /// Of the upload.
    pub upload: Option<String>,
    /// Of the latency.
    pub ping: Option<String>,
}

/// Speed by local hour and weekday.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Correlation {
    /// 24 entries.
    pub hourly_correlation: Vec<HourFigures>,
    /// 7 entries, Monday first.
    pub weekday_correlation: Vec<WeekdayFigures>,
    /// Best and worst; null with fewer than 5 tests in each hour or day.
    pub insights: CorrelationInsights,
    /// How the figures hang together.
    pub coefficients: Vec<Coefficient>,
    /// Tests with a download.
    pub total_measurements: u64,
}

/// The download in one local hour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HourFigures {
    /// 0–23, local.
    pub hour: u8,
    /// Mbit/s.
    pub avg_speed_mbps: Option<f64>,
    /// Mbit/s.
    pub min_speed_mbps: Option<f64>,
    /// Mbit/s.
    pub max_speed_mbps: Option<f64>,
    /// Tests with a download.
    pub measurement_count: u64,
}

/// The download on one weekday.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekdayFigures {
    /// "Monday" … "Sunday".
    pub weekday: String,
    /// Mbit/s.
    pub avg_speed_mbps: Option<f64>,
    /// Mbit/s.
    pub min_speed_mbps: Option<f64>,
    /// Mbit/s.
    pub max_speed_mbps: Option<f64>,
    /// Tests with a download.
    pub measurement_count: u64,
}

/// The best and worst times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CorrelationInsights {
    /// 0–23, local.
    pub best_hour: Option<u8>,
    /// 0–23, local.
    pub worst_hour: Option<u8>,
    /// "Monday" … "Sunday".
    pub best_day: Option<String>,
    /// "Monday" … "Sunday".
    pub worst_day: Option<String>,
}

/// How two figures of the same tests hang together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coefficient {
    /// "download", "upload", "ping" or "hour".
    pub x: String,
    /// The other one.
    pub y: String,
    /// Pearson's r, −1 to 1; null with fewer than 5 pairs or without spread.
    pub pearson: Option<f64>,
    /// Spearman's rank coefficient, −1 to 1.
    pub spearman: Option<f64>,
    /// Pairs.
    pub n: u64,
}

/// How many of the newest tests the distribution and the percentiles speak of (api.md §7).
pub const DISTRIBUTION_LAST: u64 = 1000;
/// How many of the newest tests the correlation speaks of (api.md §7).
pub const CORRELATION_LAST: u64 = 2000;

/// Single values as points of weight one; a histogram's `weighted()` gives the same type from rollups.
pub fn single_values(values: &[f64]) -> Vec<Weighted> {
    crate::stats::sorted(values).into_iter().map(|value| Weighted { value, count: 1 }).collect()
}

/// The quantile `q` (0–1) of ascending weighted points, linearly interpolated between ranks.
fn quantile(points: &[Weighted], q: f64) -> Option<f64> {
    let count: u64 = points.iter().map(|p| p.count).sum();
    let rank = q * count.checked_sub(1)? as f64;
    let at = |rank: u64| {
        let mut seen = 0;
        points.iter().find(|p| {
            seen += p.count;
            rank < seen
        })
    };
    let (low, high) = (at(rank.floor() as u64)?.value, at(rank.ceil() as u64)?.value);
    Some(low + (high - low) * rank.fract())
}

/// How often which download speed, in `bins` of equal width from the slowest to the fastest.
pub fn distribution(points: &[Weighted], bins: u32) -> Distribution {
    let total: u64 = points.iter().map(|p| p.count).sum();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Distribution {
            histogram: Vec::new(),
            total_measurements: 0,
            min_speed_mbps: None,
            max_speed_mbps: None,
            avg_speed_mbps: None,
            median_speed_mbps: None,
        };
    };
    let (min, max) = (first.value, last.value);
    // All tests alike: one bin holds them.
    let bins = if max > min { bins.max(1) } else { 1 };
    let width = (max - min) / f64::from(bins);
    let mut counts = vec![0_u64; bins as usize];
    for point in points {
        let bin = if width > 0.0 { ((point.value - min) / width) as usize } else { 0 };
        counts[bin.min(bins as usize - 1)] += point.count;
    }
    let edge = |i: usize| if i == bins as usize { max } else { min + width * i as f64 };
    let histogram = counts.iter().enumerate().map(|(i, &count)| DistributionBin {
        range_start_mbps: round(edge(i), 2),
        range_end_mbps: round(edge(i + 1), 2),
        count,
        percentage: round(count as f64 / total.max(1) as f64 * 100.0, 2),
    });
    let sum: f64 = points.iter().map(|p| p.value * p.count as f64).sum();
    Distribution {
        histogram: histogram.collect(),
        total_measurements: total,
        min_speed_mbps: Some(round(min, 2)),
        max_speed_mbps: Some(round(max, 2)),
        avg_speed_mbps: Some(round(sum / total.max(1) as f64, 2)),
        median_speed_mbps: quantile(points, 0.5).map(|m| round(m, 2)),
    }
}

fn percentile_set(points: &[Weighted]) -> PercentileSet {
    let at = |per_cent: f64| quantile(points, per_cent / 100.0).map(|value| round(value, 2));
    PercentileSet {
        p1: at(1.0),
        p5: at(5.0),
        p10: at(10.0),
        p25: at(25.0),
        p50: at(50.0),
        p75: at(75.0),
        p90: at(90.0),
        p95: at(95.0),
        p99: at(99.0),
    }
}

/// The percentiles of ascending points of download, upload and latency; `total` is the number of tests.
pub fn percentiles(download: &[Weighted], upload: &[Weighted], ping: &[Weighted], total: u64) -> Percentiles {
    let speed = |name: &str, points: &[Weighted]| {
        let (p10, p50) = (quantile(points, 0.1)?, quantile(points, 0.5)?);
        let (p10, p50) = (significant(p10), significant(p50));
        Some(format!("Half of all tests {name} at {p50} Mbit/s or more, nine in ten at {p10} or more."))
    };
    let latency = || {
        let (p50, p90) = (quantile(ping, 0.5)?, quantile(ping, 0.9)?);
        let (p50, p90) = (significant(p50), significant(p90));
        Some(format!("Half of all tests answer within {p50} ms, nine in ten within {p90} ms."))
    };
    Percentiles {
        download_speed_mbps: percentile_set(download),
        upload_speed_mbps: percentile_set(upload),
        ping_ms: percentile_set(ping),
        interpretation: PercentileInterpretation {
            download: speed("download", download),
            upload: speed("upload", upload),
            ping: latency(),
        },
        total_measurements: total,
    }
}

/// One test with its local hour and weekday.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalTest {
    /// 0–23, local.
    pub hour: u8,
    /// Local.
    pub weekday: Weekday,
    /// What it measured.
    pub figures: TestFigures,
}

/// The days of a week, Monday first.
const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Speed by local hour and weekday, and how the figures of the same test hang together.
pub fn correlation(tests: &[LocalTest]) -> Correlation {
    let mut hours = vec![LogHistogram::new(); 24];
    let mut weekdays = vec![LogHistogram::new(); 7];
    for test in tests {
        if let Some(hour) = hours.get_mut(usize::from(test.hour)) {
            hour.extend(test.figures.download);
        }
        weekdays[test.weekday.num_days_from_monday() as usize].extend(test.figures.download);
    }
    let two = |figure: Option<f64>| figure.map(|f| round(f, 2));
    let hourly = hours.iter().zip(0_u8..).map(|(h, hour)| HourFigures {
        hour,
        avg_speed_mbps: two(h.mean()),
        min_speed_mbps: two(h.min()),
        max_speed_mbps: two(h.max()),
        measurement_count: h.count(),
    });
    let by_weekday = weekdays.iter().zip(WEEK).map(|(d, weekday)| WeekdayFigures {
        weekday: weekday_name(weekday).to_owned(),
        avg_speed_mbps: two(d.mean()),
        min_speed_mbps: two(d.min()),
        max_speed_mbps: two(d.max()),
        measurement_count: d.count(),
    });
    let name = |i: usize| weekday_name(WEEK[i]).to_owned();
    let hours_ranked = best_and_worst(&hours);
    let days_ranked = best_and_worst(&weekdays);
    Correlation {
        hourly_correlation: hourly.collect(),
        weekday_correlation: by_weekday.collect(),
        insights: CorrelationInsights {
            best_hour: hours_ranked.map(|(best, _)| best as u8),
            worst_hour: hours_ranked.map(|(_, worst)| worst as u8),
            best_day: days_ranked.map(|(best, _)| name(best)),
            worst_day: days_ranked.map(|(_, worst)| name(worst)),
        },
        coefficients: coefficients(tests),
        total_measurements: tests.iter().filter(|t| t.figures.download.is_some()).count() as u64,
    }
}

/// The cells with the highest and lowest mean among those with enough tests (rules.md A8); none where there are
/// not two such cells to tell apart.
pub fn best_and_worst(cells: &[LogHistogram]) -> Option<(usize, usize)> {
    let means: Vec<(usize, f64)> = cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.count() >= MIN_SAMPLES)
        .filter_map(|(i, cell)| Some((i, cell.mean()?)))
        .collect();
    let best = means.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?.0;
    let worst = means.iter().min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))?.0;
    (best != worst).then_some((best, worst))
}

fn coefficients(tests: &[LocalTest]) -> Vec<Coefficient> {
    type Axis = (&'static str, fn(&LocalTest) -> Option<f64>);
    let download: Axis = ("download", |t| t.figures.download);
    let upload: Axis = ("upload", |t| t.figures.upload);
    let ping: Axis = ("ping", |t| t.figures.ping);
    let hour: Axis = ("hour", |t| Some(f64::from(t.hour)));
    let axes = [(download, upload), (download, ping), (upload, ping), (hour, download), (hour, ping)];
    let coefficient = |((x, of_x), (y, of_y)): (Axis, Axis)| {
        let pairs: Vec<(f64, f64)> = tests.iter().filter_map(|t| Some((of_x(t)?, of_y(t)?))).collect();
        let enough = pairs.len() as u64 >= MIN_SAMPLES;
        let told = |r: Option<f64>| r.filter(|_| enough).map(|r| round(r, 3));
        Coefficient {
            x: x.to_owned(),
            y: y.to_owned(),
            pearson: told(pearson(&pairs)),
            spearman: told(spearman(&pairs)),
            n: pairs.len() as u64,
        }
    };
    axes.into_iter().map(coefficient).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn test(hour: u8, weekday: Weekday, download: f64, ping: f64) -> LocalTest {
        let figures = TestFigures { failed: false, download: Some(download), upload: None, ping: Some(ping) };
        LocalTest { hour, weekday, figures }
    }

    #[test]
    fn bins_are_of_equal_width_and_hold_every_test() {
        let got = distribution(&single_values(&[0.0, 10.0, 19.9, 20.0, 100.0]), 5);
        let counts: Vec<_> = got.histogram.iter().map(|b| (b.range_start_mbps, b.count)).collect();
        assert_eq!(counts, [(0.0, 3), (20.0, 1), (40.0, 0), (60.0, 0), (80.0, 1)]);
        assert_eq!(got.histogram[0].percentage, 60.0);
        assert_eq!((got.median_speed_mbps, got.max_speed_mbps), (Some(19.9), Some(100.0)));
    }

    #[test]
    fn nothing_has_no_bins_and_equal_tests_have_one() {
        assert_eq!(distribution(&[], 20).histogram, []);
        let same = distribution(&single_values(&[50.0; 7]), 20);
        assert_eq!((same.histogram.len(), same.histogram[0].count), (1, 7));
    }

    #[test]
    fn percentiles_say_what_they_mean() {
        let hundred: Vec<f64> = (1..=101).map(f64::from).collect();
        let got = percentiles(&single_values(&hundred), &[], &single_values(&[20.0]), 101);
        assert_eq!((got.download_speed_mbps.p25, got.download_speed_mbps.p99), (Some(26.0), Some(100.0)));
        assert_eq!(got.upload_speed_mbps, PercentileSet::default());
        assert_eq!(
            got.interpretation.download.as_deref(),
            Some("Half of all tests download at 51 Mbit/s or more, nine in ten at 11 or more.")
        );
        assert_eq!(got.interpretation.upload, None);
    }

    #[test]
    fn a_best_hour_needs_five_tests_in_it_and_another_to_beat() {
        let mut tests = vec![test(4, Weekday::Mon, 90.0, 10.0); 5];
        assert_eq!(correlation(&tests).insights, CorrelationInsights::default());
        tests.extend([test(20, Weekday::Tue, 30.0, 60.0); 5]);
        tests.push(test(12, Weekday::Wed, 500.0, 1.0));
        let insights = correlation(&tests).insights;
        assert_eq!((insights.best_hour, insights.worst_hour), (Some(4), Some(20)));
        assert_eq!(
            (insights.best_day.as_deref(), insights.worst_day.as_deref()),
            (Some("Monday"), Some("Tuesday"))
        );
    }

    #[test]
    fn slow_tests_with_long_pings_hang_together() {
        let tests: Vec<_> =
            (1..=10).map(|i| test(i, Weekday::Fri, f64::from(i) * 10.0, 200.0 / f64::from(i))).collect();
        let got = correlation(&tests);
        let pair =
            got.coefficients.iter().find(|c| (c.x.as_str(), c.y.as_str()) == ("download", "ping")).unwrap();
        assert_eq!((pair.spearman, pair.n), (Some(-1.0), 10));
        assert!(pair.pearson.unwrap() < -0.7);
        assert!(got.coefficients.iter().filter(|c| c.n == 0).all(|c| c.pearson.is_none()));
        assert_eq!((got.hourly_correlation.len(), got.weekday_correlation.len()), (24, 7));
    }

    proptest! {
        #[test]
        fn no_test_falls_between_bins(values in prop::collection::vec(0.0..1e6_f64, 0..100), bins in 5_u32..=50) {
            let got = distribution(&single_values(&values), bins);
            prop_assert_eq!(got.histogram.iter().map(|b| b.count).sum::<u64>(), values.len() as u64);
            prop_assert_eq!(got.total_measurements, values.len() as u64);
        }

        #[test]
        fn from_rollups_it_is_the_same_to_one_per_cent(values in prop::collection::vec(0.01..1e5_f64, 1..100)) {
            let rollup: LogHistogram = values.iter().copied().collect();
            let rollup: Vec<Weighted> = rollup.weighted().collect();
            let (exact, near) = (quantile(&single_values(&values), 0.5), quantile(&rollup, 0.5));
            let (exact, near) = (exact.unwrap(), near.unwrap());
            prop_assert!((exact - near).abs() <= exact * 0.0101, "{} {}", exact, near);
        }
    }
}
