//! Numbered UDP datagrams to a port where nothing listens: needs no right at all.
//!
//! Source and destination port stay the same, so that routers take all for one flow. Many routers quote no more than
//! the UDP header, which then does not tell one probe from another; so only one may be under way at a time, and an
//! error without a payload belongs to the last one.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant, SystemTime},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    io::{Interest, unix::AsyncFd},
    time::Instant as Deadline,
};

use super::{
    Answer, Net, Probe, Says,
    icmp::{refusal, set_ttl},
    ip_header,
};
use crate::{
    Bind, ProbeError, Unreachable,
    icmp::open::round_trip,
    sys::{self, Queue},
};

/// Where traceroute has always knocked (Van Jacobson 1987): no service listens there.
const PORT: u16 = 33434;

/// The real network, by UDP.
pub(crate) struct UdpNet {
    fd: AsyncFd<Socket>,
    target: IpAddr,
    token: [u8; 8],
    sent: HashMap<u16, (SystemTime, Instant)>,
    last: u16,
    timeout: Duration,
    until: Deadline,
}

impl UdpNet {
    pub fn open(target: IpAddr, bind: &Bind, timeout: Duration) -> Result<Self, ProbeError> {
        let broken = |error| ProbeError::system("open a UDP socket", &target, error);
        let address = SocketAddr::new(target, PORT);
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP));
        let socket = socket.map_err(broken)?;
        bind.apply(&socket, target)?;
        let set_up = || {
            socket.set_nonblocking(true)?;
            sys::report_everything(&socket, target.is_ipv4())?;
            sys::watch(socket)
        };
        let fd = set_up().map_err(broken)?;
        let (token, until) = (rand::random(), Deadline::now());
        Ok(Self { fd, target, token, sent: HashMap::new(), last: 0, timeout, until })
    }

    fn take(&self) -> io::Result<Option<Answer>> {
        let mut buffer = [0; 2048];
        for queue in [Queue::Errors, Queue::Data] {
            match sys::receive(&self.fd, &mut buffer, queue) {
                Ok(got) => return Ok(self.understand(&got, &buffer[..got.length])),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Ok(None),
            }
        }
        Err(io::ErrorKind::WouldBlock.into())
    }

    fn understand(&self, got: &sys::Received, bytes: &[u8]) -> Option<Answer> {
        if got.peer? != SocketAddr::new(self.target, PORT) {
            return None;
        }
        let number = match bytes.split_first_chunk::<2>() {
            Some((number, rest)) if got.told.is_some() && rest.len() >= 8 => {
                rest.starts_with(&self.token).then_some(u16::from_be_bytes(*number))?
            }
            _ => self.last,
        };
        let (from, says) = match got.told {
            // Something does listen there, and has answered.
            None => (self.target, Says::Arrived),
            Some(told) => match (told.from?, told.code()) {
                (from, Unreachable::HopLimit) => (from, Says::Expired),
                (from, Unreachable::Port) if from == self.target => (from, Says::Arrived),
                (from, code) => (from, Says::Stopped(code)),
            },
        };
        let (wall, steady) = self.sent.get(&number)?;
        Some(Answer { number, from, rtt: round_trip(*wall, got.at, steady.elapsed()), says })
    }
}

impl Net for UdpNet {
    async fn send(&mut self, probe: Probe) -> Result<Option<Unreachable>, ProbeError> {
        let v4 = self.target.is_ipv4();
        set_ttl(self.fd.get_ref(), v4, probe.ttl)
            .map_err(|error| ProbeError::system("set the TTL", &self.target, error))?;
        let length = probe.size.saturating_sub(ip_header(v4) + 8);
        let mut payload = vec![0; usize::from(length).max(10)];
        payload[..2].copy_from_slice(&probe.number.to_be_bytes());
        payload[2..10].copy_from_slice(&self.token);
        self.sent.insert(probe.number, (SystemTime::now(), Instant::now()));
        self.last = probe.number;
        self.until = Deadline::now() + self.timeout;
        let sent = sys::send(&self.fd, &payload, SocketAddr::new(self.target, PORT)).await;
        refusal(sent, self.target)
    }

    async fn next(&mut self) -> Result<Option<Answer>, ProbeError> {
        loop {
            match self.take() {
                Ok(Some(answer)) => return Ok(Some(answer)),
                Ok(None) => continue,
                Err(_) => {}
            }
            let ready = self.fd.ready(Interest::READABLE | Interest::ERROR);
            match tokio::time::timeout_at(self.until, ready).await {
                Err(_) => return Ok(None),
                Ok(Err(error)) => return Err(ProbeError::system("wait for answers", &self.target, error)),
                Ok(Ok(mut ready)) => ready.clear_ready(),
            }
        }
    }
}
