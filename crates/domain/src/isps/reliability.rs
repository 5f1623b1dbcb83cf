//! A provider's figures: devices before tests, a grade, and an order that a lucky handful never leads.

use super::IspReliability;
use crate::{
    histogram::LogHistogram,
    history::grades::NO_GRADE,
    privacy::{participants, suppressed_cells},
    stats::{Interval, mean, median, round, wilson_interval_of},
};

/// With fewer tests a provider has no grade and no rank (rules.md A3).
pub const MIN_TESTS: u64 = 30;

/// Cuts of the reliability grade: uptime in per cent, download in Mbit/s (rules.md B1).
const GRADES: [(f64, f64, &str); 5] =
    [(99.0, 50.0, "A+"), (97.0, 25.0, "A"), (95.0, 10.0, "B"), (90.0, 5.0, "C"), (80.0, 0.0, "D")];

/// One device's tests of a window, before it is joined with others. The household is the keyed hash of its network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeviceFigures {
    /// Who takes part (for k).
    pub household: [u8; 16],
    /// Valid tests.
    pub tests: u64,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub outages: u64,
    /// The device's median download in Mbit/s.
    pub download: Option<f64>,
    /// The device's median upload in Mbit/s.
    pub upload: Option<f64>,
    /// The device's median latency in ms.
    pub ping: Option<f64>,
}

impl DeviceFigures {
    /// A device's figures from its rollups of the window.
    pub fn new(household: [u8; 16], facts: &crate::history::facts::WindowFacts) -> Self {
        let median = LogHistogram::median;
        Self {
            household,
            tests: facts.tests,
            outages: facts.outages,
            download: median(&facts.download),
            upload: median(&facts.upload),
            ping: median(&facts.ping),
        }
    }
}

/// What the devices of a provider (or of a community) say together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderFigures {
    /// Devices with at least one test.
    pub devices: u64,
    /// All their tests.
    pub tests: u64,
    /// Tests that failed or stayed under 1 Mbit/s.
    pub outages: u64,
    /// The mean of the devices' shares of good tests, in per cent.
    pub uptime_pct: Option<f64>,
    /// Its Wilson interval.
    pub uptime_interval: Option<Interval>,
    /// Median of device medians in Mbit/s.
    pub download: Option<f64>,
    /// Median of device medians in Mbit/s.
    pub upload: Option<f64>,
    /// Median of device medians in ms.
    pub ping: Option<f64>,
}

/// Joins devices so that each weighs the same (rules.md A4).
pub fn provider_figures(devices: &[DeviceFigures]) -> ProviderFigures {
    let devices: Vec<&DeviceFigures> = devices.iter().filter(|d| d.tests > 0).collect();
    let good = |d: &DeviceFigures| d.tests.saturating_sub(d.outages) as f64 / d.tests as f64;
    let shares: Vec<f64> = devices.iter().map(|d| good(d)).collect();
    let share = mean(&shares);
    // The mean of D shares of nᵢ tests each varies like one share of D² / Σ(1/nᵢ) tests: a busy tester adds little.
    let spread: f64 = devices.iter().map(|d| 1.0 / d.tests as f64).sum();
    let effective = (devices.len() as f64).powi(2) / spread;
    let middle = |figure: fn(&DeviceFigures) -> Option<f64>| {
        median(&devices.iter().filter_map(|d| figure(d)).collect::<Vec<_>>())
    };
    ProviderFigures {
        devices: devices.len() as u64,
        tests: devices.iter().map(|d| d.tests).fold(0, u64::saturating_add),
        outages: devices.iter().map(|d| d.outages).fold(0, u64::saturating_add),
        uptime_pct: share.map(|s| s * 100.0),
        uptime_interval: share.and_then(|s| wilson_interval_of(s, effective)).map(|i| i.scaled(100.0)),
        download: middle(|d| d.download),
        upload: middle(|d| d.upload),
        ping: middle(|d| d.ping),
    }
}

/// The grade of an uptime and a download; a missing download is left out (rules.md A2).
pub fn reliability_grade(uptime_pct: f64, download_mbps: Option<f64>) -> &'static str {
    GRADES
        .iter()
        .find(|(uptime, download, _)| uptime_pct >= *uptime && download_mbps.is_none_or(|d| d >= *download))
        .map_or("F", |row| row.2)
}

/// One provider and its devices.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderFacts {
    /// The provider's name.
    pub name: String,
    /// The provider's slug.
    pub slug: String,
    /// The figures of each device.
    pub devices: Vec<DeviceFigures>,
}

/// Providers by the lower end of their uptime; those without a rank by name, those held back last.
pub fn list_reliability(
    providers: &[ProviderFacts],
    viewer: Option<&[u8; 16]>,
    k: u64,
) -> Vec<IspReliability> {
    let households: Vec<u64> = providers
        .iter()
        .map(|p| participants(p.devices.iter().filter(|d| d.tests > 0).map(|d| d.household), viewer))
        .collect();
    let hidden = suppressed_cells(&households, k);
    let mut list: Vec<IspReliability> =
        providers.iter().zip(hidden).map(|(provider, hidden)| card(provider, hidden)).collect();
    let place = |isp: &IspReliability| {
        let ranked = isp.total_tests.is_some_and(|tests| tests >= MIN_TESTS);
        (ranked, isp.uptime_interval.filter(|_| ranked).map_or(-1.0, |i| i.low))
    };
    list.sort_by(|a, b| {
        let ((ranked_a, low_a), (ranked_b, low_b)) = (place(a), place(b));
        let best_first = ranked_b.cmp(&ranked_a).then(low_b.total_cmp(&low_a));
        best_first.then(a.suppressed.cmp(&b.suppressed)).then_with(|| a.slug.cmp(&b.slug))
    });
    list
}

