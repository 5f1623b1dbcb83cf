//! Building a scenario out of namespaces, and taking it down again.
//!
//! Addresses are of the benchmarking range 198.18.0.0/15 (RFC 2544), so that nothing of the outside is ever meant:
//! home N is 198.18.N.0/24 (resident .2, its router .1 and .130, the provider .129), the server 198.19.0.1.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::relay::Relay;
use crate::run::{LabError, run};
use crate::scenario::{Home, Scenario};
use crate::{shape, sys};

/// The server's address.
pub const SERVER: Ipv4Addr = Ipv4Addr::new(198, 19, 0, 1);
/// The provider's end of the relay.
const PROVIDER: &str = "198.19.0.254";
/// Packets that a TUN device holds for the relay: a full window must never be lost there (default 500).
const TUN_QUEUE: &str = "10000";

/// cubic is what most hosts run, and it fills the queue. Set on the route, since a namespace's default may only be one
/// of the congestion controls that the machine allows to everyone.
const CONGESTION: &str = "congctl cubic";

/// Labs that this process has made; part of their names.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A running small internet. Dropped, it is gone, with all processes in it.
pub struct Lab {
    prefix: String,
    namespaces: Vec<String>,
    scenario: Scenario,
    relay: Option<Relay>,
}

/// Says whether labs can be made here, with a message fit for a skipped test.
pub fn require_root() -> Result<(), LabError> {
    if sys::is_root() { Ok(()) } else { Err(LabError::NotRoot) }
}

impl Lab {
    /// Makes the namespaces, links and the relay of a scenario.
    pub fn build(scenario: Scenario) -> Result<Self, LabError> {
        require_root()?;
        let scenario = scenario.check()?;
        remove_stale()?;
        let prefix = fresh_prefix();
        let mut lab = Self { prefix, namespaces: Vec::new(), scenario, relay: None };
        lab.add_host("isp", true)?;
        lab.add_host("server", false)?;
        lab.start_relay()?;
        for (at, home) in lab.scenario.homes.clone().into_iter().enumerate() {
            lab.add_home(at + 1, &home)?;
        }
        Ok(lab)
    }

    /// The scenario that this is.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The address of a home's resident.
    pub fn address(&self, home: &str) -> Option<Ipv4Addr> {
        let at = self.scenario.homes.iter().position(|other| other.name == home)?;
        Some(Ipv4Addr::new(198, 18, at as u8 + 1, 2))
    }

    /// A command that runs on a host: a home's name, or `server`. Its process is the program itself.
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

    /// A name that no other lab of this machine uses.
    pub(crate) fn unique_name(&self, what: &str) -> String {
        self.name(what)
    }

    fn name(&self, host: &str) -> String {
        format!("{}{host}", self.prefix)
    }

    fn ip(&self, host: &str, line: &str) -> Result<String, LabError> {
        let name = self.name(host);
        let mut words = vec!["ip", "-n", &name];
        words.extend(line.split(' '));
        run(&words)
    }

    fn exec(&self, host: &str, words: &[&str]) -> Result<String, LabError> {
        let name = self.name(host);
        let mut line = vec!["ip", "netns", "exec", &name];
        line.extend(words);
        run(&line)
    }

