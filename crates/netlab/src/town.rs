//! Homes of several providers around one server: what the building check is tried on.
//!
//! ```text
//! server ──── provider A ──── home A1, A2, …
//!        └─── provider B ──── home B1, B2, …
//! ```
//!
//! Each provider has a /24 that looks like the public internet, since only such addresses may be asked; it exists within
//! these namespaces alone. The n-th home of a provider is `.n`. Links have addresses of 198.18.0.0/15.

use std::net::Ipv4Addr;
use std::process::Command;

use crate::lab::{fresh_prefix, remove, remove_stale, require_root};
use crate::run::{LabError, run};
use crate::sys;

/// The server's address, as the homes know it.
pub const TOWN_SERVER: Ipv4Addr = Ipv4Addr::new(81, 2, 68, 1);

/// A provider: its name, the first three bytes of its addresses, how many homes it serves.
pub type TownProvider = (&'static str, [u8; 3], u8);

/// Running namespaces; dropped, they are gone.
pub struct Town {
    prefix: String,
    hosts: Vec<String>,
}

impl Town {
    /// Makes `server`, the providers, and homes named by provider and number.
    pub fn build(providers: &[TownProvider]) -> Result<Self, LabError> {
        require_root()?;
        remove_stale()?;
        let mut town = Self { prefix: fresh_prefix(), hosts: Vec::new() };
        town.add_host("server")?;
        town.ip("server", &format!("addr add {TOWN_SERVER}/32 dev lo"))?;
        for (at, (name, net, homes)) in (1_u8..).zip(providers) {
            town.add_provider(at, name, *net, *homes)?;
        }
        Ok(town)
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

    /// Runs a closure on a thread inside a host's network, for sockets of this process's own.
    pub fn on<T: Send + 'static>(
        &self,
        host: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, LabError> {
        sys::on(self.name(host), work)
    }

    /// Switches a home's router on or off.
    pub fn switch_home(&self, home: &str, on: bool) -> Result<(), LabError> {
        let state = if on { "up" } else { "down" };
        self.ip(home, &format!("link set dev line {state}"))?;
        // A link that was down has lost its routes.
        if on { self.add_default_route(home) } else { Ok(()) }
    }

    /// Lets a provider forward nothing, or everything again.
    pub fn switch_provider(&self, provider: &str, on: bool) -> Result<(), LabError> {
        self.forward(provider, on)
    }

    fn name(&self, host: &str) -> String {
        format!("{}{host}", self.prefix)
    }

    fn add_host(&mut self, host: &str) -> Result<(), LabError> {
        run(&["ip", "netns", "add", &self.name(host)])?;
        self.hosts.push(host.to_owned());
        self.ip(host, "link set lo up").map(drop)
    }

    fn forward(&self, host: &str, on: bool) -> Result<(), LabError> {
        let setting = format!("net.ipv4.ip_forward={}", u8::from(on));
        run(&["ip", "netns", "exec", &self.name(host), "sysctl", "-q", "-w", &setting]).map(drop)
    }

    fn add_provider(&mut self, at: u8, name: &str, net: [u8; 3], homes: u8) -> Result<(), LabError> {
        let [a, b, c] = net;
        self.add_host(name)?;
        self.forward(name, true)?;
        self.cable(("server", name), (name, "up"), [198, 18, at, 0])?;
        self.ip("server", &format!("route add {a}.{b}.{c}.0/24 via 198.18.{at}.2 src {TOWN_SERVER}"))?;
        self.ip(name, &format!("route add {TOWN_SERVER}/32 via 198.18.{at}.1"))?;
        for home in 1..=homes {
            let host = format!("{name}{home}");
            self.add_host(&host)?;
            self.ip(&host, &format!("addr add {a}.{b}.{c}.{home}/32 dev lo"))?;
            self.cable((name, &host), (&host, "line"), [198, 19, at, home * 4])?;
            self.ip(name, &format!("route add {a}.{b}.{c}.{home}/32 via 198.19.{at}.{}", home * 4 + 2))?;
            self.add_default_route(&host)?;
        }
        Ok(())
    }

    /// By way of the provider, as the address that the home is known by.
    fn add_default_route(&self, home: &str) -> Result<(), LabError> {
        let own = self.ip(home, "-4 -o addr show dev line")?;
        let public = self.ip(home, "-4 -o addr show dev lo scope global")?;
        let (own, public) = (address_in(&own)?, address_in(&public)?);
        let [a, b, c, d] = own.octets();
        let gateway = Ipv4Addr::new(a, b, c, d - 1);
        self.ip(home, &format!("route replace default via {gateway} src {public}")).map(drop)
    }

    /// A link of two: the left end is `.1` of a /30, the right one `.2`.
    fn cable(
        &self,
        (left, left_device): (&str, &str),
        (right, right_device): (&str, &str),
        [a, b, c, d]: [u8; 4],
    ) -> Result<(), LabError> {
        let line =
            format!("link add {left_device} type veth peer name {right_device} netns {}", self.name(right));
        self.ip(left, &line)?;
        for (host, device, end) in [(left, left_device, 1), (right, right_device, 2)] {
            self.ip(host, &format!("addr add {a}.{b}.{c}.{}/30 dev {device}", d + end))?;
            self.ip(host, &format!("link set dev {device} up"))?;
        }
        Ok(())
    }
}

/// The address in a line of `ip -o addr`.
fn address_in(line: &str) -> Result<Ipv4Addr, LabError> {
    let words = || line.split_whitespace();
    let word = words().skip_while(|word| *word != "inet").nth(1).unwrap_or_default();
    let address = word.split('/').next().unwrap_or_default();
    address.parse().map_err(|_| LabError::Failed { command: "ip addr".to_owned(), said: line.to_owned() })
}

impl Drop for Town {
    fn drop(&mut self) {
        for host in &self.hosts {
            remove(&self.name(host));
        }
    }
}
