//! Echoes: both kinds of socket, both families, errors of routers, links that go.

use std::{net::IpAddr, time::Duration};

use netlab::Chain;
use probe::{Bind, Method, Outcome, Pinger, Probed, Unreachable};
use rstest::rstest;

use crate::{chain, filter, here};

const SECOND: Duration = Duration::from_secs(1);

fn ping(chain: &Chain, bind: Bind, target: IpAddr) -> Probed {
    here(chain, move || async move { Pinger::new(bind).ping(target, SECOND).await.unwrap() })
}

#[rstest]
#[case::datagram_v4(true, "0 2147483647", Method::IcmpDatagram)]
#[case::datagram_v6(false, "0 2147483647", Method::IcmpDatagram)]
#[case::raw_v4(true, "1 0", Method::IcmpRaw)]
#[case::raw_v6(false, "1 0", Method::IcmpRaw)]
fn answers_and_errors_by_each_socket(#[case] v4: bool, #[case] groups: &str, #[case] method: Method) {
    let Some(chain) = chain(2) else { return };
    chain.sysctl("here", &format!("net.ipv4.ping_group_range={groups}")).unwrap();
    let probed = ping(&chain, Bind::default(), chain.there(v4));
    assert_eq!(probed.method, method);
    assert!(probed.outcome.is_answer(), "{probed:?}");

    // Nobody has .9 of the last link: its router looks for a second, then says so. The first sees no route.
    let nobody: IpAddr = if v4 { [198, 18, 102, 9].into() } else { "2001:db8:2::9".parse().unwrap() };
    let long = here(&chain, move || async move {
        Pinger::new(Bind::interface("right")).ping(nobody, 5 * SECOND).await.unwrap()
    });
    let from = chain.routers(v4)[1];
    assert_eq!(long.outcome, Outcome::Unreachable { code: Unreachable::Host, from: Some(from) });

    let line = if v4 { "route del default" } else { "-6 route del default" };
    chain.ip("r1", line).unwrap();
    let cut = ping(&chain, Bind::default(), chain.there(v4));
    let from = Some(chain.routers(v4)[0]);
    assert_eq!(cut.outcome, Outcome::Unreachable { code: Unreachable::Net, from });

    chain.ip("here", line).unwrap();
    let routeless = ping(&chain, Bind::default(), chain.there(v4));
    assert_eq!(routeless.outcome, Outcome::Unreachable { code: Unreachable::Net, from: None });
}

#[test]
fn a_filter_is_told_and_a_silent_one_is_silence() {
    let Some(chain) = chain(1) else { return };
    let there = chain.there(true);
    filter(&chain, "r1", "icmp type echo-request reject with icmp type admin-prohibited");
    let from = Some(chain.routers(true)[0]);
    let rejected = Outcome::Unreachable { code: Unreachable::Prohibited, from };
    assert_eq!(ping(&chain, Bind::default(), there).outcome, rejected);
    filter(&chain, "r1", "icmp type echo-request drop");
    assert_eq!(ping(&chain, Bind::default(), there).outcome, Outcome::Timeout);
}

/// An interface that went and came back has another index: the old socket would be deaf for ever.
#[test]
fn an_interface_that_comes_back_is_used_again() {
    let Some(chain) = chain(0) else { return };
    let there = chain.there(true);
    let chain = std::sync::Arc::new(chain);
    let inner = std::sync::Arc::clone(&chain);
    here(&chain, move || async move {
        let pinger = Pinger::new(Bind::interface("right"));
        assert!(pinger.ping(there, SECOND).await.unwrap().outcome.is_answer());

        inner.ip("here", "link set dev right down").unwrap();
        let down = pinger.ping(there, SECOND).await.unwrap();
        assert!(matches!(down.outcome, Outcome::Unreachable { from: None, .. }), "{down:?}");
        inner.ip("here", "link set dev right up").unwrap();
        assert!(pinger.ping(there, SECOND).await.unwrap().outcome.is_answer());

        inner.ip("here", "link del right").unwrap();
        let _ = pinger.ping(there, SECOND).await;
        let gone = pinger.ping(there, SECOND).await.unwrap_err();
        assert!(matches!(gone, probe::ProbeError::NoInterface { .. }), "{gone}");
        inner.rejoin().unwrap();
        assert!(pinger.ping(there, SECOND).await.unwrap().outcome.is_answer());
    });
}

/// The source decides by which way the answer comes back; a foreign one is refused before anything is sent.
#[test]
fn a_source_is_used() {
    let Some(chain) = chain(1) else { return };
    chain.ip("here", "addr add 198.18.100.77/24 dev right").unwrap();
    filter(&chain, "r1", "ip saddr 198.18.100.77 drop");
    let source = |last| Bind { source: Some([198, 18, 100, last].into()), ..Bind::default() };
    assert!(ping(&chain, source(1), chain.there(true)).outcome.is_answer());
    assert_eq!(ping(&chain, source(77), chain.there(true)).outcome, Outcome::Timeout);
}

/// A mark chooses the routing table.
#[test]
fn a_mark_is_used() {
    let Some(chain) = chain(1) else { return };
    chain.ip("here", "rule add fwmark 7 unreachable").unwrap();
    let marked = |mark| Bind { mark: Some(mark), ..Bind::default() };
    assert!(ping(&chain, marked(6), chain.there(true)).outcome.is_answer());
    let outcome = ping(&chain, marked(7), chain.there(true)).outcome;
    assert!(matches!(outcome, Outcome::Unreachable { from: None, .. }), "{outcome:?}");
}
