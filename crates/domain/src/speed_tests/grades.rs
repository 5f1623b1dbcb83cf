//! What a line is good for, by a table; a missing input gives no grade (rules.md A2, A9; numbers from B6).

use crate::measurements::{Grade, GradeReason, Grades, Metric, UseGrade};

/// The values that grades look at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Inputs {
    pub download_mbps: Option<f64>,
    pub upload_mbps: Option<f64>,
    pub ping_ms: Option<f64>,
    pub jitter_ms: Option<f64>,
    pub loaded_down_ms: Option<f64>,
    pub loaded_up_ms: Option<f64>,
}

impl Inputs {
    fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Download => self.download_mbps,
            Metric::Upload => self.upload_mbps,
            Metric::Ping => self.ping_ms,
            Metric::Jitter => self.jitter_ms,
            Metric::LoadedPing => Some(self.ping_ms?.max(self.loaded_down_ms?).max(self.loaded_up_ms?)),
        }
    }
}

/// One use: its metrics, and for each grade the limits in the same order.
struct Table {
    metrics: &'static [Metric],
    rows: [(Grade, &'static [f64]); 5],
}

/// Several 1080p calls; Teams 1080p 4/4 with "excellent" below 100 ms and VoIP's jitter; 720p (Zoom 2.6, Teams and
/// Meet 2.5); SD (1.2, Meet's jitter); a voice alone, at ITU-T G.114's outer limit.
const CALLS: Table = Table {
    metrics: &[Metric::Download, Metric::Upload, Metric::LoadedPing, Metric::Jitter],
    rows: [
        (Grade::APlus, &[10.0, 10.0, 60.0, 10.0]),
        (Grade::A, &[4.0, 4.0, 100.0, 20.0]),
        (Grade::B, &[2.6, 2.5, 150.0, 30.0]),
        (Grade::C, &[1.2, 1.2, 200.0, 40.0]),
        (Grade::D, &[0.1, 0.1, 400.0, 60.0]),
    ],
};

/// Half of the shooters' limits; shooters 50/10; MOBA 80/15; battle royale 100/20; MMO 150/30 (ms, jitter); 3/1 Mbit/s.
const GAMING: Table = Table {
    metrics: &[Metric::Download, Metric::Upload, Metric::LoadedPing, Metric::Jitter],
    rows: [
        (Grade::APlus, &[3.0, 1.0, 25.0, 5.0]),
        (Grade::A, &[3.0, 1.0, 50.0, 10.0]),
        (Grade::B, &[3.0, 1.0, 80.0, 15.0]),
        (Grade::C, &[3.0, 1.0, 100.0, 20.0]),
        (Grade::D, &[3.0, 1.0, 150.0, 30.0]),
    ],
};

/// 8K, 4K, two films in 1080p, one, music.
const STREAMING: Table = Table {
    metrics: &[Metric::Download, Metric::Ping],
    rows: [
        (Grade::APlus, &[100.0, 150.0]),
        (Grade::A, &[25.0, 150.0]),
        (Grade::B, &[10.0, 200.0]),
        (Grade::C, &[5.0, 200.0]),
        (Grade::D, &[0.5, 400.0]),
    ],
};

/// With large backups; the advice limits 10/5/100; Zoom 1080p 3.8/3.8/150/30; browsing and SD calls; chat 0.5/0.5/300/50.
const WORK: Table = Table {
    metrics: &[Metric::Download, Metric::Upload, Metric::LoadedPing, Metric::Jitter],
    rows: [
        (Grade::APlus, &[25.0, 10.0, 100.0, 20.0]),
        (Grade::A, &[10.0, 5.0, 100.0, 30.0]),
        (Grade::B, &[3.8, 3.8, 150.0, 30.0]),
        (Grade::C, &[2.0, 1.2, 200.0, 40.0]),
        (Grade::D, &[0.5, 0.5, 300.0, 50.0]),
    ],
};

/// The grades of one run.
pub fn grades(inputs: &Inputs) -> Grades {
    Grades {
        calls: grade(&CALLS, inputs),
        gaming: grade(&GAMING, inputs),
        streaming: grade(&STREAMING, inputs),
        work: grade(&WORK, inputs),
    }
}

/// Speeds must reach their limit, times must stay within it.
fn meets(metric: Metric, value: f64, limit: f64) -> bool {
    match metric {
        Metric::Download | Metric::Upload => value >= limit,
        Metric::LoadedPing | Metric::Ping | Metric::Jitter => value <= limit,
    }
}

fn grade(table: &Table, inputs: &Inputs) -> Option<UseGrade> {
    let values: Option<Vec<f64>> = table.metrics.iter().map(|metric| inputs.value(*metric)).collect();
    let values = values?;
    let failing = |limits: &[f64]| -> Vec<GradeReason> {
        let rows = table.metrics.iter().zip(&values).zip(limits);
        rows.filter(|((metric, value), limit)| !meets(**metric, **value, **limit))
            .map(|((metric, value), limit)| GradeReason { metric: *metric, value: *value, limit: *limit })
            .collect()
    };
    let mut reasons = Vec::new();
    for (grade, limits) in &table.rows {
        let failed = failing(limits);
        if failed.is_empty() {
            return Some(UseGrade { grade: *grade, reasons });
        }
        reasons = failed;
    }
    Some(UseGrade { grade: Grade::F, reasons })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line() -> Inputs {
        Inputs {
            download_mbps: Some(94.0),
            upload_mbps: Some(38.0),
            ping_ms: Some(12.0),
            jitter_ms: Some(1.0),
            loaded_down_ms: Some(20.0),
            loaded_up_ms: Some(140.0),
        }
    }

    #[test]
    fn a_bloated_upload_spoils_games_and_says_why() {
        let grades = grades(&line());
        let gaming = grades.gaming.unwrap();
        assert_eq!(gaming.grade, Grade::D);
        assert_eq!(gaming.reasons, [GradeReason { metric: Metric::LoadedPing, value: 140.0, limit: 100.0 }]);
        assert_eq!(grades.streaming.unwrap().grade, Grade::A);
        assert_eq!(grades.calls.unwrap().grade, Grade::B);
    }

    #[test]
    fn a_missing_input_gives_no_grade() {
        let grades = grades(&Inputs { loaded_up_ms: None, ..line() });
        assert!(grades.calls.is_none() && grades.gaming.is_none() && grades.work.is_none());
        assert!(grades.streaming.is_some());
    }

    #[test]
    fn the_best_grade_can_be_reached_and_has_no_reasons() {
        let best = Inputs { download_mbps: Some(900.0), loaded_up_ms: Some(14.0), ..line() };
        for grade in [grades(&best).calls, grades(&best).gaming, grades(&best).streaming, grades(&best).work]
        {
            assert_eq!(grade, Some(UseGrade { grade: Grade::APlus, reasons: Vec::new() }));
        }
    }

    proptest! {
        #[test]
        fn a_faster_download_never_grades_worse(a in 0.0_f64..500.0, b in 0.0_f64..500.0) {
            let of = |mbps| grades(&Inputs { download_mbps: Some(mbps), ..line() }).work.unwrap().grade;
            prop_assert!(of(a.max(b)) >= of(a.min(b)));
        }
    }
}
