//! One ICMP socket of a family and a door, shared by all echoes through it.
//!
//! A task reads whatever comes, so that each reply is stamped by the kernel and told to the one who waits for it. The
//! error queue (`IP_RECVERR`) brings "unreachable" to datagram sockets without a right of their own.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    io::{Interest, unix::AsyncFd},
    sync::oneshot,
    task::AbortHandle,
};

use super::{
    packet::{self, Echo, Told},
    waiting::{Token, Waiting},
};
use crate::{
    Bind, Method, Outcome, ProbeError,
    sys::{self, Queue},
};

/// A burst of answers must find room while the reader is busy; the kernel may give less (`net.core.rmem_max`).
const RECEIVE_BUFFER: usize = 1 << 20;
/// An ICMP error about an earlier echo makes the next send fail; so many may wait.
const PENDING_ERRORS: u32 = 8;

/// What came for an echo.
enum Arrival {
    /// The reply, and when the kernel had it (since 1970).
    Reply { at: Option<Duration> },
    /// An ICMP error.
    Error(Told),
}

/// The socket and those who wait at it.
struct Shared {
    fd: AsyncFd<Socket>,
    v4: bool,
    raw: bool,
    id: u16,
    waiting: Mutex<Waiting<oneshot::Sender<Arrival>>>,
}

/// An open ICMP socket; its reader ends when it is dropped.
pub(super) struct EchoSocket {
    shared: Arc<Shared>,
    interface_index: Option<u32>,
    reader: AbortHandle,
}

