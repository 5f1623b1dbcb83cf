//! Numbered ICMP echoes over the socket that is allowed, datagram or raw.
//!
//! Routers choose among equal ways by the first bytes of ICMP, the checksum among them; so each echo carries the
//! complement of its sequence, and all have the same checksum: one flow, one way (Augustin et al. 2006, "Paris").

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant, SystemTime},
};

use tokio::{io::Interest, time::Instant as Deadline};

use super::{Answer, Net, Probe, Says, ip_header};
use crate::{
    Bind, Method, Outcome, ProbeError, Unreachable,
    icmp::open::{IcmpSocket, round_trip},
    sys::{self, Queue},
};

/// An ICMP error may take longer than an echo, but a path is known to be quick after its first answer.
const SHORTEST_WAIT: Duration = Duration::from_millis(250);

/// The real network, by ICMP echo.
pub(crate) struct IcmpNet {
    socket: IcmpSocket,
    target: IpAddr,
    token: [u8; 8],
    sent: HashMap<u16, (SystemTime, Instant)>,
    timeout: Duration,
    until: Deadline,
    /// Sizes may fill a link, so the answers do, too.
    buffer: Vec<u8>,
}

impl IcmpNet {
    /// Opens the socket; `None` where ICMP is not allowed. With `whole` no router may cut a packet, nor this machine.
    pub fn open(
        target: IpAddr,
        bind: &Bind,
        timeout: Duration,
        whole: bool,
    ) -> Result<Option<Self>, ProbeError> {
        let Some(socket) = IcmpSocket::open(target, bind)? else { return Ok(None) };
        if whole {
            forbid_fragments(&socket.fd, target.is_ipv4())
                .map_err(|error| ProbeError::system("forbid fragments", &target, error))?;
        }
        let socket = socket.watched(target)?;
        let (token, until) = (rand::random(), Deadline::now());
        let buffer = vec![0; usize::from(u16::MAX)];
        Ok(Some(Self { socket, target, token, sent: HashMap::new(), timeout, until, buffer }))
    }

    pub fn method(&self) -> Method {
        self.socket.method()
    }

    /// Complement, token, then zeroes up to the size.
    fn payload(&self, probe: Probe) -> Vec<u8> {
        let length = probe.size.saturating_sub(ip_header(self.target.is_ipv4()) + 8);
        let mut payload = vec![0; usize::from(length).max(10)];
        payload[..2].copy_from_slice(&(!probe.number).to_be_bytes());
        payload[2..10].copy_from_slice(&self.token);
        payload
    }

    /// What waits in either queue and is for us.
    fn take(&mut self) -> io::Result<Option<Answer>> {
        for queue in [Queue::Errors, Queue::Data] {
            match sys::receive(&self.socket.fd, &mut self.buffer, queue) {
                Ok(got) => return Ok(self.understand(&got)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // An error of an earlier probe; the queue of errors has it in full.
                Err(_) => return Ok(None),
            }
        }
        Err(io::ErrorKind::WouldBlock.into())
    }

    fn understand(&self, got: &sys::Received) -> Option<Answer> {
        let heard = self.socket.understand(got, &self.buffer[..got.length])?;
        let (from, says) = match heard.told {
            Some(told) => match told.code() {
                Unreachable::HopLimit => (told.from?, Says::Expired),
                code => (told.from?, Says::Stopped(code)),
            },
            None => (heard.peer, Says::Arrived),
        };
        let (echo, ours) = (heard.echo, heard.peer == self.target);
        let token = echo.payload.get(2..10);
        // Routers quote as little as the header; the target must bring everything back.
        let known = token.map_or(says != Says::Arrived, |token| token == self.token);
        let (wall, steady) = self.sent.get(&echo.sequence).filter(|_| ours && known)?;
        let rtt = round_trip(*wall, got.at, steady.elapsed());
        Some(Answer { number: echo.sequence, from, rtt, says })
    }
}

impl Net for IcmpNet {
    async fn send(&mut self, probe: Probe) -> Result<Option<Unreachable>, ProbeError> {
        let v4 = self.target.is_ipv4();
        set_ttl(self.socket.fd.get_ref(), v4, probe.ttl)
            .map_err(|error| ProbeError::system("set the TTL", &self.target, error))?;
        let payload = self.payload(probe);
        let request = self.socket.request(probe.number, &payload);
        self.sent.insert(probe.number, (SystemTime::now(), Instant::now()));
        self.until = Deadline::now() + self.timeout;
        let sent = sys::send(&self.socket.fd, &request, SocketAddr::new(self.target, 0)).await;
        refusal(sent, self.target)
    }

    async fn next(&mut self) -> Result<Option<Answer>, ProbeError> {
        loop {
            match self.take() {
                Ok(Some(answer)) => {
                    self.timeout = self.timeout.min((answer.rtt * 8).max(SHORTEST_WAIT));
                    return Ok(Some(answer));
                }
                Ok(None) => continue,
                Err(_) => {}
            }
            let ready = self.socket.fd.ready(Interest::READABLE | Interest::ERROR);
            match tokio::time::timeout_at(self.until, ready).await {
                Err(_) => return Ok(None),
                Ok(Err(error)) => return Err(ProbeError::system("wait for answers", &self.target, error)),
                // Cleared, and the queues are looked at again before the next wait.
                Ok(Ok(mut ready)) => ready.clear_ready(),
            }
        }
    }
}

/// A failed send as this machine's own refusal, or as a broken probe.
pub(super) fn refusal(sent: io::Result<()>, target: IpAddr) -> Result<Option<Unreachable>, ProbeError> {
    let Err(error) = sent else { return Ok(None) };
    match Outcome::of_error(&error) {
        Some(Outcome::Unreachable { code, .. }) => Ok(Some(code)),
        _ => Err(ProbeError::system("send a probe", &target, error)),
    }
}

pub(super) fn set_ttl(socket: &socket2::Socket, v4: bool, ttl: u8) -> io::Result<()> {
    if v4 { socket.set_ttl_v4(ttl.into()) } else { socket.set_unicast_hops_v6(ttl.into()) }
}

/// `IP_PMTUDISC_PROBE`: don't-fragment is set, and what the kernel learnt of the path before is not used.
fn forbid_fragments(socket: &socket2::Socket, v4: bool) -> io::Result<()> {
    let option = |level, name, value: i32| sys::set_option(socket, level, name, &value.to_ne_bytes());
    if v4 {
        return option(libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_PROBE);
    }
    option(libc::IPPROTO_IPV6, libc::IPV6_MTU_DISCOVER, libc::IPV6_PMTUDISC_PROBE)?;
    option(libc::IPPROTO_IPV6, libc::IPV6_DONTFRAG, 1)
}
