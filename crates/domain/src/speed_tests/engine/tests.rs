//! Whole runs against a simulated line, and single decisions.

use proptest::prelude::*;

use super::*;

/// A line with one queue in each direction, told to the engine in steps of 10 ms.
struct Line {
    engine: Engine,
    now: f64,
    mbps: f64,
    rtt: f64,
    loaded_rtt: f64,
    downloads: u32,
    uploads: u32,
    downloaded: f64,
    received: f64,
    echoes: Vec<(f64, PingMessage)>,
    delivered: bool,
    kept: bool,
}

impl Line {
    fn new(mbps: f64, rtt: f64) -> Self {
        Self {
            engine: Engine::default(),
            now: 5.0,
            mbps,
            rtt,
            loaded_rtt: rtt * 3.0,
            downloads: 0,
            uploads: 0,
            downloaded: 0.0,
            received: 0.0,
            echoes: Vec::new(),
            delivered: false,
            kept: false,
        }
    }

    fn tell(&mut self, event: Event) {
        let (engine, effects) = next(self.engine.clone(), event, self.now);
        self.engine = engine;
        for effect in effects {
            match effect {
                Effect::Ping(ping) => {
                    let loaded = self.downloads + self.uploads > 0;
                    let rtt = if loaded { self.loaded_rtt } else { self.rtt };
                    self.echoes.push((self.now + rtt, ping));
                }
                Effect::AddDownloads(n) => self.downloads += n,
                Effect::AddUploads(n) => self.uploads += n,
                Effect::StopStreams => (self.downloads, self.uploads) = (0, 0),
                Effect::Deliver => self.delivered = true,
                Effect::KeepAttempt => self.kept = true,
                Effect::AskSession(_) | Effect::OpenSocket | Effect::CloseSocket => {}
            }
        }
    }

    fn connect(&mut self, kind: TestKind) {
        self.tell(Event::Start(kind));
        self.tell(Event::Session(None));
        self.tell(Event::SocketOpen);
    }

    fn run_for(&mut self, ms: f64) {
        let until = self.now + ms;
        while self.now < until && !self.delivered {
            self.now += 10.0;
            let bytes = self.mbps * 1250.0;
            if self.downloads > 0 {
                self.downloaded += bytes;
            }
            if self.uploads > 0 {
                self.received += bytes / 5.0;
            }
            let (due, later): (Vec<_>, Vec<_>) = self.echoes.drain(..).partition(|echo| echo.0 <= self.now);
            self.echoes = later;
            for (_, ping) in due {
                self.tell(Event::Echo(ping));
            }
            if (self.now as u64 / 10).is_multiple_of(10) {
                self.tell(Event::Counters(Counters {
                    t_ms: self.now + 1e6,
                    received_bytes: self.received as u64,
                    sent_bytes: self.downloaded as u64,
                }));
                self.tell(Event::Tick { downloaded: self.downloaded as u64 });
            }
        }
    }
}

#[test]
fn a_whole_run_is_handed_in_with_three_steps() {
    let mut line = Line::new(25.0, 20.0);
    line.connect(TestKind::Full);
    line.run_for(60_000.0);
    assert!(line.delivered, "{:?}", line.engine.phase);
    let [idle, down, up] = &line.engine.done[..] else { panic!("{:?}", line.engine.done) };
    assert_eq!((idle.kind, idle.rtt_ms.len(), idle.bytes), (StepKind::Idle, 18, 0));
    assert!(idle.rtt_ms.iter().all(|rtt| *rtt <= 30.0), "{:?}", idle.rtt_ms);
    let of = |step: &RunStep| rate(&step.windows, 1000.0).unwrap();
    assert!((of(down).mbps - 25.0).abs() < 0.3, "{:?}", of(down));
    assert!((of(up).mbps - 5.0).abs() < 0.1, "{:?}", of(up));
    assert!(down.rtt_ms.len() >= 20 && down.rtt_ms.iter().all(|rtt| *rtt >= 60.0), "{:?}", down.rtt_ms);
    assert!(down.duration_ms < 7000.0, "a steady line stops early: {}", down.duration_ms);
    assert_eq!(line.engine.phase, Phase::Delivering);
    line.tell(Event::Delivered);
    assert_eq!(line.engine.phase, Phase::Done);
}

#[test]
fn a_light_run_stays_under_ten_megabytes() {
    for mbps in [2.0, 50.0, 1000.0] {
        let mut line = Line::new(mbps, 10.0);
        line.connect(TestKind::Light);
        line.run_for(60_000.0);
        assert!(line.delivered && line.downloaded + line.received < 1e7 + mbps * 12_500.0 * 2.0);
        assert!(line.engine.done[1].bytes < 10_000_000 + (mbps * 12_500.0) as u64);
    }
}

