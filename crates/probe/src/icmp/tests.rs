//! Real sockets, to this machine alone or within namespaces.

use std::time::Instant;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn here(v4: bool) -> IpAddr {
    if v4 { [127, 0, 0, 1].into() } else { "::1".parse().unwrap() }
}

#[rstest::rstest]
#[case::v4(true)]
#[case::v6(false)]
#[tokio::test]
async fn this_machine_answers_itself(#[case] v4: bool) {
    let pinger = Pinger::new(Bind::default());
    let started = Instant::now();
    let probed = pinger.ping(here(v4), SECOND).await.unwrap();
    assert!(probed.outcome.rtt().unwrap() <= started.elapsed(), "{probed:?}");
    assert!(!matches!(probed.method, crate::Method::Https), "{probed:?}");
}

#[tokio::test]
async fn a_thousand_echoes_share_one_socket() {
    let pinger = Arc::new(Pinger::new(Bind::interface("lo")));
    let mut echoes = tokio::task::JoinSet::new();
    for n in 0..1000_u16 {
        let pinger = Arc::clone(&pinger);
        let [high, low] = n.to_be_bytes();
        echoes.spawn(async move { pinger.ping([127, 1, high, low].into(), SECOND).await });
    }
    let answered = echoes.join_all().await.into_iter().filter(|probed| match probed {
        Ok(probed) => probed.outcome.is_answer(),
        Err(error) => panic!("{error}"),
    });
    assert_eq!(answered.count(), 1000);
}

#[tokio::test]
async fn without_icmp_the_fallback_is_named() {
    let pinger = Pinger::new(Bind::default());
    *pinger.v4.lock().unwrap() = Way::Tcp;
    let probed = pinger.ping(here(true), SECOND).await.unwrap();
    // Nothing listens there: the refusal is the answer.
    assert_eq!(probed.method, crate::Method::Tcp { port: 443 });
    assert!(probed.outcome.is_answer(), "{probed:?}");
}

#[tokio::test]
async fn an_interface_that_is_not_there_is_no_outcome() {
    let error = Pinger::new(Bind::interface("nl-none0")).ping(here(true), SECOND).await.unwrap_err();
    assert!(matches!(error, ProbeError::NoInterface { .. }), "{error}");
}

#[tokio::test]
async fn a_dropped_echo_is_forgotten() {
    let pinger = Pinger::new(Bind::default());
    // Polled once and dropped: the reply comes, and finds nobody.
    let _ = tokio::time::timeout(Duration::ZERO, pinger.ping(here(true), SECOND)).await;
    let probed = pinger.ping(here(true), SECOND).await.unwrap();
    assert!(probed.outcome.is_answer(), "{probed:?}");
}
