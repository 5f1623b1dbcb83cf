//! A row of routers: what traceroute and path MTU are tried on.
//!
//! ```text
//! here ──0── r1 ──1── r2 ──2── r3 ──3── there
//! ```
//!
//! Link N is 198.18.(100+N).0/24 and 2001:db8:N::/64; its left end is .1, its right end .2. On each host the device to
//! the left is `left`, to the right `right`.

use std::net::IpAddr;
use std::process::Command;

use crate::lab::{fresh_prefix, remove, remove_stale, require_root};
use crate::run::{LabError, run};
use crate::sys;

/// Running namespaces; dropped, they are gone.
pub struct Chain {
    prefix: String,
    hosts: Vec<String>,
}

impl Chain {
    /// Makes `here`, so many routers, and `there`.
    pub fn build(routers: usize) -> Result<Self, LabError> {
        require_root()?;
        remove_stale()?;
        if routers > 100 {
            return Err(LabError::Scenario("at most 100 routers".to_owned()));
        }
        let routers = (1..=routers).map(|n| format!("r{n}"));
        let hosts: Vec<String> =
            std::iter::once("here".to_owned()).chain(routers).chain(["there".to_owned()]).collect();
        let mut chain = Self { prefix: fresh_prefix(), hosts: Vec::new() };
        for host in &hosts {
            run(&["ip", "netns", "add", &chain.name(host)])?;
            chain.hosts.push(host.clone());
            chain.ip(host, "link set lo up")?;
            // No waiting for the duplicate address check: nobody else is there.
            chain.sysctl(host, "net.ipv6.conf.default.dad_transmits=0")?;
            chain.sysctl(host, "net.ipv4.ip_forward=1")?;
            chain.sysctl(host, "net.ipv6.conf.all.forwarding=1")?;
        }
        for link in 0..hosts.len() - 1 {
            chain.cable(link)?;
        }
        (0..hosts.len()).try_for_each(|at| chain.add_routes(at))?;
        Ok(chain)
    }

    /// An address of `there`.
    pub fn there(&self, v4: bool) -> IpAddr {
        right_end(self.hosts.len() - 2, v4)
    }

    /// The addresses by which the routers answer to `here`, in order.
    pub fn routers(&self, v4: bool) -> Vec<IpAddr> {
        (0..self.hosts.len() - 2).map(|link| right_end(link, v4)).collect()
    }

    /// Runs `ip` within a host.
    pub fn ip(&self, host: &str, line: &str) -> Result<String, LabError> {
        let name = self.name(host);
        let mut words = vec!["ip", "-n", &name];
        words.extend(line.split(' '));
        run(&words)
    }

    /// A command that runs within a host. Its process is the program itself.
    pub fn command(&self, host: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name(host), program]);
        command
    }

    /// Runs a program within a host.
    pub fn exec(&self, host: &str, words: &[&str]) -> Result<String, LabError> {
        let name = self.name(host);
        let mut line = vec!["ip", "netns", "exec", &name];
        line.extend(words);
        run(&line)
    }

    /// Sets a kernel setting of a host.
    pub fn sysctl(&self, host: &str, setting: &str) -> Result<(), LabError> {
        self.exec(host, &["sysctl", "-q", "-w", setting]).map(drop)
    }

    /// Sets the MTU of both ends of a link.
    pub fn set_mtu(&self, link: usize, mtu: u32) -> Result<(), LabError> {
        self.ip(&self.hosts[link], &format!("link set dev right mtu {mtu}"))?;
        self.ip(&self.hosts[link + 1], &format!("link set dev left mtu {mtu}")).map(drop)
    }

    /// Runs a closure on a thread inside a host's network, for sockets of this process's own.
    pub fn on<T: Send + 'static>(
        &self,
        host: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, LabError> {
        sys::on(self.name(host), work)
    }

    /// Makes the first link anew, as a modem that was plugged in again.
    pub fn rejoin(&self) -> Result<(), LabError> {
        self.cable(0)?;
        self.add_routes(0)
    }

    /// A name that no other chain of this machine uses: a host's namespace, or anything else.
    pub fn unique_name(&self, what: &str) -> String {
        self.name(what)
    }

    fn name(&self, host: &str) -> String {
        format!("{}{host}", self.prefix)
    }

    fn cable(&self, link: usize) -> Result<(), LabError> {
        let (left, right) = (&self.hosts[link], &self.hosts[link + 1]);
        self.ip(left, &format!("link add right type veth peer name left netns {}", self.name(right)))?;
        for (host, device, end) in [(left, "right", 1), (right, "left", 2)] {
            self.ip(host, &format!("link set dev {device} address {}", hardware(link, end)))?;
            self.ip(host, &format!("addr add 198.18.{}.{end}/24 dev {device}", 100 + link))?;
            self.ip(host, &format!("addr add 2001:db8:{link}::{end}/64 dev {device} nodad"))?;
            self.ip(host, &format!("link set dev {device} up"))?;
            // The kernel may lose the first question for an IPv6 neighbour on a new link, and asks again after 1 s.
            let (other, address) = (3 - end, hardware(link, 3 - end));
            self.ip(host, &format!("neigh add 2001:db8:{link}::{other} lladdr {address} dev {device}"))?;
        }
        Ok(())
    }

    /// To the right by default, to the left for each link there; `there` has everything on its left.
    fn add_routes(&self, at: usize) -> Result<(), LabError> {
        let (host, last) = (&self.hosts[at], self.hosts.len() - 1);
        if at < last {
            self.ip(host, &format!("route add default via {}", right_end(at, true)))?;
            self.ip(host, &format!("-6 route add default via {}", right_end(at, false)))?;
        }
        for link in 0..at.saturating_sub(1) {
            let (v4, v6) = (left_end(at - 1, true), left_end(at - 1, false));
            self.ip(host, &format!("route add 198.18.{}.0/24 via {v4}", 100 + link))?;
            self.ip(host, &format!("-6 route add 2001:db8:{link}::/64 via {v6}"))?;
        }
        Ok(())
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        for host in &self.hosts {
            remove(&self.name(host));
        }
    }
}

fn left_end(link: usize, v4: bool) -> IpAddr {
    end(link, v4, 1)
}

fn right_end(link: usize, v4: bool) -> IpAddr {
    end(link, v4, 2)
}

fn end(link: usize, v4: bool, host: u8) -> IpAddr {
    if v4 {
        return [198, 18, 100 + link as u8, host].into();
    }
    [0x2001, 0xdb8, link as u16, 0, 0, 0, 0, u16::from(host)].into()
}

fn hardware(link: usize, end: u8) -> String {
    format!("02:00:00:00:{link:02x}:{end:02x}")
}
