//! The echoes of a sweep through one socket: sent and received in turns, without a task, a timer or a wake-up of their
//! own. The kernel's stamp tells when a reply came, so it may lie until the next turn.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant, SystemTime},
};

use socket2::Socket;

use crate::{
    Bind, Outcome, ProbeError, Probed,
    icmp::{
        open::{IcmpSocket, round_trip},
        waiting::{Token, Waiting},
    },
    sys::{self, Queue},
};

/// The replies of a turn must find room, and those of a turn that comes late; the kernel may give less.
const RECEIVE_BUFFER: usize = 4 << 20;
/// Longer than any reply, with its IP header and options.
const LONGEST: usize = 256;

/// What came of the target at a place in the list.
pub(super) type Told = (usize, Result<Probed, ProbeError>);

/// An echo under way.
struct Sent {
    at: usize,
    wall: SystemTime,
    steady: Instant,
}

/// One socket and its echoes.
pub(super) struct Batch {
    icmp: IcmpSocket<Socket>,
    timeout: Duration,
    waiting: Waiting<Sent>,
    /// In the order of sending, which is that of giving up, too; those that were answered stay until their time.
    due: VecDeque<(Instant, u16, Token)>,
    told: Vec<Told>,
}

impl Batch {
    /// Opens the socket that is allowed; `None` where none is.
    pub fn open(target: IpAddr, bind: &Bind, timeout: Duration) -> Result<Option<Self>, ProbeError> {
        let Some(icmp) = IcmpSocket::open(target, bind)? else { return Ok(None) };
        // Best effort: the default carries a few turns, too.
        let _ = icmp.fd.set_recv_buffer_size(RECEIVE_BUFFER);
        let waiting = Waiting::new(rand::random());
        Ok(Some(Self { icmp, timeout, waiting, due: VecDeque::new(), told: Vec::new() }))
    }

    /// Whether echoes are under way, or something is to be told.
    pub fn is_busy(&self) -> bool {
        !self.waiting.is_empty() || !self.told.is_empty()
    }

    /// Sends one echo; `false` where there is no room now.
    pub fn send(&mut self, at: usize, target: IpAddr) -> bool {
        let token: Token = rand::random();
        let sent = Sent { at, wall: SystemTime::now(), steady: Instant::now() };
        let gives_up = sent.steady + self.timeout;
        // The table is full: as many as there are sequences are under way.
        let Some(sequence) = self.waiting.add(target, token, sent) else { return false };
        let request = self.icmp.request(sequence, &token);
        let Err(error) = sys::send_now(&self.icmp.fd, &request, SocketAddr::new(target, 0)) else {
            self.due.push_back((gives_up, sequence, token));
            return true;
        };
        self.waiting.forget(sequence, token);
        if error.kind() == io::ErrorKind::WouldBlock {
            return false;
        }
        let outcome = Outcome::of_error(&error)
            .ok_or_else(|| ProbeError::system("send an echo", &target, error))
            .map(|outcome| Probed { method: self.icmp.method(), outcome });
        self.told.push((at, outcome));
        true
    }

    /// Takes what came, gives up what is late, and hands over what is to be told.
    pub fn turn(&mut self) -> impl Iterator<Item = Told> {
        self.receive();
        let now = Instant::now();
        while let Some((_, sequence, token)) = self.due.pop_front_if(|(due, ..)| *due <= now) {
            if let Some(sent) = self.waiting.forget(sequence, token) {
                self.tell(sent.at, Outcome::Timeout);
            }
        }
        std::mem::take(&mut self.told).into_iter()
    }

    fn receive(&mut self) {
        let mut buffer = [0; LONGEST];
        let mut queue = Queue::Data;
        loop {
            match sys::receive(&self.icmp.fd, &mut buffer, queue) {
                Ok(got) => self.hear(&got, &buffer[..got.length]),
                Err(error) => match (queue, error.kind()) {
                    (Queue::Data, io::ErrorKind::WouldBlock) => return,
                    // One call fails for an ICMP error that came; their queue has it in full.
                    (Queue::Data, _) => queue = Queue::Errors,
                    (Queue::Errors, _) => queue = Queue::Data,
                },
            }
        }
    }

    /// Forged, double and late messages find nobody.
    fn hear(&mut self, got: &sys::Received, bytes: &[u8]) {
        let Some(heard) = self.icmp.understand(got, bytes) else { return };
        let Some(sent) = self.waiting.take(&heard) else { return };
        let outcome = match heard.told {
            Some(told) => Outcome::Unreachable { code: told.code(), from: told.from },
            None => Outcome::Reply { rtt: round_trip(sent.wall, heard.at, sent.steady.elapsed()) },
        };
        self.tell(sent.at, outcome);
    }

    fn tell(&mut self, at: usize, outcome: Outcome) {
        self.told.push((at, Ok(Probed { method: self.icmp.method(), outcome })));
    }
}
