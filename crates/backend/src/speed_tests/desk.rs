//! The desk where tests are let in: admission, the living tests, guests of other protocols, and each test's clock.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    ApiError, ErrorCode,
    speed_tests::{
        TestKind,
        admission::{Admission, AdmissionLimits, Admitted, UNKNOWN_LINE_MBIT},
    },
};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    line::Line,
    store,
    test::{LIGHT_RECEIVED, LIGHT_SENT, Phase, Test, Ticket},
};
use crate::{
    AppError, AppState,
    config::SpeedConfig,
    crypto::{DeviceHash, HouseholdHash},
};

/// How often the counters are logged and told (measurement.md §1.3).
pub const TICK: Duration = Duration::from_millis(100);
/// A test that nobody uses for this long has been left; longer than any pause between steps of an honest run.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of a run beside its two directions: twenty round trips of a slow line, drained queues, connections.
const PAUSES_S: u32 = 15;
/// Households whose last rate is remembered; a forgotten one counts as an unknown line again.
const REMEMBERED: usize = 10_000;
/// Of the uplink: above this in one tick, a test measured the server and not the line.
const FULL_SHARE: f64 = 0.95;

/// The part of the state that tests share.
pub struct Speed {
    admission: Mutex<Admission>,
    tests: Mutex<HashMap<[u8; 16], Arc<Test>>>,
    guests: Mutex<HashMap<HouseholdHash, u32>>,
    rates: Mutex<HashMap<HouseholdHash, f64>>,
    next: AtomicU64,
    /// All bytes of all tests, both ways.
    pub moved: AtomicU64,
    pub server_runs: super::server_run::Runs,
    pub visits: crate::librespeed::Visits,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic while holding the desk's locks")
}

impl Speed {
    pub fn new(config: &SpeedConfig) -> Self {
        let limits = AdmissionLimits {
            uplink_mbit: config.uplink_mbit,
            concurrent: config.max_concurrent,
            queue: config.queue,
        };
        Self {
            admission: Mutex::new(Admission::new(limits)),
            tests: Mutex::default(),
            guests: Mutex::default(),
            rates: Mutex::default(),
            next: AtomicU64::new(1),
            moved: AtomicU64::new(0),
            server_runs: super::server_run::Runs::default(),
            visits: crate::librespeed::Visits::default(),
        }
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub fn find(&self, id: &[u8; 16]) -> Option<Arc<Test>> {
        lock(&self.tests).get(id).cloned()
    }

    /// Tests that run now, guests among them.
    pub fn running(&self) -> u32 {
        lock(&self.admission).running()
    }

    /// What a household's line is expected to take.
    fn expected(&self, household: HouseholdHash) -> f64 {
        lock(&self.rates).get(&household).copied().unwrap_or(UNKNOWN_LINE_MBIT)
    }

    /// Remembers a measured rate for the next admission.
    pub fn remember(&self, household: HouseholdHash, mbit: f64) {
        let mut rates = lock(&self.rates);
        if rates.len() >= REMEMBERED {
            rates.clear();
        }
        rates.insert(household, mbit);
    }

    /// Lets a test in, or puts it into the queue.
    pub fn open(
        &self,
        state: &AppState,
        kind: TestKind,
        device: DeviceHash,
        line: &Line,
    ) -> Result<Arc<Test>, AppError> {
        let config = &state.config.speed;
        let mut tests = lock(&self.tests);
        let same = tests.values().filter(|test| test.ticket.household == line.household).count();
        if same >= config.max_per_address {
            let why = "This address has as many tests at a time as it may; wait until one has ended.";
            return Err(AppError::RetryAfter(ApiError::new(ErrorCode::TooMany, why), 30));
        }
        let number = self.number();
        let light = kind == TestKind::Light;
        // The operator limits one direction; a run has two, its idle latency and its pauses.
        let seconds = 2 * config.max_seconds as u32 + PAUSES_S;
        let ticket = Ticket {
            id: *uuid::Uuid::new_v4().as_bytes(),
            number,
            kind,
            device,
            household: line.household,
            address: line.address,
            direct: line.direct,
            provider: state.providers.find(line.address).map(|known| (known.slug, known.name)),
            issued_at: state.clock.now(),
            issued: Instant::now(),
            max_sent: if light { LIGHT_SENT } else { config.max_bytes },
            max_received: if light { LIGHT_RECEIVED } else { config.max_bytes },
            max_seconds: seconds,
        };
        let phase = match lock(&self.admission).ask(number, self.expected(line.household)) {
            Admitted::Now => Phase::Running,
            Admitted::Queued(place) => Phase::Waiting(place),
            Admitted::Full { retry_after_s } => return Err(full(retry_after_s)),
        };
        let test = Arc::new(Test::new(ticket, phase));
        tests.insert(test.ticket.id, test.clone());
        drop(tests);
        state.tasks.spawn(live(state.clone(), test.clone()));
        Ok(test)
    }

    /// Lets in a client that cannot wait; it leaves when the pass is dropped.
    pub fn admit_guest(&self, state: &AppState, line: &Line) -> Result<GuestPass, AppError> {
        let mut guests = lock(&self.guests);
        let count = guests.entry(line.household).or_default();
        if *count as usize >= state.config.speed.max_per_address {
            let why = "This address has as many tests at a time as it may; wait until one has ended.";
            return Err(AppError::RetryAfter(ApiError::new(ErrorCode::TooMany, why), 30));
        }
        let number = self.number();
        if let Admitted::Full { retry_after_s } =
            lock(&self.admission).ask_now(number, self.expected(line.household))
        {
            if *count == 0 {
                guests.remove(&line.household);
            }
            return Err(full(retry_after_s));
        }
        *count += 1;
        Ok(GuestPass { state: state.clone(), household: Some(line.household), number })
    }

    /// Lets in a test of this server's own line, which may take all of it; else says when to ask again.
    pub fn admit_own(&self, state: &AppState) -> Result<GuestPass, u32> {
        let number = self.number();
        let all = state.config.speed.uplink_mbit.unwrap_or(UNKNOWN_LINE_MBIT);
        match lock(&self.admission).ask_now(number, all) {
            Admitted::Full { retry_after_s } => Err(retry_after_s),
            Admitted::Now | Admitted::Queued(_) => {
                Ok(GuestPass { state: state.clone(), household: None, number })
            }
        }
    }

    /// Frees a place and tells those whose turn it is, and the others their new places.
    fn leave(&self, state: &AppState, number: u64) {
        let (turns, waiting) = {
            let mut admission = lock(&self.admission);
            (admission.leave(number), admission.waiting().collect::<Vec<_>>())
        };
        let tests = lock(&self.tests);
        for test in tests.values() {
            if turns.contains(&test.ticket.number) {
                test.start(state.clock.now(), Instant::now());
            } else if let Some(place) = waiting.iter().position(|&number| number == test.ticket.number) {
                test.phase.send_if_modified(|phase| {
                    let place = Phase::Waiting(place as u32);
                    std::mem::replace(phase, place) != place
                });
            }
        }
    }
}

fn full(retry_after_s: u32) -> AppError {
    AppError::unavailable("Other tests are running and the queue is full; try again later.", retry_after_s)
}

/// A guest's place among the running tests.
pub struct GuestPass {
    state: AppState,
    /// None: this server itself.
    household: Option<HouseholdHash>,
    number: u64,
}

impl Drop for GuestPass {
    fn drop(&mut self) {
        let speed = &self.state.speed;
        if let Some(household) = self.household {
            let mut guests = lock(&speed.guests);
            if let Some(count) = guests.get_mut(&household) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    guests.remove(&household);
                }
            }
        }
        speed.leave(&self.state, self.number);
    }
}

