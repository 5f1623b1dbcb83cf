//! Traceroute and path MTU over three routers, beside the tools of others.

use std::{net::IpAddr, time::Duration};

use netlab::Chain;
use probe::{
    Bind, Method, Unreachable,
    mtu::{Limit, path_mtu},
    trace::{End, Plan, Trace, trace, trace_by_udp},
};
use rstest::rstest;

use crate::{chain, filter, here};

const DATAGRAM: &str = "net.ipv4.ping_group_range=0 2147483647";

fn traced(chain: &Chain, target: IpAddr, udp: bool) -> Trace {
    let plan = Plan { timeout: Duration::from_millis(500), ..Plan::default() };
    here(chain, move || async move {
        let bind = Bind::default();
        let way =
            if udp { trace_by_udp(target, &bind, plan).await } else { trace(target, &bind, plan).await };
        way.unwrap()
    })
}

/// Each hop's one address; a hop with several or none is a fault here.
fn names(trace: &Trace) -> Vec<IpAddr> {
    trace.hops.iter().map(|hop| hop.answers[0].from).collect()
}

#[rstest]
#[case::icmp_datagram(true, Method::IcmpDatagram)]
#[case::icmp_datagram_v6(false, Method::IcmpDatagram)]
#[case::icmp_raw(true, Method::IcmpRaw)]
#[case::icmp_raw_v6(false, Method::IcmpRaw)]
#[case::udp(true, Method::Udp)]
#[case::udp_v6(false, Method::Udp)]
fn each_method_names_the_routers(#[case] v4: bool, #[case] method: Method) {
    let Some(chain) = chain(3) else { return };
    let groups = if method == Method::IcmpDatagram { DATAGRAM } else { "net.ipv4.ping_group_range=1 0" };
    chain.sysctl("here", groups).unwrap();
    let found = traced(&chain, chain.there(v4), method == Method::Udp);
    let mut expected = chain.routers(v4);
    expected.push(chain.there(v4));
    assert_eq!((names(&found), found.end, found.method), (expected, End::Reached, method));
    for hop in &found.hops {
        assert_eq!(hop.answers.len(), 3, "{hop:?}");
        assert!(hop.answers.iter().all(|answer| answer.from == hop.answers[0].from));
    }
}

/// The traceroute and tracepath of Debian, where they are installed, name the same routers.
#[rstest]
#[case::traceroute(&["traceroute", "-n", "-q", "1", "-w", "1"])]
#[case::tracepath(&["tracepath", "-n"])]
fn tools_of_others_name_the_same(#[case] tool: &[&str]) {
    if !std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|folder| folder.join(tool[0]).exists())
    {
        eprintln!("skipped: {} is not installed", tool[0]);
        return;
    }
    let Some(chain) = chain(3) else { return };
    let target = chain.there(true);
    let ours = names(&traced(&chain, target, false));
    let target = target.to_string();
    let said = chain.exec("here", &[tool, &[&target]].concat()).unwrap();
    let mut theirs: Vec<IpAddr> = Vec::new();
    // The first line names the target, not a hop; tracepath tells a hop in more than one.
    for line in said.lines().skip(usize::from(tool[0] == "traceroute")) {
        let named = line.split_whitespace().nth(1).and_then(|word| word.parse().ok());
        theirs.extend(named.filter(|name| !theirs.contains(name)));
    }
    assert_eq!(theirs, ours, "{said}");
}

#[test]
fn a_fault_is_placed_behind_the_deepest_hop() {
    let Some(chain) = chain(3) else { return };
    let (target, routers) = (chain.there(true), chain.routers(true));
    filter(&chain, "r2", "ip daddr 198.18.103.2 drop");
    let silent = traced(&chain, target, false);
    assert_eq!((silent.end, silent.hops.len()), (End::Silent, 2 + 5));
    assert_eq!(silent.deepest().unwrap().answers[0].from, routers[1]);

    filter(&chain, "r2", "ip daddr 198.18.103.2 reject with icmp type host-prohibited");
    let told = traced(&chain, target, false);
    assert_eq!(told.end, End::Stopped(Unreachable::Prohibited));
    assert_eq!(told.deepest().unwrap().answers[0].from, routers[1]);
}

#[rstest]
#[case::v4(true)]
#[case::v6(false)]
fn a_link_of_1400_is_found_and_a_black_hole_named(#[case] v4: bool) {
    let Some(chain) = chain(3) else { return };
    chain.sysctl("here", DATAGRAM).unwrap();
    let target = chain.there(v4);
    let find = || {
        here(&chain, move || async move {
            path_mtu(target, &Bind::default(), Duration::from_secs(1)).await.unwrap()
        })
    };
    let whole = find();
    assert_eq!((whole.mtu, whole.limit), (Some(1500), Limit::OwnInterface));

    chain.set_mtu(2, 1400).unwrap();
    let told = find();
    assert_eq!((told.mtu, told.limit), (Some(1400), Limit::Router { from: chain.routers(v4)[1] }));

    // The router's own "too big" never leaves it.
    let rules = "table inet f { chain c { type filter hook output priority 0; \
                 icmp type destination-unreachable drop; icmpv6 type packet-too-big drop; }; };";
    chain.exec("r2", &["nft", rules]).unwrap();
    let hole = find();
    assert_eq!((hole.mtu, hole.limit), (Some(1400), Limit::BlackHole));
}
