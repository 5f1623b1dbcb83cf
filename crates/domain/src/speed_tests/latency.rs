//! Round trips: idle figures, latency under load, bufferbloat (measurement.md §1.1, §1.4).

use super::sample::{mean, median, quantile};
use crate::measurements::{Bufferbloat, Confidence, Grade, IdleLatency, ResponsivenessClass};

/// Fewer loaded round trips than this give no figure.
pub const MIN_LOADED: usize = 5;

/// The idle round trips of a run, after the first two were dropped; `None` of nothing.
pub fn idle(rtts: &[f64]) -> Option<IdleLatency> {
    let differences: Vec<f64> = rtts.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    Some(IdleLatency {
        min: quantile(rtts, 0.0)?,
        median: median(rtts)?,
        p95: quantile(rtts, 0.95)?,
        jitter: mean(&differences),
        // RFC 3550 §6.4.1: J += (|D| − J) / 16.
        jitter_rfc3550: (!differences.is_empty())
            .then(|| differences.iter().fold(0.0, |jitter, d| jitter + (d - jitter) / 16.0)),
        n: rtts.len() as u32,
    })
}

/// The median of loaded round trips, if there are enough of them.
pub fn loaded(rtts: &[f64]) -> Option<f64> {
    (rtts.len() >= MIN_LOADED).then(|| median(rtts)).flatten()
}

/// Increase over idle below which each grade is given, ms (measurement.md §1.4, after the DSLReports and Waveform
/// scales).
const BUFFERBLOAT: [(f64, Grade); 5] =
    [(5.0, Grade::APlus), (30.0, Grade::A), (60.0, Grade::B), (200.0, Grade::C), (400.0, Grade::D)];

/// The grade of an increase of latency under load.
pub fn bufferbloat_grade(increase_ms: f64) -> Grade {
    BUFFERBLOAT.iter().find(|(below, _)| increase_ms < *below).map_or(Grade::F, |(_, grade)| *grade)
}

/// Latency under load against idle; `None` without an idle or any loaded figure.
pub fn bufferbloat(idle_ms: f64, down: &[f64], up: &[f64]) -> Option<Bufferbloat> {
    let (down_ms, up_ms) = (loaded(down), loaded(up));
    // The worse direction is the one that people feel.
    let (worst, rtts) = match (down_ms, up_ms) {
        (Some(d), Some(u)) if u > d => (u, up),
        (Some(d), _) => (d, down),
        (None, Some(u)) => (u, up),
        (None, None) => return None,
    };
    let rpm = 60_000.0 / worst.max(0.1);
    Some(Bufferbloat {
        idle_ms,
        down_ms,
        up_ms,
        down_p95_ms: down_ms.and_then(|_| quantile(down, 0.95)),
        up_p95_ms: up_ms.and_then(|_| quantile(up, 0.95)),
        grade: bufferbloat_grade(worst - idle_ms),
        rpm,
        class: class(rpm),
        confidence: confidence(rtts, worst),
    })
}

/// Cuts of draft-ietf-ippm-responsiveness implementations (Apple's networkQuality words), as measurement.md names them.
fn class(rpm: f64) -> ResponsivenessClass {
    match rpm {
        r if r < 300.0 => ResponsivenessClass::Poor,
        r if r < 1000.0 => ResponsivenessClass::Fair,
        r if r < 6000.0 => ResponsivenessClass::Good,
        _ => ResponsivenessClass::Excellent,
    }
}

/// Many samples close together are worth more than a few far apart: by n and by the middle half over the median.
fn confidence(rtts: &[f64], centre: f64) -> Confidence {
    let half = quantile(rtts, 0.75).unwrap_or(0.0) - quantile(rtts, 0.25).unwrap_or(0.0);
    let narrow = half <= 0.5 * centre;
    match rtts.len() {
        n if n >= 30 && narrow => Confidence::High,
        n if n >= 10 => Confidence::Medium,
        _ => Confidence::Low,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn idle_figures() {
        let idle = idle(&[10.0, 12.0, 11.0, 30.0]).unwrap();
        assert_eq!((idle.min, idle.median, idle.n), (10.0, 11.5, 4));
        // |2| + |1| + |19| over 3.
        assert!((idle.jitter.unwrap() - 22.0 / 3.0).abs() < 1e-9);
        assert!(idle.jitter_rfc3550.unwrap() < idle.jitter.unwrap());
        assert_eq!(super::idle(&[]), None);
    }

    #[rstest]
    #[case::none(4.9, Grade::APlus)]
    #[case::little(5.0, Grade::A)]
    #[case::some(59.9, Grade::B)]
    #[case::much(60.0, Grade::C)]
    #[case::very_much(399.0, Grade::D)]
    #[case::seconds(2000.0, Grade::F)]
    #[case::faster_under_load(-3.0, Grade::APlus)]
    fn grades(#[case] increase: f64, #[case] grade: Grade) {
        assert_eq!(bufferbloat_grade(increase), grade);
    }

    #[test]
    fn the_worse_direction_decides() {
        let bloat = bufferbloat(20.0, &[30.0; 40], &[120.0; 40]).unwrap();
        assert_eq!((bloat.grade, bloat.rpm, bloat.confidence), (Grade::C, 500.0, Confidence::High));
        assert_eq!(bloat.class, ResponsivenessClass::Fair);
        assert!(bufferbloat(20.0, &[30.0; 4], &[]).is_none(), "too few round trips give no figure");
    }
}