impl EchoSocket {
    /// Opens the socket that is allowed: a datagram one, else a raw one; `None` where neither is.
    pub fn open(target: IpAddr, bind: &Bind) -> Result<Option<Self>, ProbeError> {
        let v4 = target.is_ipv4();
        let Some((socket, raw)) = allowed(v4).map_err(|e| ProbeError::system("open ICMP", &target, e))?
        else {
            return Ok(None);
        };
        bind.apply(&socket, target)?;
        let set_up = || -> io::Result<Shared> {
            socket.set_nonblocking(true)?;
            let id = if raw { rand::random() } else { kernels_id(&socket, v4, bind)? };
            // Best effort: the default carries a thousand answers, too.
            let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
            sys::report_everything(&socket, v4)?;
            if raw {
                replies_only(&socket, v4)?;
            }
            let waiting = Mutex::new(Waiting::new(rand::random()));
            Ok(Shared { fd: sys::watch(socket)?, v4, raw, id, waiting })
        };
        let shared = Arc::new(set_up().map_err(|e| ProbeError::system("set up ICMP", &target, e))?);
        #[expect(
            clippy::disallowed_methods,
            reason = "aborted on drop; there is nothing to finish at a stop"
        )]
        let reader = tokio::spawn(read(Arc::clone(&shared))).abort_handle();
        Ok(Some(Self { shared, interface_index: index_of(bind), reader }))
    }

    pub fn method(&self) -> Method {
        if self.shared.raw { Method::IcmpRaw } else { Method::IcmpDatagram }
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

        let request = Echo { id: self.shared.id, sequence, payload: &token }.request(self.shared.v4);
        let (wall, started) = (SystemTime::now(), Instant::now());
        if let Err(error) = self.shared.send(&request, target).await {
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

    /// Sends, past errors that earlier echoes left behind.
    async fn send(&self, request: &[u8], target: IpAddr) -> io::Result<()> {
        let address = SocketAddr::new(target, 0).into();
        let mut left = PENDING_ERRORS;
        loop {
            let sent = self.fd.async_io(Interest::WRITABLE, |socket| socket.send_to(request, &address)).await;
            match sent {
                Ok(_) => return Ok(()),
                Err(error) if left == 0 => return Err(error),
                Err(_) => left -= 1,
            }
        }
    }

    /// Takes all that waits in a queue.
    fn drain(&self, queue: Queue) {
        let mut buffer = [0; 2048];
        loop {
            match sys::receive(self.fd.get_ref(), &mut buffer, queue) {
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
        let peer = got.peer?.ip();
        let (whom, arrival) = match got.told {
            Some(told) => {
                let echo = Echo::quoted(bytes, self.v4).filter(|echo| echo.id == self.id)?;
                (self.waiting().take_error(peer, &echo)?, Arrival::Error(told))
            }
            None => {
                let bytes = if self.raw && self.v4 { packet::behind_ip_header(bytes)? } else { bytes };
                let echo = Echo::reply(bytes, self.v4).filter(|echo| echo.id == self.id)?;
                (self.waiting().take_reply(peer, &echo)?, Arrival::Reply { at: got.at })
            }
        };
        whom.send(arrival).ok()
    }
}

async fn read(shared: Arc<Shared>) {
    while let Ok(mut ready) = shared.fd.ready(Interest::READABLE | Interest::ERROR).await {
        // Cleared first: what comes while the queues are read wakes this again.
        ready.clear_ready();
        shared.drain(Queue::Errors);
        shared.drain(Queue::Data);
    }
}

/// The kernel's stamp leaves this program's own delay out. It is wall time, so it counts only where it is possible: a
/// clock that was stepped between gives less than nothing or more than the steady clock saw.
fn round_trip(sent: SystemTime, at: Option<Duration>, steady: Duration) -> Duration {
    let sent = sent.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    at.and_then(|at| at.checked_sub(sent)).filter(|rtt| *rtt <= steady).unwrap_or(steady)
}

fn allowed(v4: bool) -> io::Result<Option<(Socket, bool)>> {
    let (domain, protocol) =
        if v4 { (Domain::IPV4, Protocol::ICMPV4) } else { (Domain::IPV6, Protocol::ICMPV6) };
    for (kind, raw) in [(Type::DGRAM, false), (Type::RAW, true)] {
        match Socket::new(domain, kind, Some(protocol)) {
            Ok(socket) => return Ok(Some((socket, raw))),
            Err(error) => match error.raw_os_error() {
                Some(libc::EACCES | libc::EPERM | libc::EPROTONOSUPPORT) => {}
                _ => return Err(error),
            },
        }
    }
    Ok(None)
}

/// The identifier that the kernel writes into each echo of a datagram socket: its "port".
fn kernels_id(socket: &Socket, v4: bool, bind: &Bind) -> io::Result<u16> {
    if bind.source.is_none() {
        let any = if v4 { IpAddr::from(Ipv4Addr::UNSPECIFIED) } else { Ipv6Addr::UNSPECIFIED.into() };
        socket.bind(&SocketAddr::new(any, 0).into())?;
    }
    Ok(socket.local_addr()?.as_socket().map_or(0, |address| address.port()))
}

/// A raw socket would hear every ICMP message of the machine; the filter leaves echo replies.
fn replies_only(socket: &Socket, v4: bool) -> io::Result<()> {
    // linux/icmp.h and linux/icmpv6.h: a bit set is a type left out.
    const SOL_RAW: i32 = 255;
    const FILTER: i32 = 1;
    if v4 {
        return sys::set_option(socket, SOL_RAW, FILTER, &(!1_u32).to_ne_bytes());
    }
    let mut types = [u32::MAX; 8];
    types[129 / 32] &= !(1 << (129 % 32));
    let bytes: Vec<u8> = types.iter().flat_map(|word| word.to_ne_bytes()).collect();
    sys::set_option(socket, libc::IPPROTO_ICMPV6, FILTER, &bytes)
}

fn index_of(bind: &Bind) -> Option<u32> {
    nix::net::if_::if_nametoindex(bind.interface.as_deref()?).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::the_kernels_stamp(Some(1_010), 15, 10)]
    #[case::no_stamp(None, 15, 15)]
    #[case::clock_stepped_back(Some(400), 15, 15)]
    #[case::clock_stepped_ahead(Some(9_000), 15, 15)]
    fn round_trips(#[case] at_ms: Option<u64>, #[case] steady_ms: u64, #[case] rtt_ms: u64) {
        let sent = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        let rtt = round_trip(sent, at_ms.map(Duration::from_millis), Duration::from_millis(steady_ms));
        assert_eq!(rtt, Duration::from_millis(rtt_ms));
    }
}
