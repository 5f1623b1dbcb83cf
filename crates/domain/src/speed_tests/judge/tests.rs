//! A run over a line of 25 Mbit/s, and what becomes of it when one thing is changed.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;

use super::*;
use crate::{
    measurements::{ClientFacts, Grade},
    speed_tests::{LogPoint, TcpSummary},
};

const BYTES_PER_TENTH: u64 = 312_500;

fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn log() -> ServerLog {
    let mut points = Vec::new();
    for i in 1..=60_u64 {
        // The server's socket takes the first 2 MB at once.
        let sent_bytes = BYTES_PER_TENTH * i + 2_000_000;
        points.push(LogPoint { t_ms: 2000.0 + i as f64 * 100.0, sent_bytes, received_bytes: 0 });
    }
    let sent_bytes = points.last().unwrap().sent_bytes;
    for i in 1..=62_u64 {
        let received_bytes = BYTES_PER_TENTH / 5 * i;
        points.push(LogPoint { t_ms: 9000.0 + i as f64 * 100.0, sent_bytes, received_bytes });
    }
    ServerLog {
        kind: TestKind::Full,
        started_at: begin(),
        received_at: begin() + Duration::seconds(20),
        max_seconds: 30,
        points,
        tcp: Some(TcpSummary {
            span_us: 12_000_000,
            busy_us: 11_900_000,
            bytes_sent: 20_000_000,
            bytes_retransmitted: 200_000,
            mss: 1448,
            ..TcpSummary::default()
        }),
        congestion: Some("cubic".into()),
        concurrent_tests: 1,
        direct: true,
        address_changed: false,
        uplink_was_full: false,
        ip_version: Some(4),
    }
}

fn run() -> FinishedRun {
    let windows: Vec<(f64, u64)> =
        (1..=60).map(|i| (f64::from(i) * 100.0, BYTES_PER_TENTH * i as u64)).collect();
    let step = |kind| RunStep {
        kind,
        duration_ms: 1500.0,
        bytes: 0,
        windows: vec![],
        rtt_ms: vec![],
        connections: 0,
    };
    FinishedRun {
        token: "t".into(),
        started_at: begin() + Duration::seconds(1),
        steps: vec![
            RunStep {
                rtt_ms: vec![20.0, 21.0, 20.0, 21.0, 20.0, 21.0, 20.0, 21.0, 20.0, 21.0, 20.0],
                ..step(StepKind::Idle)
            },
            RunStep {
                duration_ms: 6000.0,
                bytes: windows.last().unwrap().1,
                windows,
                rtt_ms: vec![75.0; 50],
                connections: 3,
                ..step(StepKind::Download)
            },
            RunStep { duration_ms: 6100.0, rtt_ms: vec![40.0; 50], connections: 2, ..step(StepKind::Upload) },
        ],
        client: ClientFacts { visible: true, protocol: Some("http/1.1".into()), ..ClientFacts::default() },
    }
}

#[test]
fn a_good_run_gives_every_figure() {
    let judged = judge(&run(), &log()).unwrap();
    assert_eq!(judged.detail.invalid_reason, None);
    assert!(judged.valid);
    assert!((judged.download_mbps.unwrap() - 25.0).abs() < 0.01, "{judged:?}");
    assert!((judged.upload_mbps.unwrap() - 5.0).abs() < 0.01, "{judged:?}");
    assert_eq!(
        (judged.ping_ms, judged.loaded_ping_down_ms, judged.loaded_ping_up_ms),
        (Some(20.0), Some(75.0), Some(40.0))
    );
    assert_eq!(judged.retransmitted_share, Some(0.01));
    assert_eq!(judged.detail.bottleneck, Some(Bottleneck::Network));
    assert_eq!(judged.detail.bufferbloat.as_ref().unwrap().grade, Grade::B);
    // 25 × 1514 / 1448.
    assert_eq!(judged.detail.line_rate_mbps, Some(26.14));
    assert!(judged.detail.spread.download.unwrap().converged);
    assert_eq!(judged.connections, 3);
    assert_eq!(judged.detail.curve.unwrap().download.len(), 23);
}

#[test]
fn the_uploads_rate_is_the_servers_whatever_the_client_says() {
    let mut told = run();
    told.steps[2].bytes = 100;
    assert_eq!(judge(&told, &log()).unwrap().upload_mbps, judge(&run(), &log()).unwrap().upload_mbps);
}

#[test]
fn behind_a_proxy_the_kernels_account_is_not_available() {
    let judged = judge(&run(), &ServerLog { direct: false, ..log() }).unwrap();
    assert_eq!((judged.retransmitted_share, judged.detail.bottleneck), (None, None));
    assert!(judged.valid);
}

#[test]
fn what_was_not_measured_is_null_and_gives_no_grade() {
    let mut cut = run();
    cut.steps.truncate(1);
    let judged = judge(&cut, &log()).unwrap();
    assert_eq!(
        (judged.download_mbps, judged.upload_mbps, judged.detail.bufferbloat.as_ref()),
        (None, None, None)
    );
    assert_eq!(judged.detail.grades, crate::measurements::Grades::default());
    assert_eq!(judged.detail.invalid_reason, Some(InvalidReason::TooFewSamples));
}

