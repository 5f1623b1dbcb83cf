//! Carries out the engine's effects and tells it what happened.
//!
//! One driver a run, on the main thread. Everything it opens is closed by an effect of the engine or by its end:
//! streams by their abort signal, the socket and the listeners by being dropped.

mod later;
mod socket;
mod streams;
mod watch;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use chrono::TimeDelta;
use domain::{
    ErrorCode,
    measurements::{FinishedRun, NewMeasurement},
    speed_tests::{
        CREATE_SPEED_SESSION, NewSession, Session, TestKind,
        engine::{Effect, Engine, Event, Failure, TICK_MS, next},
    },
};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;

use super::run::Outcome;
use crate::api;

pub use later::deliver_later;
pub use watch::saves_data;

/// What the page keeps of a driver.
pub type Handle = SendWrapper<Rc<Driver>>;

/// The page is redrawn at most so often (measurement.md §1).
const REDRAW_MS: f64 = 200.0;

pub struct Driver {
    engine: RefCell<Engine>,
    shown: RwSignal<Engine>,
    outcome: RwSignal<Option<Outcome>>,
    family: Option<u8>,
    drawn_ms: Cell<f64>,
    session: RefCell<Option<(Session, Clock)>>,
    streams: streams::Streams,
    socket: RefCell<Option<socket::Socket>>,
    ticker: Cell<Option<IntervalHandle>>,
    watch: RefCell<Option<watch::Watch>>,
}

/// The server's clock at a moment of ours.
#[derive(Clone, Copy)]
struct Clock {
    server: chrono::DateTime<chrono::Utc>,
    ours_ms: f64,
}

/// Monotonic milliseconds.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Starts a run.
pub fn start(
    shown: RwSignal<Engine>,
    outcome: RwSignal<Option<Outcome>>,
    kind: TestKind,
    family: Option<u8>,
) -> Handle {
    let driver = Rc::new(Driver {
        engine: RefCell::default(),
        shown,
        outcome,
        family,
        drawn_ms: Cell::new(f64::MIN),
        session: RefCell::default(),
        streams: streams::Streams::default(),
        socket: RefCell::default(),
        ticker: Cell::new(None),
        watch: RefCell::default(),
    });
    let weak = Rc::downgrade(&driver);
    let tick = move || {
        if let Some(driver) = weak.upgrade() {
            driver.tell(Event::Tick { downloaded: driver.streams.downloaded() });
        }
    };
    driver.ticker.set(set_interval_with_handle(tick, Duration::from_millis(TICK_MS.into())).ok());
    driver.watch.replace(Some(watch::Watch::new(&driver)));
    driver.tell(Event::Start(kind));
    SendWrapper::new(driver)
}

/// Stops a run, if it runs.
pub fn cancel(driver: &Handle) {
    driver.tell(Event::Cancel);
}

impl Driver {
    /// One event: decide, do, draw.
    fn tell(self: &Rc<Self>, event: Event) {
        let now = now();
        let (engine, effects) = next(self.engine.take(), event, now);
        let ended = !engine.is_running();
        self.engine.replace(engine);
        for effect in effects {
            self.perform(effect);
        }
        if ended {
            self.rest();
        }
        self.draw(now);
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::AskSession(kind) => self.ask(kind),
            Effect::OpenSocket => {
                let session = self.session.borrow();
                if let Some((session, _)) = session.as_ref() {
                    self.socket.replace(socket::Socket::open(&session.ping_url, self));
                }
            }
            Effect::Ping(ping) => {
                if let Some(socket) = self.socket.borrow().as_ref() {
                    socket.send(ping);
                }
            }
            Effect::AddDownloads(n) => {
                if let Some((session, _)) = self.session.borrow().as_ref() {
                    (0..n).for_each(|_| self.streams.download(&session.download_url));
                }
            }
            Effect::AddUploads(n) => {
                if let Some((session, _)) = self.session.borrow().as_ref() {
                    (0..n).for_each(|_| self.streams.upload(&session.upload_url, session.kind));
                }
            }
            Effect::StopStreams => self.streams.stop(),
            Effect::CloseSocket => drop(self.socket.take()),
            Effect::Deliver => self.deliver(),
            // That one family does not get through is no failure of the line.
            Effect::KeepAttempt if self.family.is_some() => {}
            Effect::KeepAttempt => later::keep_attempt(),
        }
    }

    /// Stops the clockwork of a run that has ended.
    fn rest(&self) {
        if let Some(ticker) = self.ticker.take() {
            ticker.clear();
        }
        self.watch.replace(None);
    }

    fn draw(&self, now: f64) {
        let engine = self.engine.borrow();
        let news = self.shown.try_with_untracked(|shown| shown.phase != engine.phase);
        let due = now - self.drawn_ms.get() >= REDRAW_MS;
        if news == Some(true) || (news.is_some() && due && engine.is_running()) {
            self.drawn_ms.set(now);
            self.shown.set(engine.clone());
        }
    }

    fn ask(self: &Rc<Self>, kind: TestKind) {
        let driver = Rc::clone(self);
        spawn_local(async move {
            let answer = api::call(CREATE_SPEED_SESSION, NewSession { kind, family: driver.family }).await;
            let event = match answer {
                Ok(session) => {
                    let place = session.queue_position;
                    driver.begin_clock(session.server_now);
                    let clock = Clock { server: session.server_now, ours_ms: now() };
                    driver.session.replace(Some((session, clock)));
                    Event::Session(place)
                }
                Err(error) if error.code == ErrorCode::Unreachable => Event::NoSession(Failure::NoServer),
                Err(error) => {
                    driver.outcome.try_set(Some(Outcome::Refused(error.detail)));
                    Event::NoSession(Failure::Refused)
                }
            };
            driver.tell(event);
        });
    }

    /// Sets our picture of the server's clock.
    fn begin_clock(&self, server: chrono::DateTime<chrono::Utc>) {
        if let Some((_, clock)) = self.session.borrow_mut().as_mut() {
            *clock = Clock { server, ours_ms: now() };
        }
    }

    fn finished(&self) -> Option<FinishedRun> {
        let engine = self.engine.borrow();
        let session = self.session.borrow();
        let (session, clock) = session.as_ref()?;
        let since = engine.began_ms? - clock.ours_ms;
        let mut client = engine.facts.clone();
        client.family = self.family;
        client.connection = watch::connection_type();
        client.protocol = streams::protocol();
        client.agent = Some("steadyline-browser".to_owned());
        Some(FinishedRun {
            token: session.token.clone(),
            started_at: clock.server + TimeDelta::milliseconds(since as i64),
            steps: engine.done.clone(),
            client,
        })
    }

    fn deliver(self: &Rc<Self>) {
        let Some(run) = self.finished() else { return };
        let driver = Rc::clone(self);
        spawn_local(async move {
            let later = later::Later::new(&NewMeasurement::Finished(run));
            let outcome = match later.post().await {
                Ok(result) => Outcome::Stored(Box::new(result)),
                Err(error) if later::is_passing(error.code) => {
                    later.keep();
                    Outcome::Kept
                }
                Err(error) => Outcome::Refused(error.detail),
            };
            driver.outcome.try_set(Some(outcome));
            driver.tell(Event::Delivered);
        });
    }
}
