//! The one place that asks what time it is.

use std::{
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Wall time for what is stored, monotonic time for durations.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
    fn instant(&self) -> Instant;
    /// How long the machine has run, sleep included: nobody can set this one.
    fn running(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    fn running(&self) -> Duration {
        // The kernel's CLOCK_BOOTTIME as text; the clock behind `Instant` stands still while a machine sleeps.
        let text = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
        let seconds = text.split(' ').next().and_then(|seconds| seconds.parse().ok());
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .unwrap_or_else(|| START.elapsed())
    }
}

/// Where the kernel tells nothing, from the first question on.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A wall clock that a test moves by hand.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<(DateTime<Utc>, Duration)>>);

impl TestClock {
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new((now, Duration::from_hours(1)))))
    }

    pub fn advance(&self, by: TimeDelta) {
        let mut clocks = self.0.lock().expect("no panic while holding the clock");
        clocks.0 += by;
        clocks.1 += by.to_std().expect("time passes forwards");
    }

    /// Sets the wall clock: no time passes.
    pub fn set(&self, by: TimeDelta) {
        self.0.lock().expect("no panic while holding the clock").0 += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.lock().expect("no panic while holding the clock").0
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    fn running(&self) -> Duration {
        self.0.lock().expect("no panic while holding the clock").1
    }
}