#[test]
fn a_full_queue_is_drained_before_anything_counts_as_idle() {
    let mut line = Line::new(25.0, 20.0);
    line.rtt = 70.0;
    line.connect(TestKind::Full);
    line.run_for(150.0);
    line.rtt = 20.0;
    line.run_for(3000.0);
    let idle = &line.engine.done[0];
    assert!(idle.rtt_ms.iter().all(|rtt| *rtt <= 30.0), "{:?}", idle.rtt_ms);
}

#[test]
fn a_queued_run_waits_for_its_turn() {
    let mut line = Line::new(25.0, 20.0);
    line.tell(Event::Start(TestKind::Full));
    line.tell(Event::Session(Some(2)));
    line.tell(Event::SocketOpen);
    line.run_for(30_000.0);
    assert_eq!(line.engine.phase, Phase::Queued(2));
    line.tell(Event::Place(1));
    assert_eq!(line.engine.phase, Phase::Queued(1));
    line.tell(Event::Turn);
    assert_eq!(line.engine.phase, Phase::Draining(0));
}

#[test]
fn cancel_stops_everything_at_once() {
    let mut line = Line::new(25.0, 20.0);
    line.connect(TestKind::Full);
    line.run_for(3000.0);
    assert!(line.downloads > 0);
    line.tell(Event::Cancel);
    assert_eq!((line.engine.phase.clone(), line.downloads, line.kept), (Phase::Cancelled, 0, false));
    line.tell(Event::Tick { downloaded: 1 });
    line.tell(Event::SocketClosed);
    assert_eq!(line.engine.phase, Phase::Cancelled);
}

#[test]
fn a_silent_line_fails_and_the_attempt_is_kept() {
    let mut line = Line::new(25.0, 20.0);
    line.connect(TestKind::Full);
    line.run_for(3000.0);
    line.mbps = 0.0;
    line.loaded_rtt = 1e9;
    line.run_for(20_000.0);
    assert_eq!((line.engine.phase.clone(), line.kept), (Phase::Failed(Failure::LostLine), true));
}

#[test]
fn a_full_server_is_no_failed_attempt_of_the_line() {
    let mut line = Line::new(25.0, 20.0);
    line.tell(Event::Start(TestKind::Full));
    line.tell(Event::NoSession(Failure::Refused));
    assert!(!line.kept);
    line.tell(Event::Start(TestKind::Full));
    line.tell(Event::NoSession(Failure::NoServer));
    assert!(line.kept);
}

#[test]
fn only_what_happens_while_measuring_spoils_the_run() {
    let mut line = Line::new(25.0, 20.0);
    line.tell(Event::Hidden);
    line.connect(TestKind::Full);
    assert!(line.engine.facts.visible);
    line.run_for(1000.0);
    line.tell(Event::Hidden);
    line.tell(Event::Offline);
    assert!(!line.engine.facts.visible && line.engine.facts.went_offline);
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Start(TestKind::Full)),
        Just(Event::Start(TestKind::Light)),
        Just(Event::Session(None)),
        Just(Event::Session(Some(1))),
        Just(Event::NoSession(Failure::NoServer)),
        Just(Event::SocketOpen),
        Just(Event::SocketClosed),
        Just(Event::Turn),
        Just(Event::Cancel),
        Just(Event::Delivered),
        Just(Event::Hidden),
        (any::<u32>(), any::<f64>()).prop_map(|(seq, t)| Event::Echo(PingMessage { seq, t })),
        (any::<f64>(), any::<u64>(), any::<u64>()).prop_map(|(t_ms, received_bytes, sent_bytes)| {
            Event::Counters(Counters { t_ms, received_bytes, sent_bytes })
        }),
        any::<u64>().prop_map(|downloaded| Event::Tick { downloaded }),
    ]
}

proptest! {
    #[test]
    fn no_order_of_events_panics(events in prop::collection::vec((any_event(), 0.0_f64..500.0), 0..200)) {
        let (mut engine, mut now) = (Engine::default(), 0.0);
        for (event, later) in events {
            now += later;
            engine = next(engine, event, now).0;
        }
    }
}

#[test]
fn a_full_run_takes_as_long_as_the_pages_say() {
    let idle = IDLE_ROUND_TRIPS as f64 * 100.0;
    let bytes: f64 = plan(TestKind::Full).iter().filter(|s| s.kind != StepKind::Idle).map(|s| s.max_ms).sum();
    // The queue is drained before the idle step and before the upload.
    let most_s = (idle + bytes + 2.0 * DRAIN_MAX_MS) / 1000.0;
    let said = f64::from(FULL_RUN_S);
    assert!((0.8 * said..=said).contains(&most_s), "{most_s} s");
}