/// A test's clock: logs it every 100 ms, ends it when its time is up or nobody is there, and keeps its log.
async fn live(state: AppState, test: Arc<Test>) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut moved = (Instant::now(), state.speed.moved.load(Ordering::Relaxed));
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = test.finish.cancelled() => break,
            () = state.stop.cancelled() => break,
        }
        let now = Instant::now();
        if test.is_running() {
            test.log(now);
            test.concurrent.fetch_max(state.speed.running(), Ordering::Relaxed);
            moved = watch_uplink(&state, &test, moved, now);
            if now - test.started() > Duration::from_secs(test.ticket.max_seconds.into()) {
                break;
            }
        }
        if test.is_abandoned(now, PATIENCE) {
            break;
        }
    }
    test.log(Instant::now());
    if let Err(error) = store::keep_log(&state, &test).await {
        tracing::error!(error = ?error, "a test's log could not be kept; its result will be refused");
    }
    test.phase.send_replace(Phase::Over);
    state.speed.leave(&state, test.ticket.number);
    // Streams end by themselves at their next piece; whoever does not even take that is cut off.
    tokio::time::sleep(Duration::from_secs(1)).await;
    test.cut_streams();
    lock(&state.speed.tests).remove(&test.ticket.id);
}

/// Marks a test during which this server's uplink was full: it measured the server.
fn watch_uplink(state: &AppState, test: &Test, before: (Instant, u64), now: Instant) -> (Instant, u64) {
    let moved = state.speed.moved.load(Ordering::Relaxed);
    let span = (now - before.0).as_secs_f64();
    // A second smooths over what sockets buffer at once.
    if span < 1.0 {
        return before;
    }
    let mbit = (moved - before.1) as f64 * 8.0 / span / 1e6;
    if state.config.speed.uplink_mbit.is_some_and(|uplink| mbit > uplink * FULL_SHARE) {
        test.uplink_was_full.store(true, Ordering::Relaxed);
    }
    (now, moved)
}
