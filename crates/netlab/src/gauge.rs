//! Yardsticks inside a lab: iperf3 for the rate, ping for the round trip. What ours is compared with.

use std::net::Ipv4Addr;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::lab::{Lab, SERVER};
use crate::run::{LabError, finish};

/// A direction, as the resident sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Server to resident.
    Down,
    /// Resident to server.
    Up,
}

/// A process that is ended when its handle goes.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts iperf3's server on the lab's server.
pub fn iperf3_server(lab: &Lab) -> Result<Running, LabError> {
    let child = lab
        .command("server", "iperf3")
        .args(["-s", "-p", "5201"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| LabError::System("start iperf3", error))?;
    std::thread::sleep(Duration::from_millis(300));
    Ok(Running(child))
}

/// TCP goodput in Mbit/s that the receiver counted, after two seconds of start, with two streams.
pub fn iperf3_mbit(lab: &Lab, home: &str, way: Way, seconds: u32) -> Result<f64, LabError> {
    let mut command = lab.command(home, "iperf3");
    let seconds = seconds.to_string();
    command.args(["-c", &SERVER.to_string(), "-p", "5201", "-J", "-t", &seconds, "-O", "2", "-P", "2"]);
    if way == Way::Down {
        command.arg("-R");
    }
    let printed = finish("iperf3", command.stdin(Stdio::null()).output())?;
    let report: Value = serde_json::from_str(&printed).unwrap_or_default();
    let bits = report.pointer("/end/sum_received/bits_per_second").and_then(Value::as_f64);
    bits.map(|bits| bits / 1e6).ok_or_else(|| LabError::Failed { command: "iperf3".into(), said: printed })
}

/// A ping that runs beside something else.
pub struct Pinging(Child);

/// Starts `count` echos from a home to the server, `interval` apart.
pub fn ping(
    lab: &Lab,
    home: &str,
    to: Ipv4Addr,
    count: u32,
    interval: Duration,
) -> Result<Pinging, LabError> {
    let interval = format!("{:.3}", interval.as_secs_f64());
    let child = lab
        .command(home, "ping")
        .args(["-n", "-D", "-c", &count.to_string(), "-i", &interval, "-W", "2", &to.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| LabError::System("start ping", error))?;
    Ok(Pinging(child))
}

/// One echo: when its answer came (Unix seconds) and its round trip in ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Echo {
    /// Unix time of the answer.
    pub at_s: f64,
    /// Round trip in ms.
    pub rtt_ms: f64,
}

impl Pinging {
    /// Waits for the end.
    pub fn finish(self) -> Result<Vec<Echo>, LabError> {
        let output = self.0.wait_with_output().map_err(|error| LabError::System("wait for ping", error))?;
        Ok(echoes(&String::from_utf8_lossy(&output.stdout)))
    }

    /// Ends it now and returns what it has seen.
    pub fn stop(self) -> Result<Vec<Echo>, LabError> {
        // SIGINT lets ping flush what it printed.
        crate::sys::interrupt(self.0.id() as i32);
        self.finish()
    }
}

/// Reads `[1700000000.123456] 64 bytes from …: icmp_seq=1 ttl=62 time=20.4 ms`.
fn echoes(printed: &str) -> Vec<Echo> {
    let read = |line: &str| {
        let (stamp, rest) = line.strip_prefix('[')?.split_once(']')?;
        let (_, time) = rest.split_once("time=")?;
        Some(Echo { at_s: stamp.parse().ok()?, rtt_ms: time.split(' ').next()?.parse().ok()? })
    };
    printed.lines().filter_map(read).collect()
}

/// The median of what is there.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pings_lines_are_read_and_the_rest_is_not() {
        let text = "PING 198.19.0.1 (198.19.0.1) 56(84) bytes of data.\n\
                    [1763000000.250000] 64 bytes from 198.19.0.1: icmp_seq=1 ttl=62 time=20.4 ms\n\
                    [1763000001.250000] no answer yet for icmp_seq=2\n";
        assert_eq!(echoes(text), [Echo { at_s: 1_763_000_000.25, rtt_ms: 20.4 }]);
    }

    #[test]
    fn a_median_of_nothing_is_nothing() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
    }
}
