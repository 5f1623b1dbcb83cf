//! The engine as a state machine: `next(state, event, now) -> (state, effects)`.
//!
//! The browser carries out the effects (fetches, the socket) and tells what happened; every decision is here. Flow:
//! session → (queue) → socket → per step: drain, measure → result handed in. The surprising rule: before each step
//! the engine waits until round trips no longer fall, since a queue filled earlier would be measured as idle latency.

mod step;
#[cfg(test)]
mod tests;

pub use step::StepRun;

use super::{
    Counters, IDLE_DROPPED, IDLE_ROUND_TRIPS, PingMessage, PlannedStep, TestKind, plan,
    rate::{MIN_BATCHES, rate, wants_stream},
};
use crate::measurements::{ClientFacts, RunStep, StepKind};

/// How often the driver should send [`Event::Tick`]: the windows' length and the gap of loaded pings.
pub const TICK_MS: u32 = 100;
/// Idle pings follow each other's echo, but not closer than this.
const IDLE_GAP_MS: f64 = 50.0;
/// Draining ends when the last round trips lie within this factor of the smallest, plus a clock's grain …
const DRAINED_FACTOR: f64 = 1.5;
const DRAINED_GRAIN_MS: f64 = 3.0;
/// … or after this: a line that others fill never drains for us.
const DRAIN_MAX_MS: f64 = 2000.0;
/// What a full run takes at most, in seconds, on a line that answers within 100 ms; so the pages say it.
pub const FULL_RUN_S: u32 = 30;
/// A step in which nothing came for so long has lost its line.
const SILENCE_MS: f64 = 8000.0;

/// Where a run is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    Ready,
    /// Waiting for the token.
    Asking,
    /// So many tests come first.
    Queued(u32),
    /// Waiting for the socket.
    Connecting,
    /// Waiting for an empty queue before the step.
    Draining(usize),
    /// In the step of that index.
    Measuring(usize),
    /// All steps are done: the run is being handed in.
    Delivering,
    Done,
    Cancelled,
    Failed(Failure),
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No token: the server did not answer.
    NoServer,
    /// The server is full or refuses.
    Refused,
    /// The line broke while measuring.
    LostLine,
}

/// What happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Start(TestKind),
    /// A token came; `Some`: so many come first.
    Session(Option<u32>),
    NoSession(Failure),
    SocketOpen,
    SocketClosed,
    Place(u32),
    Turn,
    Echo(PingMessage),
    Counters(Counters),
    /// Every [`TICK_MS`], with all download bytes of this run so far.
    Tick {
        downloaded: u64,
    },
    Hidden,
    Offline,
    ConnectionChanged,
    Cancel,
    /// The result was stored, or queued for later.
    Delivered,
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    AskSession(TestKind),
    OpenSocket,
    Ping(PingMessage),
    AddDownloads(u32),
    AddUploads(u32),
    /// Abort every stream.
    StopStreams,
    CloseSocket,
    /// Hand in the run.
    Deliver,
    /// Remember the failed attempt for later.
    KeepAttempt,
}

/// A run so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Engine {
    pub phase: Phase,
    pub plan: [PlannedStep; 3],
    pub kind: TestKind,
    /// The finished steps, as they are handed in.
    pub done: Vec<RunStep>,
    /// The step that runs.
    pub step: StepRun,
    pub facts: ClientFacts,
    /// When the first step began, for the date of the run.
    pub began_ms: Option<f64>,
    next_ping_ms: f64,
    seq: u32,
    heard_ms: f64,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            phase: Phase::Ready,
            plan: plan(TestKind::Full),
            kind: TestKind::Full,
            done: Vec::new(),
            step: StepRun::default(),
            facts: ClientFacts { visible: true, ..ClientFacts::default() },
            began_ms: None,
            next_ping_ms: 0.0,
            seq: 0,
            heard_ms: 0.0,
        }
    }
}

/// The next state and what is to be done; `now` is a monotonic clock in ms.
pub fn next(mut engine: Engine, event: Event, now: f64) -> (Engine, Vec<Effect>) {
    let effects = engine.on(event, now);
    (engine, effects)
}

