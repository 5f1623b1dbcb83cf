//! Opening the ICMP socket that is allowed, and timing what it receives.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, SystemTime},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::unix::AsyncFd;

use super::packet::{Echo, Told, behind_ip_header};
use crate::{Bind, Method, ProbeError, sys};

/// An open ICMP socket that reports errors and stamps; `S` is the socket itself, or one that tokio watches.
pub(crate) struct IcmpSocket<S = AsyncFd<Socket>> {
    pub fd: S,
    v4: bool,
    /// A raw socket (else a datagram one).
    raw: bool,
    /// The identifier of its echoes.
    id: u16,
}

/// A message about an echo of this socket: its reply, or with `told` an ICMP error that quotes it.
pub(crate) struct Heard<'a> {
    /// Who replied; with an error the target that was sent to.
    pub peer: IpAddr,
    /// When the kernel had it, since 1970.
    pub at: Option<Duration>,
    pub echo: Echo<'a>,
    pub told: Option<Told>,
}

impl IcmpSocket<Socket> {
    /// A datagram socket, else a raw one; `None` where neither is allowed.
    pub fn open(target: IpAddr, bind: &Bind) -> Result<Option<Self>, ProbeError> {
        let v4 = target.is_ipv4();
        let opened = allowed(v4).map_err(|error| ProbeError::system("open ICMP", &target, error))?;
        let Some((socket, raw)) = opened else { return Ok(None) };
        bind.apply(&socket, target)?;
        let set_up = || -> io::Result<Self> {
            socket.set_nonblocking(true)?;
            let id = if raw { rand::random() } else { kernels_id(&socket, v4, bind)? };
            sys::report_everything(&socket, v4)?;
            if raw {
                replies_only(&socket, v4)?;
            }
            Ok(Self { fd: socket, v4, raw, id })
        };
        set_up().map(Some).map_err(|error| ProbeError::system("set up ICMP", &target, error))
    }

    /// Lets tokio tell when something came.
    pub fn watched(self, target: IpAddr) -> Result<IcmpSocket, ProbeError> {
        let Self { fd, v4, raw, id } = self;
        let fd = sys::watch(fd).map_err(|error| ProbeError::system("watch ICMP", &target, error))?;
        Ok(IcmpSocket { fd, v4, raw, id })
    }
}

impl<S> IcmpSocket<S> {
    /// The bytes of an echo.
    pub fn request(&self, sequence: u16, payload: &[u8]) -> Vec<u8> {
        Echo { id: self.id, sequence, payload }.request(self.v4)
    }

    /// Reads a message; `None` for what no echo of this socket can have caused (a raw one hears all).
    pub fn understand<'a>(&self, got: &sys::Received, bytes: &'a [u8]) -> Option<Heard<'a>> {
        let echo = match got.told {
            Some(_) => Echo::quoted(bytes, self.v4)?,
            None if self.raw && self.v4 => Echo::reply(behind_ip_header(bytes)?, self.v4)?,
            None => Echo::reply(bytes, self.v4)?,
        };
        let peer = got.peer?.ip();
        (echo.id == self.id).then_some(Heard { peer, at: got.at, echo, told: got.told })
    }

    pub fn method(&self) -> Method {
        if self.raw { Method::IcmpRaw } else { Method::IcmpDatagram }
    }
}

/// The kernel's stamp leaves this program's own delay out. It is wall time, so it counts only where it is possible: a
/// clock that was stepped between gives less than nothing or more than the steady clock saw.
pub(crate) fn round_trip(sent: SystemTime, at: Option<Duration>, steady: Duration) -> Duration {
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
