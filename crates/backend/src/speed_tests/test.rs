//! One test while it lives in memory: its turn, its counters, its log, its open streams.

use std::{
    net::IpAddr,
    os::fd::OwnedFd,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use domain::{
    ApiError, ErrorCode,
    speed_tests::{Counters, LogPoint, ServerLog, TcpSummary, TestKind},
};
use probe::TcpInfo;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    bytes::Gauge,
    line::{self, Line},
};
use crate::crypto::{DeviceHash, HouseholdHash};

/// Browsers open at most six connections an origin; two more leave room for those that are just closing.
const STREAMS: usize = 8;
/// A light run stays under 10 MB (measurement.md §1). Its plan counts 4 MB down and 2 MB up; the rest is for what is on its
/// way when the client stops, which must not eat up the other direction's share.
pub const LIGHT_SENT: u64 = 6_500_000;
pub const LIGHT_RECEIVED: u64 = 3_000_000;

/// Where a test stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// So many waiting tests come before it.
    Waiting(u32),
    Running,
    /// Its log is in the database, its token opens no byte path any more.
    Over,
}

/// What does not change in a test's life.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub id: [u8; 16],
    /// The admission's name for it.
    pub number: u64,
    pub kind: TestKind,
    pub device: DeviceHash,
    pub household: HouseholdHash,
    pub address: IpAddr,
    pub direct: bool,
    /// Slug and name of the address's provider.
    pub provider: Option<(String, String)>,
    pub issued_at: DateTime<Utc>,
    pub issued: Instant,
    pub max_sent: u64,
    pub max_received: u64,
    pub max_seconds: u32,
}

/// A test.
pub struct Test {
    pub ticket: Ticket,
    pub phase: watch::Sender<Phase>,
    /// Somebody wants it to end: its result is there.
    pub finish: CancellationToken,
    sent: AtomicU64,
    received: AtomicU64,
    facts: Mutex<Facts>,
    pub concurrent: AtomicU32,
    pub uplink_was_full: AtomicBool,
}

struct Facts {
    /// When its turn came.
    started_at: DateTime<Utc>,
    started: Instant,
    points: Vec<LogPoint>,
    tcp: Option<TcpSummary>,
    congestion: Option<String>,
    /// The first address that spent the token.
    address: Option<IpAddr>,
    address_changed: bool,
    indirect: bool,
    streams: Vec<(u64, Option<Arc<OwnedFd>>)>,
    next_stream: u64,
    sockets: u32,
    last_use: Instant,
}

impl Test {
    pub fn new(ticket: Ticket, phase: Phase) -> Self {
        let facts = Facts {
            started_at: ticket.issued_at,
            started: ticket.issued,
            points: Vec::new(),
            tcp: None,
            congestion: None,
            address: None,
            address_changed: false,
            indirect: !ticket.direct,
            streams: Vec::new(),
            next_stream: 0,
            sockets: 0,
            last_use: ticket.issued,
        };
        Self {
            ticket,
            phase: watch::Sender::new(phase),
            finish: CancellationToken::new(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            facts: Mutex::new(facts),
            concurrent: AtomicU32::new(1),
            uplink_was_full: AtomicBool::new(false),
        }
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().expect("no panic while holding a test's facts")
    }

    pub fn is_running(&self) -> bool {
        *self.phase.borrow() == Phase::Running
    }

    /// Its turn has come: the log's clock starts.
    pub fn start(&self, at: DateTime<Utc>, now: Instant) {
        let mut facts = self.facts();
        (facts.started_at, facts.started, facts.last_use) = (at, now, now);
        drop(facts);
        self.phase.send_replace(Phase::Running);
    }

    pub fn started(&self) -> Instant {
        self.facts().started
    }

    /// The counters as the socket tells them.
    pub fn counters(&self, now: Instant) -> Counters {
        Counters {
            t_ms: (now - self.ticket.issued).as_secs_f64() * 1000.0,
            received_bytes: self.received.load(Ordering::Relaxed),
            sent_bytes: self.sent.load(Ordering::Relaxed),
        }
    }

    /// Writes the counters into the log if they moved.
    pub fn log(&self, now: Instant) {
        let (sent_bytes, received_bytes) =
            (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed));
        let mut facts = self.facts();
        let last = facts.points.last().copied().unwrap_or_default();
        if (last.sent_bytes, last.received_bytes) == (sent_bytes, received_bytes) {
            return;
        }
        let t_ms = (now - facts.started).as_secs_f64() * 1000.0;
        facts.points.push(LogPoint { t_ms, sent_bytes, received_bytes });
    }

    /// Nothing was open for `patience`: whoever asked for this test has gone.
    pub fn is_abandoned(&self, now: Instant, patience: Duration) -> bool {
        let facts = self.facts();
        facts.sockets == 0 && facts.streams.is_empty() && now - facts.last_use > patience
    }

