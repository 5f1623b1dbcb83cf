//! The delay: packets that come out of one TUN device go into another, each a fixed time later.
//!
//! One thread for each direction, both with real-time priority, since a browser and a server on the same two cores
//! must not add their own lateness. A packet's delay is that of the home whose address it bears, and packets of one
//! home never overtake each other.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::{LabError, sys};

/// The longest packet that a TUN device of the usual MTU gives.
const PACKET_BYTES: usize = 2048;

/// Which way a relay thread carries, and so which address names the home.
#[derive(Clone, Copy)]
enum Way {
    ToHome,
    FromHome,
}

/// One-way delays by the third byte of a home's address.
pub(crate) type Delays = Vec<Duration>;

/// Both directions of the relay; dropped, its threads end and the devices vanish.
pub(crate) struct Relay {
    /// Dropped, it wakes both threads.
    stop: Option<UnixStream>,
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Relay {
    /// Carries between the provider's TUN and the server's.
    pub(crate) fn start(provider: File, server: File, delays: Delays) -> Result<Self, LabError> {
        let broken = |error| LabError::System("relay", error);
        let (stop, stopped) = UnixStream::pair().map_err(broken)?;
        let stopped = OwnedFd::from(stopped);
        let copies = [provider.try_clone(), server.try_clone()];
        let [provider_out, server_out] = copies.map(|file| file.map_err(broken));
        let pairs = [(server, provider_out?, Way::ToHome), (provider, server_out?, Way::FromHome)];
        let stopping = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for (input, output, way) in pairs {
            let stopped = stopped.try_clone().map_err(broken)?;
            let stop = Stop { wake: stopped, now: Arc::clone(&stopping) };
            let delays = delays.clone();
            threads.push(std::thread::spawn(move || carry(input, output, way, &delays, &stop)));
        }
        Ok(Self { stop: Some(stop), stopping, threads })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

/// How a relay thread learns that it shall end.
struct Stop {
    wake: OwnedFd,
    now: Arc<AtomicBool>,
}

/// A packet and when it is due.
type Waiting = VecDeque<(Instant, Box<[u8]>)>;

fn carry(mut input: File, mut output: File, way: Way, delays: &Delays, stop: &Stop) {
    sys::be_punctual();
    let mut queues: Vec<Waiting> = delays.iter().map(|_| Waiting::new()).collect();
    let mut packet = [0_u8; PACKET_BYTES];
    while !stop.now.load(Ordering::SeqCst) {
        let next = queues.iter().filter_map(|queue| queue.front().map(|(due, _)| *due)).min();
        let now = Instant::now();
        if next.is_none_or(|due| due > now) {
            sys::wait(input.as_fd(), stop.wake.as_fd(), next.map(|due| due - now));
        }
        // A bounded number at a time, so that what is due does not wait behind a flood.
        for _ in 0..64 {
            match input.read(&mut packet) {
                Ok(length) => {
                    let Some(home) = home_of(&packet[..length], way, delays.len()) else { continue };
                    queues[home].push_back((Instant::now() + delays[home], packet[..length].into()));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return,
            }
        }
        let now = Instant::now();
        for queue in &mut queues {
            while let Some((_, bytes)) = queue.pop_front_if(|(due, _)| *due <= now) {
                // A full device loses the packet, as a wire would.
                drop(output.write(&bytes));
            }
        }
    }
}

/// The home of an IPv4 packet: homes are 198.18.N.0/24, N from 1 (see `lab`). Anything else has none.
fn home_of(packet: &[u8], way: Way, homes: usize) -> Option<usize> {
    let start = match way {
        Way::FromHome => 12,
        Way::ToHome => 16,
    };
    if packet.first()? >> 4 != 4 {
        return None;
    }
    let bytes: [u8; 4] = packet.get(start..start + 4)?.try_into().ok()?;
    let [198, 18, number, _] = Ipv4Addr::from(bytes).octets() else { return None };
    (1..=homes).contains(&usize::from(number)).then(|| usize::from(number) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(from: [u8; 4], to: [u8; 4]) -> Vec<u8> {
        let mut bytes = vec![0_u8; 20];
        bytes[0] = 0x45;
        bytes[12..16].copy_from_slice(&from);
        bytes[16..20].copy_from_slice(&to);
        bytes
    }

    #[test]
    fn a_packet_belongs_to_the_home_whose_address_it_bears() {
        let up = packet([198, 18, 2, 2], [198, 19, 0, 1]);
        assert_eq!(home_of(&up, Way::FromHome, 3), Some(1));
        assert_eq!(home_of(&up, Way::ToHome, 3), None);
        assert_eq!(home_of(&packet([198, 19, 0, 1], [198, 18, 3, 2]), Way::ToHome, 3), Some(2));
        assert_eq!(home_of(&packet([198, 19, 0, 1], [198, 18, 4, 2]), Way::ToHome, 3), None);
        assert_eq!(home_of(&[], Way::ToHome, 3), None);
        assert_eq!(home_of(&[0x60; 40], Way::ToHome, 3), None);
    }
}
