//! Answers that nobody should believe, by a host that plays them, and a program without any right to ICMP.

use std::{io::Read, net::SocketAddr, sync::Arc, thread, time::Duration};

use probe::{
    Bind, Method, Outcome, Pinger,
    sweep::{self, sweep},
};
use rstest::rstest;
use socket2::{Domain, Protocol, Socket, Type};

use crate::{chain, here};

const TIMEOUT: Duration = Duration::from_millis(400);

/// How `there` answers an echo.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// With another payload.
    Forged,
    /// As another sequence.
    Renumbered,
    /// When nobody waits any more.
    Late,
    Twice,
}

/// Answers so many echoes in the kernel's place.
fn play(manner: Manner, echoes: usize) {
    let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut bytes = [0; 1500];
    let mut answered = 0;
    while answered < echoes {
        let Ok(length) = (&socket).read(&mut bytes) else { return };
        let header = usize::from(bytes[0] & 0x0f) * 4;
        let from: [u8; 4] = bytes[12..16].try_into().unwrap();
        let mut echo = bytes[header..length].to_vec();
        if echo[0] != 8 {
            continue;
        }
        answered += 1;
        echo[0] = 0;
        match manner {
            Manner::Forged => *echo.last_mut().unwrap() ^= 1,
            Manner::Renumbered => echo[7] ^= 1,
            Manner::Late => thread::sleep(TIMEOUT * 2),
            Manner::Twice => {}
        }
        echo[2..4].fill(0);
        let sum = checksum(&echo).to_be_bytes();
        echo[2..4].copy_from_slice(&sum);
        for _ in 0..if matches!(manner, Manner::Twice) { 2 } else { 1 } {
            socket.send_to(&echo, &SocketAddr::from((from, 0)).into()).unwrap();
        }
    }
}

fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let sum: u32 = words.sum();
    !((sum & 0xffff) + (sum >> 16)) as u16
}

/// Each is asked twice, by a ping and by a sweep: the second must not take what was meant for the first.
#[rstest]
#[case::forged(Manner::Forged, false)]
#[case::another_sequence(Manner::Renumbered, false)]
#[case::late(Manner::Late, false)]
#[case::twice(Manner::Twice, true)]
fn only_the_true_answer_counts(#[case] manner: Manner, #[case] counts: bool) {
    let Some(chain) = chain(0) else { return };
    chain.sysctl("there", "net.ipv4.icmp_echo_ignore_all=1").unwrap();
    let (there, chain) = (chain.there(true), Arc::new(chain));
    let other = Arc::clone(&chain);
    let playing = thread::spawn(move || other.on("there", move || play(manner, 2)).unwrap());
    // The player must have its socket before the first echo comes.
    thread::sleep(Duration::from_millis(200));
    let outcomes = here(&chain, move || async move {
        let pinger = Arc::new(Pinger::new(Bind::default()));
        let mut outcomes = vec![pinger.ping(there, TIMEOUT).await.unwrap().outcome];
        let plan = sweep::Plan { cycle: Duration::from_millis(10), timeout: TIMEOUT };
        sweep(&pinger, &[there], plan, |_, probed| outcomes.push(probed.unwrap().outcome)).await;
        outcomes
    });
    playing.join().unwrap();
    assert_eq!(outcomes.len(), 2, "an answer that comes twice is told once");
    for outcome in outcomes {
        assert_eq!((outcome.is_answer(), outcome == Outcome::Timeout), (counts, !counts), "{outcome:?}");
    }
}

/// The part of the next test that runs without the right; by itself it has nothing to do.
#[test]
fn asks_without_a_right() {
    let Some(target) = std::env::var_os("PROBE_TEST_TARGET") else { return };
    let target = target.to_str().unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let pinger = Arc::new(Pinger::new(Bind::default()));
        let probed = pinger.ping(target, TIMEOUT).await.unwrap();
        // Nothing listens on 443: the refusal is the answer, and the result says how it was come by.
        assert_eq!(probed.method, Method::Tcp { port: 443 });
        assert!(probed.outcome.is_answer(), "{probed:?}");
        let plan = sweep::Plan { cycle: Duration::from_millis(10), timeout: TIMEOUT };
        let mut swept = Vec::new();
        sweep(&pinger, &[target, target], plan, |_, probed| swept.push(probed.unwrap().method)).await;
        assert_eq!(swept, [Method::Tcp { port: 443 }; 2]);
    });
}

/// `CAP_NET_RAW` dropped and `ping_group_range` closed, as in a container that nobody gave the right to.
#[test]
fn without_any_right_tcp_is_used_and_named() {
    let Some(chain) = chain(0) else { return };
    chain.sysctl("here", "net.ipv4.ping_group_range=1 0").unwrap();
    let output = chain
        .command("here", "setpriv")
        .args(["--bounding-set=-net_raw", "--inh-caps=-net_raw", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "bad::asks_without_a_right", "--nocapture"])
        .env("PROBE_TEST_TARGET", chain.there(true).to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