    /// Opens one stream of bytes, if the test's turn and its limits allow.
    pub fn open_stream(self: &Arc<Self>, line: &Line, congestion: &str) -> Result<Stream, ApiError> {
        match *self.phase.borrow() {
            Phase::Running => {}
            Phase::Waiting(_) => {
                return Err(ApiError::new(ErrorCode::Conflict, "It is not this test's turn yet."));
            }
            Phase::Over => return Err(over()),
        }
        let congestion = line.set_congestion(congestion);
        let before = line.tcp_info();
        let mut facts = self.facts();
        if facts.streams.len() >= STREAMS {
            let why = format!("A test has at most {STREAMS} streams at a time.");
            return Err(ApiError::new(ErrorCode::TooMany, why));
        }
        facts.seen(line);
        facts.congestion = congestion.or(facts.congestion.take());
        let number = facts.next_stream;
        facts.next_stream += 1;
        facts.streams.push((number, line.socket.clone()));
        Ok(Stream {
            test: self.clone(),
            line: line.clone(),
            number,
            before,
            opened: Instant::now(),
            downloads: false,
        })
    }

    /// Counts a socket in; it counts itself out.
    pub fn open_socket(self: &Arc<Self>, line: &Line, congestion: &str) -> OpenSocket {
        line.set_congestion(congestion);
        let mut facts = self.facts();
        facts.seen(line);
        facts.sockets += 1;
        OpenSocket(self.clone())
    }

    /// Ends what is still open once the test is over: a client that reads nothing would hold its connection for ever.
    pub fn cut_streams(&self) {
        for (_, socket) in &self.facts().streams {
            if let Some(socket) = socket {
                let _ = socket2::SockRef::from(&**socket).shutdown(std::net::Shutdown::Both);
            }
        }
    }

    /// What the server saw.
    pub fn server_log(&self, received_at: DateTime<Utc>) -> ServerLog {
        let facts = self.facts();
        ServerLog {
            kind: self.ticket.kind,
            started_at: facts.started_at,
            received_at,
            max_seconds: self.ticket.max_seconds,
            points: facts.points.clone(),
            tcp: facts.tcp.filter(|_| !facts.indirect),
            congestion: facts.congestion.clone(),
            concurrent_tests: self.concurrent.load(Ordering::Relaxed),
            direct: !facts.indirect,
            address_changed: facts.address_changed,
            uplink_was_full: self.uplink_was_full.load(Ordering::Relaxed),
            ip_version: Some(if facts.address.unwrap_or(self.ticket.address).to_canonical().is_ipv4() {
                4
            } else {
                6
            }),
        }
    }

    /// Takes from what is left of one direction's bytes.
    fn take(counter: &AtomicU64, max: u64, wanted: u64) -> u64 {
        let spend = |spent: u64| Some(spent.saturating_add(wanted).min(max));
        let before = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).unwrap_or(max);
        (max - before).min(wanted)
    }
}

/// The answer to a token whose test has ended.
pub fn over() -> ApiError {
    ApiError::new(ErrorCode::Forbidden, "This test is over; start a new one.")
}

impl Facts {
    fn seen(&mut self, line: &Line) {
        self.last_use = Instant::now();
        self.indirect |= !line.direct;
        let address = line.address.to_canonical();
        self.address_changed |= *self.address.get_or_insert(address) != address;
    }
}

/// One open transfer of a test; dropping it writes down what TCP says of it.
pub struct Stream {
    test: Arc<Test>,
    line: Line,
    number: u64,
    before: Option<TcpInfo>,
    opened: Instant,
    downloads: bool,
}

impl Stream {
    /// For a download: TCP's figures are about what this server sends.
    #[must_use]
    pub fn downloading(mut self) -> Self {
        self.downloads = true;
        self
    }

    /// Counts received bytes; false when the test's bytes or its time are spent.
    pub fn receive(&self, bytes: u64) -> bool {
        self.test.is_running()
            && Test::take(&self.test.received, self.test.ticket.max_received, bytes) == bytes
    }

    /// Resolves when the test is over.
    pub async fn over(&self) {
        let mut phase = self.test.phase.subscribe();
        let _ = phase.wait_for(|phase| *phase == Phase::Over).await;
    }
}

impl Gauge for Stream {
    fn allow(&mut self, wanted: u64) -> u64 {
        if self.test.is_running() {
            Test::take(&self.test.sent, self.test.ticket.max_sent, wanted)
        } else {
            0
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let after = self.before.filter(|_| self.downloads).and(self.line.tcp_info());
        let span_us = self.opened.elapsed().as_micros() as u64;
        let mut facts = self.test.facts();
        facts.streams.retain(|(number, _)| *number != self.number);
        facts.last_use = Instant::now();
        if let Some(one) = self.before.zip(after).and_then(|(b, a)| line::summary(&b, &a, span_us)) {
            line::add(&mut facts.tcp, one);
        }
    }
}

/// Keeps a test alive while its socket is open.
pub struct OpenSocket(Arc<Test>);

impl Drop for OpenSocket {
    fn drop(&mut self) {
        let mut facts = self.0.facts();
        facts.sockets = facts.sockets.saturating_sub(1);
        facts.last_use = Instant::now();
    }
}