    fn add_host(&mut self, host: &str, forwards: bool) -> Result<(), LabError> {
        let name = self.name(host);
        run(&["ip", "netns", "add", &name])?;
        self.namespaces.push(name);
        self.ip(host, "link set lo up")?;
        // Runs must not learn from the one before.
        self.exec(host, &["sysctl", "-q", "-w", "net.ipv4.tcp_no_metrics_save=1"])?;
        if forwards {
            self.exec(host, &["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])?;
        }
        Ok(())
    }

    fn start_relay(&mut self) -> Result<(), LabError> {
        let provider = self.open_tun("isp")?;
        let server = self.open_tun("server")?;
        for (host, address) in [("isp", format!("{PROVIDER}/24")), ("server", format!("{SERVER}/24"))] {
            self.ip(host, &format!("addr add {address} dev tun0"))?;
            self.ip(host, &format!("link set dev tun0 txqueuelen {TUN_QUEUE} up"))?;
        }
        self.ip("server", &format!("route add 198.18.0.0/16 dev tun0 {CONGESTION}"))?;
        let one_way = |home: &Home| Duration::from_secs_f64(home.rtt_ms / 2e3);
        let delays = self.scenario.homes.iter().map(one_way).collect();
        self.relay = Some(Relay::start(provider, server, delays)?);
        Ok(())
    }

    fn open_tun(&self, host: &str) -> Result<std::fs::File, LabError> {
        let namespace = self.name(host);
        let thread = std::thread::spawn(move || sys::enter(&namespace).and_then(|()| sys::open_tun("tun0")));
        thread
            .join()
            .map_err(|_| LabError::System("thread of a host", std::io::Error::other("it panicked")))?
    }

    fn add_home(&mut self, number: usize, home: &Home) -> Result<(), LabError> {
        let (resident, router) = (home.name.clone(), format!("{}-r", home.name));
        self.add_host(&resident, false)?;
        self.add_host(&router, true)?;
        let port = format!("h{number}");
        self.cable(
            (&resident, "eth0", &format!("198.18.{number}.2/25")),
            (&router, "lan0", &format!("198.18.{number}.1/25")),
        )?;
        self.cable(
            (&router, "wan0", &format!("198.18.{number}.130/30")),
            ("isp", &port, &format!("198.18.{number}.129/30")),
        )?;
        self.ip(&resident, &format!("route add default via 198.18.{number}.1 {CONGESTION}"))?;
        self.ip(&router, &format!("route add default via 198.18.{number}.129"))?;
        self.ip("isp", &format!("route add 198.18.{number}.0/24 via 198.18.{number}.130"))?;
        for (host, device, rate) in
            [(router.as_str(), "wan0", home.up_mbit), ("isp", port.as_str(), home.down_mbit)]
        {
            let Some(rate) = rate else { continue };
            let name = self.name(host);
            let shape = shape::tbf(rate, home.queue_ms);
            let mut line = vec!["tc", "-n", &name, "qdisc", "add", "dev", device, "root"];
            line.extend(shape.iter().map(String::as_str));
            run(&line)?;
        }
        if home.loss_percent > 0.0 {
            self.exec("isp", &["nft", &shape::loss_rules(&port, home.loss_percent)])?;
        }
        Ok(())
    }

    /// Joins two hosts by a veth pair with addresses, without segmentation offload.
    fn cable(&self, one: (&str, &str, &str), other: (&str, &str, &str)) -> Result<(), LabError> {
        let far = self.name(other.0);
        self.ip(one.0, &format!("link add {} type veth peer name {} netns {far}", one.1, other.1))?;
        for (host, device, address) in [one, other] {
            self.ip(host, &format!("addr add {address} dev {device}"))?;
            self.ip(host, &format!("link set dev {device} gso_max_segs 1 up"))?;
        }
        Ok(())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for namespace in &self.namespaces {
            remove(namespace);
        }
    }
}

/// How the namespaces of one lab begin.
pub(crate) fn fresh_prefix() -> String {
    format!("nl{}x{}-", std::process::id(), MADE.fetch_add(1, Ordering::SeqCst))
}

/// Ends what runs in a namespace (all of it was started by a lab) and deletes it. Called on drop: errors only warn.
pub(crate) fn remove(namespace: &str) {
    if let Ok(pids) = run(&["ip", "netns", "pids", namespace]) {
        let own = std::process::id() as i32;
        pids.lines().filter_map(|pid| pid.trim().parse().ok()).filter(|pid| *pid != own).for_each(sys::kill);
    }
    if let Err(error) = run(&["ip", "netns", "del", namespace]) {
        eprintln!("netlab: {error}");
    }
}

/// Deletes the namespaces of labs whose process is gone.
pub(crate) fn remove_stale() -> Result<(), LabError> {
    for name in run(&["ip", "netns", "list"])?.lines().filter_map(|line| line.split(' ').next()) {
        if maker_of(name).is_some_and(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists()) {
            remove(name);
        }
    }
    Ok(())
}

/// The process that made a namespace, by its name.
fn maker_of(namespace: &str) -> Option<u32> {
    let (maker, _) = namespace.split_once('-')?;
    let (pid, number) = maker.strip_prefix("nl")?.split_once('x')?;
    number.parse::<u32>().ok()?;
    pid.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_labs_are_ever_removed() {
        assert_eq!(maker_of("nl4711x0-server"), Some(4711));
        for foreign in ["nl4711", "server", "nlx-1", "nl12x-a", "my-namespace", ""] {
            assert_eq!(maker_of(foreign), None, "{foreign}");
        }
    }
}
