//! One household's LibreSpeed test: many requests, one place among the running tests.

use std::{
    collections::HashMap,
    net::Shutdown,
    os::fd::OwnedFd,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{ApiError, ErrorCode};

use crate::{
    AppError, AppState,
    crypto::HouseholdHash,
    speed_tests::{GuestPass, Line},
};

/// LibreSpeed opens 6 downloads and 3 uploads by default, and allows 32.
const STREAMS: usize = 32;
/// The place is kept this long between two requests: the worker pauses for two seconds between its tests.
const LINGER: Duration = Duration::from_secs(4);
/// LibreSpeed's tests have at most 15 s a direction (`time_dl_max`, `time_ul_max`) beside their pings.
const LONGEST: Duration = Duration::from_mins(1);

/// The visits that go on now.
#[derive(Default)]
pub struct Visits(Mutex<HashMap<HouseholdHash, Arc<Visit>>>);

struct Visit {
    _pass: GuestPass,
    begun: Instant,
    bytes: AtomicU64,
    streams: AtomicUsize,
    /// Milliseconds after `begun`.
    last_use: AtomicU64,
    /// For cutting off who neither reads nor writes when the time is up.
    sockets: Mutex<Vec<Weak<OwnedFd>>>,
}

impl Visit {
    fn remember(&self, line: &Line) {
        let Some(socket) = &line.socket else { return };
        let mut sockets = self.sockets.lock().expect("no panic while holding the sockets");
        sockets
            .retain(|known| known.strong_count() > 0 && !std::ptr::eq(known.as_ptr(), Arc::as_ptr(socket)));
        sockets.push(Arc::downgrade(socket));
    }

    fn cut(&self) {
        for socket in &*self.sockets.lock().expect("no panic while holding the sockets") {
            if let Some(socket) = socket.upgrade() {
                let _ = socket2::SockRef::from(&*socket).shutdown(Shutdown::Both);
            }
        }
    }

    fn touch(&self) {
        self.last_use.store(self.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        let idle =
            self.begun.elapsed().saturating_sub(Duration::from_millis(self.last_use.load(Ordering::Relaxed)));
        let streams = self.streams.load(Ordering::Relaxed);
        if streams > 0 && self.begun.elapsed() > LONGEST + LINGER {
            self.cut();
        }
        streams == 0 && idle > LINGER
    }
}

impl Visits {
    /// Lets one request in: into the household's visit, or into a new one if there is a place.
    pub fn open(&self, state: &AppState, line: &Line) -> Result<Transfer, AppError> {
        let mut visits = self.0.lock().expect("no panic while holding the visits");
        let visit = if let Some(visit) = visits.get(&line.household) {
            visit.clone()
        } else {
            let visit = Arc::new(Visit {
                _pass: state.speed.admit_guest(state, line)?,
                begun: Instant::now(),
                bytes: AtomicU64::new(0),
                streams: AtomicUsize::new(0),
                last_use: AtomicU64::new(0),
                sockets: Mutex::default(),
            });
            visits.insert(line.household, visit.clone());
            state.tasks.spawn(end_when_over(state.clone(), line.household));
            visit
        };
        if visit.begun.elapsed() > LONGEST || visit.streams.load(Ordering::Relaxed) >= STREAMS {
            let why = "This address has tested for long enough; come back in a minute.";
            return Err(AppError::RetryAfter(ApiError::new(ErrorCode::TooMany, why), 60));
        }
        visit.streams.fetch_add(1, Ordering::Relaxed);
        visit.touch();
        visit.remember(line);
        line.set_congestion(&state.config.speed.congestion);
        Ok(Transfer { visit, state: state.clone() })
    }
}

async fn end_when_over(state: AppState, household: HouseholdHash) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = state.stop.cancelled() => {}
        }
        let mut visits = state.speed.visits.0.lock().expect("no panic while holding the visits");
        if state.stop.is_cancelled() || visits.get(&household).is_none_or(|visit| visit.is_over()) {
            let ended = visits.remove(&household);
            drop(visits);
            drop(ended);
            return;
        }
    }
}

/// One request of a visit.
pub struct Transfer {
    visit: Arc<Visit>,
    state: AppState,
}

impl Transfer {
    /// Counts bytes; false when the visit's bytes or time are spent.
    pub fn take(&self, bytes: u64) -> bool {
        self.visit.touch();
        self.state.speed.moved.fetch_add(bytes, Ordering::Relaxed);
        let before = self.visit.bytes.fetch_add(bytes, Ordering::Relaxed);
        before < self.state.config.speed.max_bytes.saturating_mul(2) && self.visit.begun.elapsed() <= LONGEST
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.visit.streams.fetch_sub(1, Ordering::Relaxed);
        self.visit.touch();
    }
}