type Change = fn(&mut FinishedRun, &mut ServerLog);

#[test]
fn invalid_runs_are_kept_with_their_reason() {
    let cases: &[(&str, Change, InvalidReason)] = &[
        ("hidden", |run, _| run.client.visible = false, InvalidReason::HiddenTab),
        ("offline", |run, _| run.client.went_offline = true, InvalidReason::Offline),
        ("another network", |run, _| run.client.connection_changed = true, InvalidReason::ConnectionChanged),
        ("another address", |_, log| log.address_changed = true, InvalidReason::AddressChanged),
        ("few pings", |run, _| run.steps[0].rtt_ms.truncate(9), InvalidReason::TooFewSamples),
        ("short", |run, _| run.steps[1].windows.truncate(35), InvalidReason::TooFewSamples),
        ("full uplink", |_, log| log.uplink_was_full = true, InvalidReason::ServerWasTheLimit),
        ("starved", |_, log| log.tcp.as_mut().unwrap().busy_us = 2_000_000, InvalidReason::ServerWasTheLimit),
    ];
    for (name, change, expected) in cases {
        let (mut run, mut log) = (run(), log());
        change(&mut run, &mut log);
        let judged = judge(&run, &log).unwrap();
        assert_eq!((judged.valid, judged.detail.invalid_reason), (false, Some(*expected)), "{name}");
    }
}

#[test]
fn the_impossible_is_refused_by_field() {
    let cases: &[(&str, Change, &str)] = &[
        ("negative time", |run, _| run.steps[0].duration_ms = -1.0, "steps.0.duration_ms"),
        ("not a number", |run, _| run.steps[0].rtt_ms[3] = f64::NAN, "steps.0.rtt_ms.3"),
        ("negative rtt", |run, _| run.steps[1].rtt_ms[0] = -0.1, "steps.1.rtt_ms.0"),
        ("too many rtts", |run, _| run.steps[0].rtt_ms = vec![1.0; 401], "steps.0.rtt_ms"),
        ("twice", |run, _| run.steps[2].kind = StepKind::Download, "steps.2.kind"),
        ("more than sent", |run, _| run.steps[1].bytes = 1 << 40, "steps.1.bytes"),
        ("idle bytes", |run, _| run.steps[0].bytes = 1, "steps.0.bytes"),
        ("backwards", |run, _| run.steps[1].windows[5].0 = 0.0, "steps.1.windows.5"),
        ("shrinking", |run, _| run.steps[1].windows[5].1 = 1, "steps.1.windows.5"),
        (
            "earlier than sent",
            |run, _| {
                for w in &mut run.steps[1].windows {
                    w.0 /= 4.0;
                }
            },
            "steps.1.windows.24",
        ),
        ("bytes below windows", |run, _| run.steps[1].bytes = 5, "steps.1.bytes"),
        ("shorter than windows", |run, _| run.steps[1].duration_ms = 10.0, "steps.1.duration_ms"),
        ("longer than token", |run, _| run.steps[0].duration_ms = 40_000.0, "steps"),
        ("future", |run, log| run.started_at = log.received_at + Duration::hours(1), "started_at"),
        ("past", |run, log| run.started_at = log.started_at - Duration::hours(1), "started_at"),
        ("nothing sent", |_, log| log.points.clear(), "steps.1.bytes"),
    ];
    for (name, change, expected) in cases {
        let (mut run, mut log) = (run(), log());
        change(&mut run, &mut log);
        assert_eq!(judge(&run, &log).unwrap_err().field, *expected, "{name}");
    }
}

proptest! {
    #[test]
    fn any_run_is_survived(
        durations in prop::collection::vec(any::<f64>(), 3),
        bytes in any::<u64>(),
        windows in prop::collection::vec((any::<f64>(), any::<u64>()), 0..40),
        rtts in prop::collection::vec(any::<f64>(), 0..40),
        points in prop::collection::vec((any::<f64>(), any::<u64>(), any::<u64>()), 0..40),
    ) {
        let (mut run, mut log) = (run(), log());
        for (step, duration) in run.steps.iter_mut().zip(durations) {
            step.duration_ms = duration;
            step.rtt_ms.clone_from(&rtts);
        }
        run.steps[1].bytes = bytes;
        run.steps[1].windows = windows;
        log.points = points.into_iter().map(|(t_ms, sent_bytes, received_bytes)| LogPoint { t_ms, sent_bytes, received_bytes }).collect();
        let _ = judge(&run, &log);
    }

    #[test]
    fn a_judged_run_has_finite_figures(rtt in 0.0_f64..500.0, tenths in 45_usize..60) {
        let mut run = run();
        run.steps[1].windows.truncate(tenths);
        run.steps[0].rtt_ms = vec![rtt; 18];
        let judged = judge(&run, &log()).unwrap();
        prop_assert!(judged.download_mbps.unwrap().is_finite() && judged.valid);
    }
}
