//! The curve: rates of download and upload one after the other, live and of a stored result.

use domain::{
    measurements::{Curve, StepKind},
    speed_tests::{engine::Engine, rate::batches},
};

use crate::charts::{Lines, Spread, Tick};

/// Between the two directions nothing is measured: a gap, this many seconds wide.
const GAP_S: f64 = 0.5;
/// The live curve's points: a quarter of a second each.
const LIVE_MS: u32 = 250;

/// The curve of a run so far.
pub fn so_far(engine: &Engine) -> Curve {
    let step_ms = f64::from(LIVE_MS).min(engine.plan[1].batch_ms);
    let of = |kind| {
        let done = engine.done.iter().find(|step| step.kind == kind);
        let running = engine.measuring().filter(|planned| planned.kind == kind);
        match (done, running) {
            (Some(step), _) => batches(&step.windows, step_ms),
            (None, Some(_)) => batches(&engine.step.windows, step_ms),
            (None, None) => Vec::new(),
        }
    };
    Curve { step_ms: step_ms as u32, download: of(StepKind::Download), upload: of(StepKind::Upload) }
}

/// The drawing of a curve, at least `seconds` wide.
pub fn lines(curve: &Curve, seconds: f64) -> Lines {
    let step_s = f64::from(curve.step_ms) / 1000.0;
    let at = |from: f64, i: usize| from + (i as f64 + 0.5) * step_s;
    let upload_from = curve.download.len() as f64 * step_s + GAP_S;
    let mut points: Vec<(f64, Option<Spread>)> = Vec::new();
    points
        .extend(curve.download.iter().enumerate().map(|(i, mbps)| (at(0.0, i), Some(Spread::single(*mbps)))));
    points.push((upload_from - GAP_S / 2.0, None));
    points.extend(
        curve.upload.iter().enumerate().map(|(i, mbps)| (at(upload_from, i), Some(Spread::single(*mbps)))),
    );
    let end = (upload_from + curve.upload.len() as f64 * step_s).max(seconds);
    let every = if end > 12.0 { 5 } else { 2 };
    let ticks = (0..=end as usize).step_by(every).map(|s| Tick { at: s as f64, words: format!("{s} s") });
    Lines { x: (0.0, end), points, ticks: ticks.collect(), at_least: 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upload_follows_download_after_a_gap() {
        let curve = Curve { step_ms: 250, download: vec![10.0; 4], upload: vec![5.0; 2] };
        let lines = lines(&curve, 0.0);
        assert_eq!(lines.points.len(), 7);
        assert_eq!(lines.points[4].1, None);
        assert_eq!(lines.points[5].0, 1.625);
        assert_eq!(lines.x.1, 2.0);
    }
}
