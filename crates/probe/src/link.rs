//! Whether an interface carries, and the moment in which that changes, told by the kernel (rtnetlink).
//!
//! The kernel's messages are not read: any of them is the occasion to look at the interface again, so that a message
//! which was lost in a full queue costs nothing.

use std::{io, os::fd::AsRawFd};

use nix::{
    ifaddrs::getifaddrs,
    net::if_::InterfaceFlags,
    sys::socket::{self, AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType},
};
use socket2::Socket;
use tokio::io::unix::AsyncFd;

use crate::sys;

/// `RTMGRP_LINK` (linux/rtnetlink.h): links that come, go and change.
const LINKS: u32 = 1;

/// What an interface is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// There is none of this name.
    Gone,
    /// It is there, and switched off or without a carrier.
    Down,
    /// It carries, as far as its driver tells.
    Up,
}

/// What an interface is now.
pub fn state(interface: &str) -> LinkState {
    // Each interface is listed at least once (AF_PACKET), with an address or without.
    let Ok(mut all) = getifaddrs() else { return LinkState::Up };
    let carries = InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING;
    all.find(|one| one.interface_name == interface).map_or(LinkState::Gone, |one| {
        if one.flags.contains(carries) { LinkState::Up } else { LinkState::Down }
    })
}

/// Tells when an interface changes.
pub struct LinkWatch {
    socket: AsyncFd<Socket>,
    interface: String,
    last: LinkState,
}

impl LinkWatch {
    /// Listens from now on. It needs no right.
    pub fn new(interface: &str) -> io::Result<Self> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let fd = socket::socket(AddressFamily::Netlink, SockType::Raw, flags, SockProtocol::NetlinkRoute)?;
        socket::bind(fd.as_raw_fd(), &NetlinkAddr::new(0, LINKS))?;
        let socket = sys::watch(Socket::from(fd))?;
        Ok(Self { socket, interface: interface.to_owned(), last: state(interface) })
    }

    /// Waits until the interface is something else than it was. What happened between two calls is told by the next.
    pub async fn changed(&mut self) -> io::Result<LinkState> {
        loop {
            let now = state(&self.interface);
            if now != self.last {
                self.last = now;
                return Ok(now);
            }
            let mut ready = self.socket.readable().await?;
            let mut buffer = [0; 8192];
            loop {
                match socket::recv(self.socket.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
                    // A full queue (ENOBUFS) is news as well.
                    Ok(_) | Err(nix::Error::ENOBUFS | nix::Error::EINTR) => {}
                    Err(nix::Error::EAGAIN) => break,
                    Err(error) => return Err(error.into()),
                }
            }
            ready.clear_ready();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_known_by_its_whole_name() {
        assert_eq!(state("lo"), LinkState::Up);
        assert_eq!(state("l"), LinkState::Gone);
        assert_eq!(state(""), LinkState::Gone);
    }

    #[tokio::test]
    async fn a_link_that_stays_as_it_is_says_nothing() {
        let mut watch = LinkWatch::new("lo").unwrap();
        let waited = tokio::time::timeout(std::time::Duration::from_millis(50), watch.changed()).await;
        assert!(waited.is_err(), "{waited:?}");
    }
}