fn card(provider: &ProviderFacts, hidden: bool) -> IspReliability {
    let figures = if hidden { ProviderFigures::default() } else { provider_figures(&provider.devices) };
    let two = |figure: Option<f64>| figure.map(|f| round(f, 2));
    let grade = match figures.uptime_pct {
        Some(uptime) if figures.tests >= MIN_TESTS => reliability_grade(uptime, figures.download),
        _ => NO_GRADE,
    };
    IspReliability {
        isp: provider.name.clone(),
        slug: provider.slug.clone(),
        total_tests: (!hidden).then_some(figures.tests),
        outage_tests: (!hidden).then_some(figures.outages),
        uptime_pct: two(figures.uptime_pct),
        uptime_interval: figures.uptime_interval.map(|i| i.rounded(2)),
        avg_download: two(figures.download),
        avg_upload: two(figures.upload),
        avg_ping: two(figures.ping),
        grade: grade.to_owned(),
        devices: (!hidden).then_some(figures.devices),
        suppressed: hidden,
    }
}

/// Devices for tests of rules: household, tests, outages, download.
#[cfg(test)]
pub(crate) fn device(household: u8, tests: u64, outages: u64, download: f64) -> DeviceFigures {
    DeviceFigures {
        household: [household; 16],
        tests,
        outages,
        download: Some(download),
        upload: Some(download / 5.0),
        ping: Some(20.0),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn provider(slug: &str, devices: Vec<DeviceFigures>) -> ProviderFacts {
        ProviderFacts { name: slug.to_uppercase(), slug: slug.into(), devices }
    }

    fn three(tests: u64, outages: u64, download: f64) -> Vec<DeviceFigures> {
        (1..=3).map(|household| device(household, tests, outages, download)).collect()
    }

    #[rstest]
    #[case::best_is_reachable(99.0, Some(50.0), "A+")]
    #[case::up_but_slow(99.9, Some(4.0), "D")]
    #[case::fast_but_down(79.9, Some(900.0), "F")]
    #[case::good(96.0, Some(30.0), "B")]
    #[case::without_a_download(98.0, None, "A")]
    fn grades(#[case] uptime: f64, #[case] download: Option<f64>, #[case] grade: &str) {
        assert_eq!(reliability_grade(uptime, download), grade);
    }

    #[test]
    fn one_busy_tester_decides_nothing() {
        let devices = [device(1, 1000, 1000, 0.5), device(2, 10, 0, 90.0), device(3, 10, 0, 110.0)];
        let got = provider_figures(&devices);
        assert_eq!((got.download, got.tests, got.devices), (Some(90.0), 1020, 3));
        assert!((got.uptime_pct.unwrap() - 66.666).abs() < 0.01);
        let interval = got.uptime_interval.unwrap();
        assert!(interval.high - interval.low > 20.0, "about 45 effective tests: {interval:?}");
    }

    #[test]
    fn a_lucky_handful_never_leads() {
        let list = list_reliability(
            &[provider("lucky", three(11, 0, 100.0)), provider("large", three(1000, 5, 100.0))],
            None,
            3,
        );
        assert_eq!(list.iter().map(|i| i.slug.as_str()).collect::<Vec<_>>(), ["large", "lucky"]);
        assert!(list[1].uptime_pct > list[0].uptime_pct);
        assert_eq!(list[0].grade, "A+");
    }

    #[test]
    fn few_tests_have_figures_but_no_grade_and_no_rank() {
        let list = list_reliability(
            &[provider("few", three(9, 0, 100.0)), provider("bad", three(10, 5, 9.0))],
            None,
            3,
        );
        assert_eq!(
            list.iter().map(|i| (i.slug.as_str(), i.grade.as_str())).collect::<Vec<_>>(),
            [("bad", "F"), ("few", "N/A")]
        );
    }

    #[test]
    fn below_k_there_is_nothing_to_read() {
        let list = list_reliability(&[provider("two", three(50, 0, 100.0)[..2].to_vec())], None, 3);
        let json = serde_json::to_value(&list[0]).unwrap();
        let told: Vec<&str> =
            json.as_object().unwrap().iter().filter(|(_, v)| !v.is_null()).map(|(k, _)| k.as_str()).collect();
        assert_eq!(told, ["grade", "isp", "slug", "suppressed"]);
    }

    #[test]
    fn the_viewer_does_not_count_and_a_lone_gap_takes_company() {
        let providers = [
            provider("mine", three(50, 0, 100.0)),
            provider("small", (11..=15).map(|h| device(h, 50, 0, 50.0)).collect()),
            provider("large", (21..=29).map(|h| device(h, 50, 0, 50.0)).collect()),
        ];
        let open = list_reliability(&providers, None, 3);
        assert!(open.iter().all(|i| !i.suppressed));
        let seen_by_one = list_reliability(&providers, Some(&[2; 16]), 3);
        let hidden: Vec<_> = seen_by_one.iter().filter(|i| i.suppressed).map(|i| i.slug.as_str()).collect();
        assert_eq!(hidden, ["mine", "small"]);
    }
}
