//! The watch of an uplink with a prober that says what the test wants, and clocks that the test moves.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use backend::{
    clock::Clock,
    jobs,
    uplinks::{Asking, Prober, Taken, Taking, Watcher, retain},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ErrorCode,
    uplinks::{
        EXPORT_UPLINK_CSV, EchoResult, FIND_UPLINK, GET_UPLINK_HISTORY, GET_UPLINK_MINUTE, HttpsResult,
        LIST_UPLINKS, Reason, Round, State, TraceEnd, Trouble, Uplink, UplinkHistory, UplinkHistoryInput,
        UplinkHop, UplinkMinutePath, UplinkPath, UplinkRange, UplinkTotals, UplinkTrace,
    },
    verdict::GET_VERDICT,
};

use crate::app::{TestApp, code};

/// Who answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    #[default]
    All,
    Nobody,
    EchoesAlone,
    /// There is no interface.
    Gone,
}

/// Answers as told.
#[derive(Clone, Default)]
pub struct Fake(Arc<Mutex<Who>>);

impl Fake {
    pub fn set(&self, answers: bool) {
        self.say(if answers { Who::All } else { Who::Nobody });
    }

    pub fn say(&self, who: Who) {
        *self.0.lock().unwrap() = who;
    }
}

impl Prober for Fake {
    fn take(&self, _: bool) -> Taking<'_> {
        let who = *self.0.lock().unwrap();
        let echoes = matches!(who, Who::All | Who::EchoesAlone);
        let rtt_ms = if echoes { vec![10.0, 11.0, 12.0] } else { Vec::new() };
        let round = Round {
            echoes: vec![EchoResult { target: "192.0.2.1".into(), sent: 3, rtt_ms }],
            https: vec![HttpsResult { target: "192.0.2.1".into(), answered: who == Who::All }],
            trouble: (who == Who::Gone).then_some(Trouble::NoInterface),
            ..Round::default()
        };
        let taken = Taken { round, gateway: Some([192, 0, 2, 254].into()), echo_method: Some("fake".into()) };
        Box::pin(std::future::ready(taken))
    }

    /// The gateway answers, what lies behind it does not.
    fn trace(&self, target: IpAddr) -> Asking<'_> {
        let hop = |ttl, address: Option<&str>| UplinkHop {
            ttl,
            address: address.map(str::to_owned),
            provider: None,
            sent: 3,
            answered: address.map_or(0, |_| 3),
            rtt_ms: address.map(|_| 0.4),
        };
        let path = UplinkTrace {
            taken_at: DateTime::UNIX_EPOCH,
            target: target.to_string(),
            method: "fake".into(),
            end: TraceEnd::Silent,
            hops: vec![hop(1, Some("192.0.2.254")), hop(2, None)],
        };
        Box::pin(std::future::ready(Some(path)))
    }
}

/// One uplink under watch.
pub struct Bench {
    pub app: TestApp,
    pub fake: Fake,
    pub watcher: Watcher,
}

impl Bench {
    pub async fn new() -> Self {
        Self::on(TestApp::new().await).await
    }

    pub async fn on(app: TestApp) -> Self {
        let fake = Fake::default();
        fake.set(true);
        let watcher = Watcher::start(&app.state, "eth0", Arc::new(fake.clone())).await.unwrap();
        Self { app, fake, watcher }
    }

    /// Makes rounds for so long, as the loop does; the last moment is when the next round would begin.
    pub async fn run(&mut self, seconds: i64) {
        let until = self.app.clock.running() + Duration::from_secs(seconds as u64);
        while self.app.clock.running() < until {
            let wait = self.watcher.turn().await.unwrap();
            self.app.clock.advance(TimeDelta::from_std(wait).unwrap());
        }
    }

    /// As after a crash: everything in memory is gone.
    pub async fn restart(&mut self) {
        self.watcher = Watcher::start(&self.app.state, "eth0", Arc::new(self.fake.clone())).await.unwrap();
    }

    pub async fn uplink(&self) -> Uplink {
        self.app.anyone().call(FIND_UPLINK, &UplinkPath { name: "eth0".into() }).await.unwrap()
    }

    pub async fn history(&self, range: UplinkRange) -> UplinkHistory {
        let input = UplinkHistoryInput { name: "eth0".into(), range };
        self.app.anyone().call(GET_UPLINK_HISTORY, &input).await.unwrap()
    }

