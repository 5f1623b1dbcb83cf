//! What stands behind an uplink's minutes: rounds, paths, pinned days; and what is let go of.

use std::time::Duration;

use backend::uplinks::retain;
use chrono::TimeDelta;
use domain::{
    ErrorCode,
    uplinks::{
        GET_UPLINK_MINUTE, PIN_UPLINK_DAY, Protocol, Reason, State, UNPIN_UPLINK_DAY, UplinkFault,
        UplinkMinuteDetail, UplinkMinutePath, UplinkPinPath, UplinkRange,
    },
};

use crate::{
    app::{TestApp, Visitor, code},
    uplinks::{Bench, Who, at},
};

const KEY: &str = "0123456789abcdef";

async fn guarded() -> Bench {
    Bench::on(TestApp::with(|config| config.admin.key = Some(KEY.to_owned().into())).await).await
}

fn operator(bench: &Bench) -> Visitor<'_> {
    bench.app.anyone().header("x-admin-key", KEY)
}

fn day(date: &str) -> UplinkPinPath {
    UplinkPinPath { name: "eth0".into(), date: date.into() }
}

async fn minute(bench: &Bench, minute: &str) -> UplinkMinuteDetail {
    let path = UplinkMinutePath { name: "eth0".into(), at: minute.into() };
    bench.app.anyone().call(GET_UPLINK_MINUTE, &path).await.unwrap()
}

