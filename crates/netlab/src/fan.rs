//! Many rows of routers behind one host: what a tracer of many targets is measured on.
//!
//! ```text
//!       ┌─to0── r0x0 ── r0x1 ── … ── the last has the targets 198.19.0.1, .2, …
//! here ─┤
//!       └─to1── r1x0 ── r1x1 ── … ── 198.19.1.1, .2, …
//! ```
//!
//! The forwarding is the kernel's own; its limit of ICMP errors a second is lifted, since it would be what is measured.
//! Cable C of row R is 198.18.R.(4C)/30, its left end .1, its right end .2. IPv4 alone.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use crate::lab::{fresh_prefix, remove_stale, require_root};
use crate::run::{LabError, finish};
use crate::sys;

/// What each router's kernel is told; the third is not in every kernel.
const SETTINGS: [(&str, &str); 3] =
    [("ipv4/ip_forward", "1"), ("ipv4/icmp_ratelimit", "0"), ("ipv4/icmp_msgs_per_sec", "1000000")];

/// Running namespaces; dropped, they are gone.
pub struct Fan {
    prefix: String,
    rows: u8,
    length: u8,
}

impl Fan {
    /// Makes `here` and so many rows of so many routers.
    pub fn build(rows: u8, length: u8) -> Result<Self, LabError> {
        require_root()?;
        remove_stale()?;
        if rows == 0 || length == 0 || length > 63 {
            return Err(LabError::Scenario("a fan wants rows of 1 to 63 routers".to_owned()));
        }
        // Made before its namespaces are, so that what there is of them goes with it on an error.
        let fan = Self { prefix: fresh_prefix(), rows, length };
        fan.batch("", &fan.all(|name| format!("netns add {name}\n")))?;
        fan.settings()?;
        let mut cables = String::new();
        for (row, at) in fan.routers() {
            let (left, right) = (fan.left_of(row, at), fan.router(row, at));
            let device = if at == 0 { format!("to{row}") } else { "right".to_owned() };
            let _ = writeln!(cables, "link add {device} netns {left} type veth peer name left netns {right}");
        }
        fan.batch("", &cables)?;
        fan.batch(&fan.here(), &fan.lines_here())?;
        fan.routers().try_for_each(|(row, at)| fan.batch(&fan.router(row, at), &fan.lines_at(row, at)))?;
        Ok(fan)
    }

    /// The namespace that it is looked at from.
    pub fn here(&self) -> String {
        format!("{}here", self.prefix)
    }

    /// So many targets on each row, each as far away as a row is long.
    pub fn targets(&self, each: u8) -> Vec<Ipv4Addr> {
        (0..self.rows).flat_map(|row| (1..=each).map(move |n| Ipv4Addr::new(198, 19, row, n))).collect()
    }

    /// Runs a closure on a thread inside `here`.
    pub fn on<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, LabError> {
        sys::on(self.here(), work)
    }

    fn routers(&self) -> impl Iterator<Item = (u8, u8)> + use<> {
        let length = self.length;
        (0..self.rows).flat_map(move |row| (0..length).map(move |at| (row, at)))
    }

    fn router(&self, row: u8, at: u8) -> String {
        format!("{}r{row}x{at}", self.prefix)
    }

    fn left_of(&self, row: u8, at: u8) -> String {
        at.checked_sub(1).map_or_else(|| self.here(), |at| self.router(row, at))
    }

    /// A line for each namespace.
    fn all(&self, line: impl Fn(&str) -> String) -> String {
        let routers = self.routers().map(|(row, at)| line(&self.router(row, at)));
        std::iter::once(line(&self.here())).chain(routers).collect()
    }

    /// By a thread that visits each: a process for each would take seconds.
    fn settings(&self) -> Result<(), LabError> {
        let names: Vec<String> = self.routers().map(|(row, at)| self.router(row, at)).collect();
        sys::on(self.here(), move || {
            // Echo sockets without a right, as on most machines.
            set("ipv4/ping_group_range", "0 2147483647")?;
            for name in names {
                sys::enter(&name)?;
                for (setting, value) in SETTINGS {
                    if setting != SETTINGS[2].0 || std::fs::exists(path(setting)).is_ok_and(|there| there) {
                        set(setting, value)?;
                    }
                }
            }
            Ok(())
        })?
    }

    fn lines_here(&self) -> String {
        let mut lines = String::new();
        for row in 0..self.rows {
            let left = format!("198.18.{row}.2");
            let _ = write!(
                lines,
                "addr add 198.18.{row}.1/30 dev to{row}\nlink set to{row} up\n\
                 route add 198.19.{row}.0/24 via {left}\nroute add 198.18.{row}.0/24 via {left}\n"
            );
        }
        lines
    }

    fn lines_at(&self, row: u8, at: u8) -> String {
        let (left, next) = (4 * at, 4 * at + 4);
        let mut lines = format!(
            "link set lo up\naddr add 198.18.{row}.{}/30 dev left\nlink set left up\n\
             route add default via 198.18.{row}.{}\n",
            left + 2,
            left + 1
        );
        if at + 1 == self.length {
            let _ = writeln!(lines, "addr add 198.19.{row}.0/24 dev lo");
        } else {
            let _ = write!(
                lines,
                "addr add 198.18.{row}.{}/30 dev right\nlink set right up\n\
                 route add 198.19.{row}.0/24 via 198.18.{row}.{}\n",
                next + 1,
                next + 2
            );
        }
        lines
    }

    /// Many lines to one `ip`, within a namespace if one is named.
    fn batch(&self, namespace: &str, lines: &str) -> Result<(), LabError> {
        let mut command = Command::new("ip");
        if !namespace.is_empty() {
            command.args(["-n", namespace]);
        }
        command.args(["-batch", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = command.spawn().and_then(|mut child| {
            let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(lines.as_bytes()));
            written.and_then(|()| child.wait_with_output())
        });
        finish(&format!("ip -batch ({}{namespace})", self.prefix), output).map(drop)
    }
}

impl Drop for Fan {
    fn drop(&mut self) {
        if let Err(error) = self.batch("", &self.all(|name| format!("netns del {name}\n"))) {
            eprintln!("netlab: {error}");
        }
    }
}

fn path(setting: &str) -> String {
    format!("/proc/sys/net/{setting}")
}

fn set(setting: &str, value: &str) -> Result<(), LabError> {
    std::fs::write(path(setting), value).map_err(|error| LabError::System("set a kernel setting", error))
}
