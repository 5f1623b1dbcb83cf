//! One ICMP socket of a family and a door, shared by all echoes through it.
//!
//! A task reads whatever comes, so that each reply is stamped by the kernel and told to the one who waits for it. The
//! error queue (`IP_RECVERR`) brings "unreachable" to datagram sockets without a right of their own.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use tokio::{io::Interest, sync::oneshot, task::AbortHandle};

use super::{
    open::{IcmpSocket, round_trip},
    packet::Told,
    waiting::{Token, Waiting},
};
use crate::{
    Bind, Method, Outcome, ProbeError,
    sys::{self, Queue},
};

/// A burst of answers must find room while the reader is busy; the kernel may give less (`net.core.rmem_max`).
const RECEIVE_BUFFER: usize = 1 << 20;

/// What came for an echo.
enum Arrival {
    /// The reply, and when the kernel had it (since 1970).
    Reply { at: Option<Duration> },
    /// An ICMP error.
    Error(Told),
}

/// The socket and those who wait at it.
struct Shared {
    icmp: IcmpSocket,
    waiting: Mutex<Waiting<oneshot::Sender<Arrival>>>,
}

/// An open ICMP socket; its reader ends when it is dropped.
pub(super) struct EchoSocket {
    shared: Arc<Shared>,
    interface_index: Option<u32>,
    reader: AbortHandle,
}

impl EchoSocket {
    /// Opens the socket that is allowed; `None` where none is.
    pub fn open(target: IpAddr, bind: &Bind) -> Result<Option<Self>, ProbeError> {
        let Some(icmp) = IcmpSocket::open(target, bind)? else { return Ok(None) };
        // Best effort: the default carries a thousand answers, too.
        let _ = icmp.fd.set_recv_buffer_size(RECEIVE_BUFFER);
        let waiting = Mutex::new(Waiting::new(rand::random()));
        let shared = Arc::new(Shared { icmp: icmp.watched(target)?, waiting });
        #[expect(
            clippy::disallowed_methods,
            reason = "aborted on drop; there is nothing to finish at a stop"
        )]
        let reader = tokio::spawn(read(Arc::clone(&shared))).abort_handle();
        Ok(Some(Self { shared, interface_index: index_of(bind), reader }))
    }

    pub fn method(&self) -> Method {
        self.shared.icmp.method()
    }

    /// Whether the interface is still the one that the socket was bound to: one that went and came back has another
    /// index, and the socket would stay deaf.
    pub fn is_stale(&self, bind: &Bind) -> bool {
        self.interface_index != index_of(bind)
    }

    /// One echo, and what came of it.
    pub async fn echo(&self, target: IpAddr, timeout: Duration) -> Result<Outcome, ProbeError> {
        let token: Token = rand::random();
        let (whom, answer) = oneshot::channel();
        let full = || ProbeError::invalid("send an echo", &target, "65536 echoes wait already");
        let sequence = self.shared.waiting().add(target, token, whom).ok_or_else(full)?;
        let _given_up = GivenUp { shared: &self.shared, sequence, token };

        let request = self.shared.icmp.request(sequence, &token);
        let address = SocketAddr::new(target, 0);
        let (wall, started) = (SystemTime::now(), Instant::now());
        if let Err(error) = sys::send(&self.shared.icmp.fd, &request, address).await {
            return Outcome::of_error(&error)
                .ok_or_else(|| ProbeError::system("send an echo", &target, error));
        }
        match tokio::time::timeout(timeout, answer).await {
            Err(_) => Ok(Outcome::Timeout),
            Ok(Err(_)) => {
                Err(ProbeError::system("wait for an echo", &target, io::Error::other("its reader ended")))
            }
            Ok(Ok(Arrival::Error(told))) => Ok(Outcome::Unreachable { code: told.code(), from: told.from }),
            Ok(Ok(Arrival::Reply { at })) => {
                Ok(Outcome::Reply { rtt: round_trip(wall, at, started.elapsed()) })
            }
        }
    }
}

impl Drop for EchoSocket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Forgets the echo however its future ends.
struct GivenUp<'a> {
    shared: &'a Shared,
    sequence: u16,
    token: Token,
}

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        self.shared.waiting().forget(self.sequence, self.token);
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting<oneshot::Sender<Arrival>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all that waits in a queue.
    fn drain(&self, queue: Queue) {
        let mut buffer = [0; 2048];
        loop {
            match sys::receive(self.icmp.fd.get_ref(), &mut buffer, queue) {
                // Whom nobody waits for is turned away.
                Ok(got) => drop(self.tell(&got, &buffer[..got.length])),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // An error of an earlier echo; the queue of errors has it in full.
                Err(_) => {}
            }
        }
    }

    /// Finds whom a message is for. Messages of other sockets (a raw one hears all) and forged ones find nobody.
    fn tell(&self, got: &sys::Received, bytes: &[u8]) -> Option<()> {
        let heard = self.icmp.understand(got, bytes)?;
        let whom = self.waiting().take(&heard)?;
        whom.send(heard.told.map_or(Arrival::Reply { at: heard.at }, Arrival::Error)).ok()
    }
}

async fn read(shared: Arc<Shared>) {
    while let Ok(mut ready) = shared.icmp.fd.ready(Interest::READABLE | Interest::ERROR).await {
        // Cleared first: what comes while the queues are read wakes this again.
        ready.clear_ready();
        shared.drain(Queue::Errors);
        shared.drain(Queue::Data);
    }
}

fn index_of(bind: &Bind) -> Option<u32> {
    nix::net::if_::if_nametoindex(bind.interface.as_deref()?).ok()
}
