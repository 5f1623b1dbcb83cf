//! What uses this server's line, by /proc: bytes of the interfaces and programs with open connections.

use std::{
    collections::HashMap,
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
};

use chrono::{DateTime, Utc};
use domain::diagnostics::{NetworkUsage, UsingProgram};

const MOST_PROGRAMS: usize = 12;
const MOST_ADDRESSES: usize = 4;

/// Looks now. What this process may not look at is missing.
pub(super) fn look(sampled_at: DateTime<Utc>) -> NetworkUsage {
    let (received, sent) = totals(&fs::read_to_string("/proc/net/dev").unwrap_or_default());
    let mut sockets = HashMap::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        sockets.extend(established(&fs::read_to_string(table).unwrap_or_default()));
    }
    let mut apps: Vec<UsingProgram> = processes().filter_map(|pid| program(pid, &sockets)).collect();
    apps.sort_by(|a, b| b.connections.cmp(&a.connections).then(a.pid.cmp(&b.pid)));
    apps.truncate(MOST_PROGRAMS);
    NetworkUsage {
        download_mbps: None,
        upload_mbps: None,
        total_sent_gb: gigabytes(sent),
        total_recv_gb: gigabytes(received),
        apps,
        sampled_at,
    }
}

fn gigabytes(bytes: u64) -> f64 {
    (bytes as f64 / 1e6).round() / 1e3
}

/// Received and sent bytes of all interfaces but loopback.
fn totals(table: &str) -> (u64, u64) {
    let rows = table.lines().filter_map(|line| line.split_once(':')).filter(|(name, _)| name.trim() != "lo");
    rows.fold((0, 0), |(received, sent), (_, numbers)| {
        let number = |place| numbers.split_whitespace().nth(place).and_then(|n| n.parse::<u64>().ok());
        (received + number(0).unwrap_or(0), sent + number(8).unwrap_or(0))
    })
}

/// Socket numbers of established connections, each with its other end.
fn established(table: &str) -> impl Iterator<Item = (u64, String)> {
    table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split_whitespace();
        let remote = fields.nth(2)?;
        // 01: TCP_ESTABLISHED (include/net/tcp_states.h).
        (fields.next()? == "01").then_some(())?;
        Some((fields.nth(5)?.parse().ok()?, other_end(remote)?))
    })
}

/// `0100007F:0016`: the address in words of the machine's order.
fn other_end(text: &str) -> Option<String> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let words: Option<Vec<[u8; 4]>> = (0..address.len() / 8)
        .map(|i| u32::from_str_radix(address.get(i * 8..i * 8 + 8)?, 16).ok().map(u32::to_ne_bytes))
        .collect();
    let ip = match &words?.concat()[..] {
        [a, b, c, d] => IpAddr::from(Ipv4Addr::new(*a, *b, *c, *d)),
        bytes => IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)).to_canonical(),
    };
    Some(std::net::SocketAddr::new(ip, port).to_string())
}

fn processes() -> impl Iterator<Item = u32> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    folders.filter_map(|folder| folder.file_name().to_str()?.parse().ok())
}

fn program(pid: u32, sockets: &HashMap<u64, String>) -> Option<UsingProgram> {
    let folder = Path::new("/proc").join(pid.to_string());
    let (mut connections, mut remote_addresses) = (0, Vec::new());
    for file in fs::read_dir(folder.join("fd")).ok()?.flatten() {
        let Ok(link) = fs::read_link(file.path()) else { continue };
        let number =
            link.to_str().and_then(|link| link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
        let Some(other) = number.and_then(|number: u64| sockets.get(&number)) else { continue };
        connections += 1;
        if remote_addresses.len() < MOST_ADDRESSES && !remote_addresses.contains(other) {
            remote_addresses.push(other.clone());
        }
    }
    let name = fs::read_to_string(folder.join("comm")).unwrap_or_default().trim().to_owned();
    (connections > 0).then_some(UsingProgram { name, pid, connections, remote_addresses })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_no_use_of_the_line() {
        let table = "Inter-|   Receive\n face |bytes\n    lo: 900 1 0 0 0 0 0 0 900 1 0 0 0 0 0 0\n  eth0: 2000 3 0 0 0 0 0 0 \
                     700 4 0 0 0 0 0 0\n";
        assert_eq!(totals(table), (2000, 700));
    }

    #[test]
    fn established_connections_are_read() {
        let table = "  sl  local_address rem_address   st\n   0: 0100007F:0BB8 0200007F:C001 01 00000000:00000000 \
                     00:00000000 00000000  1000        0 4711 1\n   1: 00000000:0016 00000000:0000 0A 00000000:00000000 \
                     00:00000000 00000000     0        0 4712 1\n";
        let found: Vec<_> = established(table).collect();
        assert_eq!(found, [(4711, "127.0.0.2:49153".to_owned())]);
        let mapped = "0000000000000000FFFF00000100007F:0050";
        assert_eq!(other_end(mapped).as_deref(), Some("127.0.0.1:80"));
    }

    #[test]
    fn this_test_has_a_connection() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let _stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut sockets = HashMap::new();
        sockets.extend(established(&fs::read_to_string("/proc/net/tcp").unwrap()));
        let us = program(std::process::id(), &sockets).unwrap();
        assert!(us.connections >= 1 && !us.remote_addresses.is_empty(), "{us:?}");
    }
}