impl Engine {
    /// Whether a run is on its way.
    pub fn is_running(&self) -> bool {
        !matches!(self.phase, Phase::Ready | Phase::Done | Phase::Cancelled | Phase::Failed(_))
    }

    /// The step that is being measured.
    pub fn measuring(&self) -> Option<&PlannedStep> {
        match self.phase {
            Phase::Measuring(i) => self.plan.get(i),
            _ => None,
        }
    }

    fn on(&mut self, event: Event, now: f64) -> Vec<Effect> {
        match event {
            Event::Start(kind) if !self.is_running() => {
                *self = Self { phase: Phase::Asking, plan: plan(kind), kind, ..Self::default() };
                vec![Effect::AskSession(kind)]
            }
            Event::Session(place) if self.phase == Phase::Asking => {
                self.heard_ms = now;
                self.phase = place.map_or(Phase::Connecting, Phase::Queued);
                vec![Effect::OpenSocket]
            }
            Event::NoSession(failure) if self.phase == Phase::Asking => self.fail(failure),
            Event::SocketOpen if self.phase == Phase::Connecting => self.drain(0, now),
            Event::Place(place) if matches!(self.phase, Phase::Queued(_)) => {
                self.phase = Phase::Queued(place);
                Vec::new()
            }
            Event::Turn if matches!(self.phase, Phase::Queued(_)) => self.drain(0, now),
            Event::SocketClosed if self.is_running() && self.phase != Phase::Delivering => {
                self.fail(Failure::LostLine)
            }
            Event::Echo(ping) => self.echo(ping, now),
            Event::Counters(counters) => self.counters(counters, now),
            Event::Tick { downloaded } => self.tick(downloaded, now),
            Event::Hidden => self.note(|facts| facts.visible = false),
            Event::Offline => self.note(|facts| facts.went_offline = true),
            Event::ConnectionChanged => self.note(|facts| facts.connection_changed = true),
            Event::Cancel if self.is_running() && self.phase != Phase::Delivering => {
                self.phase = Phase::Cancelled;
                vec![Effect::StopStreams, Effect::CloseSocket]
            }
            Event::Delivered if self.phase == Phase::Delivering => {
                self.phase = Phase::Done;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Only what happens while bytes are measured spoils a run.
    fn note(&mut self, change: impl FnOnce(&mut ClientFacts)) -> Vec<Effect> {
        if matches!(self.phase, Phase::Draining(_) | Phase::Measuring(_)) {
            change(&mut self.facts);
        }
        Vec::new()
    }

    fn fail(&mut self, failure: Failure) -> Vec<Effect> {
        self.phase = Phase::Failed(failure);
        let mut effects = vec![Effect::StopStreams, Effect::CloseSocket];
        // A full server is no fault of the line.
        if failure != Failure::Refused {
            effects.push(Effect::KeepAttempt);
        }
        effects
    }

    fn drain(&mut self, index: usize, now: f64) -> Vec<Effect> {
        self.began_ms.get_or_insert(now);
        self.phase = Phase::Draining(index);
        self.step = self.step.next(now);
        self.heard_ms = now;
        self.ping(now)
    }

    fn ping(&mut self, now: f64) -> Vec<Effect> {
        self.seq += 1;
        self.next_ping_ms = now + f64::from(TICK_MS);
        vec![Effect::Ping(PingMessage { seq: self.seq, t: now })]
    }

    fn measure(&mut self, index: usize, now: f64) -> Vec<Effect> {
        self.phase = Phase::Measuring(index);
        self.step = self.step.next(now);
        let planned = self.plan[index];
        self.step.streams = planned.min_streams;
        match planned.kind {
            StepKind::Idle => {
                self.step.streams = 0;
                self.ping(now)
            }
            StepKind::Download => vec![Effect::AddDownloads(planned.min_streams)],
            StepKind::Upload => vec![Effect::AddUploads(planned.min_streams)],
        }
    }

    fn echo(&mut self, ping: PingMessage, now: f64) -> Vec<Effect> {
        let rtt = (now - ping.t).max(0.0);
        self.heard_ms = now;
        match self.phase {
            Phase::Draining(index) => {
                self.step.rtts.push(rtt);
                let waited = now - self.step.began_ms >= DRAIN_MAX_MS;
                if is_drained(&self.step.rtts) || waited { self.measure(index, now) } else { Vec::new() }
            }
            Phase::Measuring(index) if ping.t >= self.step.began_ms => {
                let planned = self.plan[index];
                if planned.kind == StepKind::Idle {
                    self.step.rtts.push(rtt);
                    self.next_ping_ms = ping.t + rtt.max(IDLE_GAP_MS);
                    if self.step.rtts.len() >= IDLE_ROUND_TRIPS {
                        return self.end_step(index, now);
                    }
                } else if self.step.loaded_since(planned.load_after_ms).is_some_and(|since| ping.t >= since) {
                    self.step.rtts.push(rtt);
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn counters(&mut self, counters: Counters, now: f64) -> Vec<Effect> {
        let uploading = self.measuring().is_some_and(|planned| planned.kind == StepKind::Upload);
        if self.step.count_received(counters, uploading, now) {
            self.heard_ms = now;
        }
        Vec::new()
    }

    fn tick(&mut self, downloaded: u64, now: f64) -> Vec<Effect> {
        if self.phase == Phase::Connecting && now - self.heard_ms > SILENCE_MS {
            return self.fail(Failure::LostLine);
        }
        let (Phase::Draining(index) | Phase::Measuring(index)) = self.phase else { return Vec::new() };
        let measuring = matches!(self.phase, Phase::Measuring(_));
        let downloading = measuring && self.plan[index].kind == StepKind::Download;
        if self.step.count_downloaded(downloaded, downloading, now) {
            self.heard_ms = now;
        }
        if now - self.heard_ms > SILENCE_MS {
            return self.fail(Failure::LostLine);
        }
        let mut effects = Vec::new();
        if now >= self.next_ping_ms {
            effects = self.ping(now);
        }
        if measuring && self.plan[index].kind != StepKind::Idle {
            effects.extend(self.weigh(index, now));
        }
        effects
    }

    /// Once a batch: stop, add a stream, or go on.
    fn weigh(&mut self, index: usize, now: f64) -> Vec<Effect> {
        let planned = self.plan[index];
        let elapsed = now - self.step.began_ms;
        let enough_bytes = planned.max_bytes.is_some_and(|max| self.step.bytes() >= max);
        // A light run stops by its bytes alone: four of its short batches say little.
        let enough_batches = planned.max_bytes.is_none()
            && rate(&self.step.windows, planned.batch_ms).is_some_and(|r| r.n >= MIN_BATCHES && r.converged);
        if enough_bytes || enough_batches || elapsed >= planned.max_ms {
            return self.end_step(index, now);
        }
        let batches = self.step.batches(planned.batch_ms);
        if batches.len() > self.step.batches_seen {
            self.step.batches_seen = batches.len();
            if self.step.streams < planned.max_streams && wants_stream(&batches) {
                self.step.streams += 1;
                return vec![match planned.kind {
                    StepKind::Upload => Effect::AddUploads(1),
                    StepKind::Idle | StepKind::Download => Effect::AddDownloads(1),
                }];
            }
        }
        Vec::new()
    }

    fn end_step(&mut self, index: usize, now: f64) -> Vec<Effect> {
        let mut step = self.step.finish(self.plan[index].kind, now);
        if step.kind == StepKind::Idle {
            step.rtt_ms.drain(..IDLE_DROPPED.min(step.rtt_ms.len()));
        }
        self.done.push(step);
        let mut effects = vec![Effect::StopStreams];
        if index + 1 < self.plan.len() {
            // Right after the idle step the queue is as empty as it was in it.
            effects.extend(if index == 0 { self.measure(1, now) } else { self.drain(index + 1, now) });
        } else {
            self.phase = Phase::Delivering;
            effects.extend([Effect::CloseSocket, Effect::Deliver]);
        }
        effects
    }
}

/// The last three round trips lie close to the smallest.
fn is_drained(rtts: &[f64]) -> bool {
    let Some(last) = rtts.len().checked_sub(3).map(|from| &rtts[from..]) else { return false };
    let smallest = rtts.iter().copied().fold(f64::INFINITY, f64::min);
    last.iter().all(|rtt| *rtt <= DRAINED_FACTOR * smallest + DRAINED_GRAIN_MS)
}
