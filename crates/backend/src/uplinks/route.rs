//! The default route, as the kernel tells it in /proc/net.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `RTF_UP` and `RTF_REJECT` (linux/route.h).
const UP: u32 = 0x1;
const REJECT: u32 = 0x200;

/// A way to everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub interface: String,
    /// None on a point-to-point link.
    pub gateway: Option<IpAddr>,
    metric: u32,
}

/// The interface of the default route with the smallest metric, IPv4 first.
pub fn default_interface() -> Option<String> {
    best(routes(), |_| true).map(|route| route.interface)
}

/// The gateway of an interface's default route.
pub fn gateway(interface: &str) -> Option<IpAddr> {
    best(routes(), |route| route.interface == interface)?.gateway
}

fn routes() -> Vec<Route> {
    // A kernel without IPv6 has no such file.
    let text = |path| std::fs::read_to_string(path).unwrap_or_default();
    let mut all = of_ipv4(&text("/proc/net/route"));
    all.extend(of_ipv6(&text("/proc/net/ipv6_route")));
    all
}

fn best(routes: Vec<Route>, fits: impl Fn(&Route) -> bool) -> Option<Route> {
    let is_v6 = |route: &Route| route.gateway.is_some_and(|gateway| gateway.is_ipv6());
    routes.into_iter().filter(fits).min_by_key(|route| (is_v6(route), route.metric))
}

fn of_ipv4(table: &str) -> Vec<Route> {
    let route = |line: &str| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [interface, destination, gateway, flags, _, _, metric, mask, ..] = words[..] else { return None };
        let flags = u32::from_str_radix(flags, 16).ok()?;
        let is_default = destination == "00000000" && mask == "00000000";
        if !is_default || flags & UP == 0 || flags & REJECT != 0 {
            return None;
        }
        // The bytes stand as they lie in memory.
        let gateway = Ipv4Addr::from(u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes());
        let gateway = (!gateway.is_unspecified()).then_some(IpAddr::V4(gateway));
        Some(Route { interface: interface.to_owned(), gateway, metric: metric.parse().ok()? })
    };
    table.lines().skip(1).filter_map(route).collect()
}

fn of_ipv6(table: &str) -> Vec<Route> {
    let route = |line: &str| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [destination, length, _, _, gateway, metric, _, _, flags, interface] = words[..] else {
            return None;
        };
        let flags = u32::from_str_radix(flags, 16).ok()?;
        let is_default = length == "00" && destination.bytes().all(|digit| digit == b'0');
        if !is_default || flags & UP == 0 || flags & REJECT != 0 || interface == "lo" {
            return None;
        }
        let gateway = Ipv6Addr::from(u128::from_str_radix(gateway, 16).ok()?);
        let gateway = (!gateway.is_unspecified()).then_some(IpAddr::V6(gateway));
        Some(Route {
            interface: interface.to_owned(),
            gateway,
            metric: u32::from_str_radix(metric, 16).ok()?,
        })
    };
    table.lines().filter_map(route).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

    fn found(routes: Vec<Route>) -> Option<(String, Option<IpAddr>)> {
        best(routes, |_| true).map(|route| (route.interface, route.gateway))
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn the_smallest_metric_wins() {
        let table = format!(
            "{HEAD}wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
             eth0\t00000000\tFE00A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
             eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
        );
        let expected = ("eth0".to_owned(), Some(IpAddr::from([192, 168, 0, 254])));
        assert_eq!(found(of_ipv4(&table)), Some(expected));
    }

    #[test]
    fn a_link_without_a_gateway_is_a_way_and_a_rejecting_one_is_none() {
        let ppp = format!("{HEAD}ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n");
        assert_eq!(found(of_ipv4(&ppp)), Some(("ppp0".to_owned(), None)));
        let none = format!("{HEAD}*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\nshort line\n");
        assert_eq!(found(of_ipv4(&none)), None);
    }

    #[test]
    fn ipv6_is_read_and_comes_second() {
        let zeros = "0".repeat(32);
        let gateway = "fe800000000000000000000000000001";
        let table = format!(
            "{zeros} 00 {zeros} 00 {gateway} 00000400 00000001 00000000 00000003 eth1\n\
             {zeros} 00 {zeros} 00 {zeros} ffffffff 00000001 00000000 00200200 lo\n"
        );
        let v6 = of_ipv6(&table);
        assert_eq!(found(v6.clone()), Some(("eth1".to_owned(), Some("fe80::1".parse().unwrap()))));
        let v4 = format!("{HEAD}eth0\t00000000\t01010101\t0003\t0\t0\t4000\t00000000\t0\t0\t0\n");
        let both = v6.into_iter().chain(of_ipv4(&v4)).collect();
        assert_eq!(found(both).map(|(interface, _)| interface), Some("eth0".to_owned()));
    }
}