/// The newest fault, once its path was asked beside the rounds.
async fn traced(bench: &Bench) -> UplinkFault {
    for _ in 0..200 {
        let fault = bench.history(UplinkRange::Day).await.faults.remove(0);
        if fault.trace.is_some() {
            return fault;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no path was kept")
}

#[tokio::test]
async fn a_minute_tells_its_rounds_reasons_and_path() {
    let mut bench = Bench::new().await;
    bench.run(60).await;
    bench.fake.set(false);
    bench.run(6).await;
    bench.fake.set(true);
    bench.run(54).await;
    let fault = traced(&bench).await;
    let path = fault.trace.unwrap();
    assert_eq!((path.target.as_str(), path.taken_at), ("192.0.2.1", at("2026-11-21T09:01:01Z")));
    assert_eq!(path.deepest().unwrap().address.as_deref(), Some("192.0.2.254"));
    assert!(fault.trace_id.is_some());
    let told = minute(&bench, "2026-11-21T09:01:30Z").await;
    assert_eq!(told.raw.len(), told.rounds as usize);
    assert_eq!(told.reasons[0].reason, Reason::AllWell);
    let bad: Vec<_> = told.raw.iter().filter(|round| round.state == State::Down).collect();
    assert_eq!(bad.len() as u32, told.reasons[1].rounds);
    assert!(bad.iter().all(|round| round.confirmed), "the second confirmed the first: {bad:?}");
    assert_eq!(told.raw.last().unwrap().echoes[0].rtt_ms, [10.0, 11.0, 12.0]);
    assert_eq!(told.trace, Some(path), "the fault lay in this minute");
    assert_eq!(minute(&bench, "2026-11-21T09:00:30Z").await.trace, None);
}

#[tokio::test]
async fn a_bad_round_that_none_confirms_is_kept_as_such() {
    let mut bench = Bench::new().await;
    bench.run(10).await;
    bench.fake.set(false);
    bench.watcher.turn().await.unwrap();
    bench.fake.set(true);
    bench.app.clock.advance(TimeDelta::seconds(1));
    bench.run(10).await;
    let told = minute(&bench, "2026-11-21T09:00:00Z").await;
    let unconfirmed: Vec<_> = told.raw.iter().filter(|round| !round.confirmed).collect();
    assert_eq!((unconfirmed.len(), unconfirmed[0].reason), (1, Reason::NothingAnswers));
    assert_eq!((told.state, told.unconfirmed), (State::Up, 1));
}

#[tokio::test]
async fn rounds_go_first_and_a_pinned_day_stays_whole() {
    let mut bench = guarded().await;
    bench.run(60).await;
    let pin = operator(&bench).call(PIN_UPLINK_DAY, &day("2026-11-21")).await.unwrap();
    assert!(pin.pinned);
    operator(&bench).call(PIN_UPLINK_DAY, &day("2026-11-21")).await.unwrap();
    bench.app.clock.advance(TimeDelta::days(1));
    bench.run(60).await;
    let unpinned = "2026-11-22T09:01:30Z";
    assert!(!minute(&bench, unpinned).await.raw.is_empty());
    bench.app.clock.advance(TimeDelta::days(8));
    retain(bench.app.state.clone()).await.unwrap();
    let aged = minute(&bench, unpinned).await;
    assert_eq!(
        (aged.raw.len(), aged.round_trips.is_empty()),
        (0, false),
        "only single rounds are let go yet"
    );
    assert_eq!(minute(&bench, "2026-11-21T09:00:30Z").await.raw.len(), 12);
    bench.app.clock.advance(TimeDelta::days(75));
    let days = bench.history(UplinkRange::Quarter).await.days;
    assert_eq!(
        days.iter().filter(|day| day.pinned).map(|day| day.date.to_string()).collect::<Vec<_>>(),
        ["2026-11-21"]
    );
    bench.app.clock.advance(TimeDelta::days(8));
    retain(bench.app.state.clone()).await.unwrap();
    let kept = minute(&bench, "2026-11-21T09:00:30Z").await;
    assert_eq!((kept.rounds, kept.raw.len(), kept.round_trips.is_empty()), (12, 12, false));
    operator(&bench).call(UNPIN_UPLINK_DAY, &day("2026-11-21")).await.unwrap();
    retain(bench.app.state.clone()).await.unwrap();
    let path = UplinkMinutePath { name: "eth0".into(), at: "2026-11-21T09:00:30Z".into() };
    assert_eq!(code(bench.app.anyone().call(GET_UPLINK_MINUTE, &path).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn only_the_operator_pins_and_only_days_of_the_watch() {
    let bench = guarded().await;
    let refused = |date: &'static str| async {
        let visitor = operator(&bench);
        code(visitor.call(PIN_UPLINK_DAY, &day(date)).await)
    };
    assert_eq!(code(bench.app.anyone().call(PIN_UPLINK_DAY, &day("2026-11-21")).await), ErrorCode::Forbidden);
    assert_eq!(
        code(bench.app.anyone().call(UNPIN_UPLINK_DAY, &day("2026-11-21")).await),
        ErrorCode::Forbidden
    );
    assert_eq!(refused("yesterday").await, ErrorCode::Malformed);
    assert_eq!(refused("2026-11-20").await, ErrorCode::Invalid);
    assert_eq!(refused("2026-11-22").await, ErrorCode::Invalid);
    assert_eq!(code(operator(&bench).call(UNPIN_UPLINK_DAY, &day("2026-11-21")).await), ErrorCode::NotFound);
    let unknown = UplinkPinPath { name: "eth9".into(), date: "2026-11-21".into() };
    assert_eq!(code(operator(&bench).call(PIN_UPLINK_DAY, &unknown).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn rounds_that_outgrow_their_limit_give_way_oldest_first_and_that_is_said() {
    let app = TestApp::with(|config| config.retention.uplink_rounds_mb = 0).await;
    let mut bench = Bench::on(app).await;
    bench.run(120).await;
    assert_eq!(bench.history(UplinkRange::Day).await.rounds_dropped_to, None);
    retain(bench.app.state.clone()).await.unwrap();
    // The next round writes its row beside the job's word.
    bench.run(5).await;
    let past = bench.history(UplinkRange::Day).await;
    assert_eq!(past.rounds_dropped_to, Some(at("2026-11-21T09:03:00Z")));
    assert_eq!((past.totals.up, minute(&bench, "2026-11-21T09:00:30Z").await.raw.len()), (3, 0));
    assert_eq!(minute(&bench, "2026-11-21T09:02:00Z").await.raw.len(), 1, "what came later is there");
}

#[tokio::test]
async fn a_line_that_is_gone_is_down_and_one_that_never_was_is_none() {
    let mut bench = Bench::new().await;
    bench.fake.say(Who::Gone);
    bench.run(10).await;
    let uplink = bench.uplink().await;
    assert_eq!((uplink.state, uplink.reason), (State::NoData, Reason::NoSuchInterface));
    assert!(bench.history(UplinkRange::Day).await.faults.is_empty());
    bench.fake.say(Who::All);
    bench.run(5).await;
    assert_eq!(bench.uplink().await.state, State::Up);
    bench.fake.say(Who::Gone);
    bench.run(10).await;
    let uplink = bench.uplink().await;
    assert_eq!((uplink.state, uplink.reason), (State::Down, Reason::InterfaceMissing));
    bench.restart().await;
    bench.run(5).await;
    assert_eq!(bench.uplink().await.state, State::Down, "it answered before the restart");
    bench.fake.say(Who::All);
    bench.run(5).await;
    assert_eq!(bench.uplink().await.state, State::Up);
}

#[tokio::test]
async fn what_was_silent_for_a_day_beside_the_other_is_no_longer_required() {
    let mut bench = Bench::new().await;
    bench.run(10).await;
    bench.fake.say(Who::EchoesAlone);
    bench.run(60).await;
    assert_eq!(bench.uplink().await.reason, Reason::OnlyIcmp);
    // A program that was away for days has asked nobody meanwhile.
    bench.app.clock.advance(TimeDelta::days(3));
    bench.restart().await;
    bench.run(10).await;
    assert_eq!((bench.uplink().await.reason, bench.uplink().await.filtered), (Reason::OnlyIcmp, vec![]));
    // 29 s a round is the longest that counts as one pause between two.
    for _ in 0..3_000 {
        bench.app.clock.advance(TimeDelta::seconds(29));
        bench.watcher.turn().await.unwrap();
    }
    let uplink = bench.uplink().await;
    assert_eq!((uplink.state, uplink.filtered), (State::Up, vec![Protocol::Https]));
    bench.fake.say(Who::All);
    bench.run(5).await;
    assert_eq!(bench.uplink().await.filtered, []);
}
