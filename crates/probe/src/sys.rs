//! What the kernel says beside the bytes: when they came, and which ICMP errors wait in a socket's error queue.
//!
//! nix wraps `recvmsg` safely; only options without a wrapper need a call of their own.

use std::{
    io::{self, IoSliceMut},
    net::{IpAddr, SocketAddr},
    os::fd::{AsFd, AsRawFd},
    time::Duration,
};

use nix::sys::{
    socket::{self, ControlMessageOwned, MsgFlags, SockaddrLike, SockaddrStorage, sockopt},
    time::TimeSpec,
};
use socket2::Socket;
use tokio::io::{Interest, unix::AsyncFd};

use crate::icmp::packet::Told;

/// So many errors of packets before may wait.
const PENDING_ERRORS: u32 = 8;

/// Which queue of a socket.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    /// What came for the socket.
    Data,
    /// ICMP errors about what it sent; the data is the start of that packet.
    Errors,
}

/// One message of a queue.
pub(crate) struct Received {
    /// Bytes written to the buffer.
    pub length: usize,
    /// The sender; in the error queue the target that was sent to.
    pub peer: Option<SocketAddr>,
    /// When the kernel took it in, since 1970.
    pub at: Option<Duration>,
    /// What the error queue says.
    pub told: Option<Told>,
}

/// Has the kernel stamp what comes, and keep ICMP errors with their sender and cause.
pub(crate) fn report_everything(socket: &impl AsFd, v4: bool) -> io::Result<()> {
    socket::setsockopt(socket, sockopt::ReceiveTimestampns, &true)?;
    if v4 {
        socket::setsockopt(socket, sockopt::Ipv4RecvErr, &true)?;
    } else {
        socket::setsockopt(socket, sockopt::Ipv6RecvErr, &true)?;
    }
    Ok(())
}

/// Takes one message, never waiting.
pub(crate) fn receive(socket: &impl AsFd, buffer: &mut [u8], queue: Queue) -> io::Result<Received> {
    let flags = match queue {
        Queue::Data => MsgFlags::MSG_DONTWAIT,
        Queue::Errors => MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_ERRQUEUE,
    };
    let mut control = nix::cmsg_space!(TimeSpec, libc::sock_extended_err, libc::sockaddr_in6);
    let mut parts = [IoSliceMut::new(buffer)];
    let fd = socket.as_fd().as_raw_fd();
    let message = socket::recvmsg::<SockaddrStorage>(fd, &mut parts, Some(&mut control), flags)?;
    let mut received =
        Received { length: message.bytes, peer: message.address.and_then(address), at: None, told: None };
    for item in message.cmsgs()? {
        match item {
            ControlMessageOwned::ScmTimestampns(time) => received.at = Some(Duration::from(time)),
            ControlMessageOwned::Ipv4RecvErr(error, from) => {
                let from = from.map(|from| IpAddr::from(from.sin_addr.s_addr.to_ne_bytes()));
                received.told = Some(told(error, from));
            }
            ControlMessageOwned::Ipv6RecvErr(error, from) => {
                received.told = Some(told(error, from.map(|from| IpAddr::from(from.sin6_addr.s6_addr))));
            }
            _ => {}
        }
    }
    Ok(received)
}

fn told(error: libc::sock_extended_err, from: Option<IpAddr>) -> Told {
    let local = error.ee_origin == libc::SO_EE_ORIGIN_LOCAL;
    Told {
        v4: error.ee_origin == libc::SO_EE_ORIGIN_ICMP,
        errno: local.then_some(error.ee_errno.cast_signed()),
        kind: error.ee_type,
        code: error.ee_code,
        info: error.ee_info,
        // An unspecified offender means that nobody but this machine said it.
        from: from.filter(|from| !local && !from.is_unspecified()),
    }
}

fn address(from: SockaddrStorage) -> Option<SocketAddr> {
    match from.family()? {
        socket::AddressFamily::Inet => from.as_sockaddr_in().map(|&from| SocketAddr::V4(from.into())),
        socket::AddressFamily::Inet6 => from.as_sockaddr_in6().map(|&from| SocketAddr::V6(from.into())),
        _ => None,
    }
}

/// Sends, past the errors that packets before left behind: each makes one call fail.
pub(crate) async fn send(socket: &AsyncFd<Socket>, bytes: &[u8], target: SocketAddr) -> io::Result<()> {
    let address = target.into();
    let mut left = PENDING_ERRORS;
    loop {
        match socket.async_io(Interest::WRITABLE, |socket| socket.send_to(bytes, &address)).await {
            Ok(_) => return Ok(()),
            Err(error) if left == 0 => return Err(error),
            Err(_) => left -= 1,
        }
    }
}

/// The same, but never waiting: [`io::ErrorKind::WouldBlock`] where there is no room.
pub(crate) fn send_now(socket: &Socket, bytes: &[u8], target: SocketAddr) -> io::Result<()> {
    let address = target.into();
    let mut left = PENDING_ERRORS;
    loop {
        match socket.send_to_with_flags(bytes, &address, libc::MSG_DONTWAIT) {
            Ok(_) => return Ok(()),
            Err(error) if left == 0 || error.kind() == io::ErrorKind::WouldBlock => return Err(error),
            Err(_) => left -= 1,
        }
    }
}

/// Sets an option that neither socket2 nor nix has.
pub(crate) fn set_option(socket: &impl AsFd, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
    let length = libc::socklen_t::try_from(value.len()).map_err(io::Error::other)?;
    // SAFETY: `value` is valid for reads of `length` bytes for the whole call, and the borrowed descriptor stays open
    // while it is borrowed; the kernel copies the value and keeps no pointer.
    #[expect(unsafe_code, reason = "IP_MTU_DISCOVER and the ICMP filters have no safe call")]
    let answer =
        unsafe { libc::setsockopt(socket.as_fd().as_raw_fd(), level, name, value.as_ptr().cast(), length) };
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Lets tokio watch a socket, which it owns from now on.
pub(crate) fn watch(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    // SAFETY: a `Socket` owns its open descriptor, is never replaced within the `AsyncFd` (only shared references are
    // handed out), and closes it when the `AsyncFd` drops it.
    #[expect(
        unsafe_code,
        reason = "the safe constructor is deprecated for types that may lie of their descriptor"
    )]
    let watched = unsafe { AsyncFd::register(socket) };
    watched.map_err(io::Error::from)
}