    /// The newest minutes of the strip as letters.
    pub async fn strip(&self, minutes: usize) -> String {
        let strip = self.uplink().await.strip;
        assert_eq!(strip.len(), 60);
        let letter = |state| match state {
            State::Up => 'u',
            State::Degraded => 'g',
            State::Down => 'd',
            State::NoData => '-',
        };
        strip[60 - minutes..].iter().map(|minute| letter(minute.state)).collect()
    }
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn an_uplink_is_there_after_its_first_round() {
    let mut bench = Bench::new().await;
    assert_eq!(bench.uplink().await.reason, Reason::Waiting);
    bench.run(5).await;
    let listed = bench.app.anyone().call(LIST_UPLINKS, &()).await.unwrap();
    assert_eq!(listed, [bench.uplink().await]);
    let uplink = &listed[0];
    assert_eq!((uplink.state, uplink.reason, uplink.rtt_ms), (State::Up, Reason::AllWell, Some(11.0)));
    assert_eq!((uplink.since, uplink.loss), (Some(at("2026-11-21T09:00:00Z")), Some(0.0)));
    assert_eq!(bench.strip(3).await, "--u");
}

#[tokio::test]
async fn nobody_watches_is_an_empty_list() {
    let app = TestApp::new().await;
    assert!(app.anyone().call(LIST_UPLINKS, &()).await.unwrap().is_empty());
    let path = UplinkPath { name: "eth0".into() };
    assert_eq!(code(app.anyone().call(FIND_UPLINK, &path).await), ErrorCode::NotFound);
    assert_eq!(app.anyone().get("/api/uplinks/eth0/history?range=5y").await.status, 400);
}

#[tokio::test]
async fn a_cut_is_confirmed_and_told_and_a_lost_round_is_not() {
    let mut bench = Bench::new().await;
    bench.run(60).await;
    bench.fake.set(false);
    bench.watcher.turn().await.unwrap();
    assert_eq!(bench.uplink().await.state, State::Up, "one bad round changes nothing");
    bench.fake.set(true);
    bench.app.clock.advance(TimeDelta::seconds(1));
    bench.run(4).await;
    assert_eq!(bench.strip(2).await, "uu");
    bench.fake.set(false);
    let cut_at = bench.app.now();
    bench.run(6).await;
    let uplink = bench.uplink().await;
    assert_eq!((uplink.state, uplink.reason), (State::Down, Reason::NothingAnswers));
    assert_eq!(uplink.since, Some(cut_at), "since the first of the two rounds");
    let verdict = bench.app.device(1).call(GET_VERDICT, &()).await.unwrap();
    assert!(verdict.sentence.contains("own link is down"), "{}", verdict.sentence);
    bench.fake.set(true);
    bench.run(60).await;
    assert_eq!(bench.strip(3).await, "udu");
    let faults = bench.history(UplinkRange::Day).await.faults;
    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].from, faults[0].state, faults[0].to.is_some()), (cut_at, State::Down, true));
    let path = UplinkMinutePath { name: "eth0".into(), at: "2026-11-21T09:01:30Z".into() };
    let minute = bench.app.anyone().call(GET_UPLINK_MINUTE, &path).await.unwrap();
    assert_eq!((minute.state, minute.unconfirmed), (State::Down, 1));
    assert_eq!(
        minute.round_trips.iter().map(|part| part.count).sum::<u64>(),
        u64::from(minute.sent - minute.lost)
    );
}

#[tokio::test]
async fn minutes_of_an_absence_are_no_data_with_their_cause() {
    let mut bench = Bench::new().await;
    bench.run(120).await;
    // Paused: both clocks go on.
    bench.app.clock.advance(TimeDelta::seconds(300));
    assert_eq!(bench.uplink().await.reason, Reason::MonitorUnresponsive, "nobody need be alive to say so");
    bench.run(60).await;
    assert_eq!(bench.strip(9).await, "-uu-----u");
    let missed = &bench.uplink().await.strip[55];
    assert_eq!((missed.state, missed.reason), (State::NoData, Some(Reason::MonitorUnresponsive)));
    let past = bench.history(UplinkRange::Day).await;
    assert_eq!(past.totals, UplinkTotals { up: 3, no_data: 5, ..UplinkTotals::default() });
    assert_eq!(past.percent.up, Some(100.0), "no data is left out");
    assert!(past.faults.is_empty());
}

#[tokio::test]
async fn a_crash_loses_and_invents_no_minute() {
    let mut bench = Bench::new().await;
    bench.run(90).await;
    // Killed within a minute and back within the same: the minute goes on.
    bench.restart().await;
    bench.run(90).await;
    assert_eq!(bench.strip(4).await, "-uuu");
    let path = |minute: &str| UplinkMinutePath { name: "eth0".into(), at: minute.into() };
    let kept = bench.app.anyone().call(GET_UPLINK_MINUTE, &path("2026-11-21T09:01:00Z")).await.unwrap();
    assert_eq!((kept.rounds, kept.sent), (12, 36), "both halves of the minute are counted");
    bench.fake.set(false);
    bench.run(10).await;
    bench.app.clock.advance(TimeDelta::minutes(5));
    bench.restart().await;
    bench.fake.set(true);
    bench.run(30).await;
    assert_eq!(bench.strip(9).await, "uuud----u");
    let faults = bench.history(UplinkRange::Day).await.faults;
    assert_eq!(faults.len(), 1);
    assert!(faults[0].to.unwrap() < at("2026-11-21T09:04:00Z"), "it was last seen before the crash");
    let none = bench.app.anyone().call(GET_UPLINK_MINUTE, &path("2026-11-21T08:59:00Z")).await;
    assert_eq!(code(none), ErrorCode::NotFound, "before the watch");
}

#[tokio::test]
async fn a_clock_that_is_set_makes_and_takes_no_minute() {
    let mut bench = Bench::new().await;
    bench.run(120).await;
    bench.app.clock.set(TimeDelta::hours(1));
    bench.run(60).await;
    let rows = async |bench: &Bench| {
        let past = bench.history(UplinkRange::Day).await;
        past.totals.up + past.totals.degraded + past.totals.down
    };
    assert_eq!(rows(&bench).await, 3);
    let skipped = &bench.uplink().await.strip[30];
    assert_eq!((skipped.state, skipped.reason), (State::NoData, None), "nobody was away then");
    bench.app.clock.set(TimeDelta::hours(-1));
    bench.run(60).await;
    assert_eq!(bench.uplink().await.state, State::Up);
    bench.app.clock.set(TimeDelta::hours(1));
    bench.run(60).await;
    assert_eq!(rows(&bench).await, 5, "what was measured stays");
}

#[tokio::test]
async fn sums_are_their_minutes_and_can_be_taken_as_csv() {
    let mut bench = Bench::new().await;
    bench.run(1200).await;
    for range in UplinkRange::ALL {
        let past = bench.history(range).await;
        assert_eq!(past.points.len(), range.points() as usize);
        assert_eq!(past.totals.up, 20, "{range:?}");
        assert_eq!(past.points.iter().map(|point| point.up).sum::<u32>(), 20);
        assert_eq!(past.days.iter().map(|day| day.totals.up).sum::<u32>(), 20);
        let median = past.points.iter().rev().find_map(|point| point.rtt_p50).unwrap();
        assert!((median - 11.0).abs() < 0.11, "within 1 %: {median}");
    }
    let input = UplinkHistoryInput { name: "eth0".into(), range: UplinkRange::Day };
    let call = EXPORT_UPLINK_CSV.call(&input).unwrap();
    let text = bench.app.anyone().get(&call.uri).await.text();
    assert!(text.starts_with("at,up,degraded,down,no_data,rtt_p50,rtt_p95,loss\r\n"), "{text}");
    assert_eq!(text.lines().count(), 1 + 288);
    assert!(text.contains("2026-11-21T09:15:00Z,5,0,0,0,10.91,"), "{text}");
}

#[tokio::test]
async fn old_minutes_go_and_hours_stay() {
    let mut bench = Bench::new().await;
    bench.run(180).await;
    bench.app.clock.advance(TimeDelta::days(31));
    retain(bench.app.state.clone()).await.unwrap();
    let path = UplinkMinutePath { name: "eth0".into(), at: "2026-11-21T09:01:00Z".into() };
    let minute = bench.app.anyone().call(GET_UPLINK_MINUTE, &path).await.unwrap();
    assert_eq!((minute.state, minute.round_trips.len()), (State::Up, 0));
    bench.app.clock.advance(TimeDelta::days(58));
    retain(bench.app.state.clone()).await.unwrap();
    let past = bench.history(UplinkRange::Quarter).await;
    assert_eq!(past.totals.up, 3);
    bench.app.clock.advance(TimeDelta::days(2));
    jobs::run_due(&bench.app.state, "a").await;
    assert_eq!(code(bench.app.anyone().call(GET_UPLINK_MINUTE, &path).await), ErrorCode::NotFound);
}
