//! The links are what they claim: rate by iperf3, delay by ping, loss by counting. Root only, else skipped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use netlab::gauge::{self, Way, median};
use netlab::{Home, Lab, LabError, SERVER, Scenario, payload_mbit};

/// One lab at a time: each measures against the clock, and `cargo test` runs tests on several threads.
static ONE: Mutex<()> = Mutex::new(());

/// Builds the lab, or says why the test is skipped.
fn lab(scenario: Scenario) -> Option<(Lab, MutexGuard<'static, ()>)> {
    let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    match Lab::build(scenario) {
        Ok(lab) => Some((lab, alone)),
        Err(error @ LabError::NotRoot) => {
            eprintln!("{error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn rtts(lab: &Lab, home: &str, count: u32) -> Vec<f64> {
    let pings = gauge::ping(lab, home, SERVER, count, Duration::from_millis(20)).unwrap();
    pings.finish().unwrap().iter().map(|echo| echo.rtt_ms).collect()
}

#[test]
fn a_link_carries_its_rate_and_delay() {
    let Some((lab, _alone)) = lab(Scenario::link(25.0, 20.0)) else { return };
    let idle = median(&rtts(&lab, "resident", 50)).unwrap();
    assert!((idle - 20.0).abs() < 1.0, "round trip {idle} ms, wanted 20");

    let _server = gauge::iperf3_server(&lab).unwrap();
    for way in [Way::Down, Way::Up] {
        let got = gauge::iperf3_mbit(&lab, "resident", way, 4).unwrap();
        let error = got / payload_mbit(25.0) - 1.0;
        assert!(error.abs() < 0.01, "{way:?}: {got:.2} Mbit/s, {:+.2} %", error * 100.0);
    }
}

#[test]
fn homes_have_their_own_delay_and_address() {
    let scenario = Scenario { homes: vec![Home::named("near").rtt(4.0), Home::named("far").rtt(60.0)] };
    let Some((lab, _alone)) = lab(scenario) else { return };
    assert_ne!(lab.address("near"), lab.address("far"));
    for (home, wanted) in [("near", 4.0), ("far", 60.0)] {
        let got = median(&rtts(&lab, home, 30)).unwrap();
        assert!((got - wanted).abs() < 1.0, "{home}: {got} ms");
    }
}

#[test]
fn loss_is_what_was_asked_for() {
    let Some((lab, _alone)) = lab(Scenario { homes: vec![Home::named("leaky").loss(20.0)] }) else { return };
    let pings = gauge::ping(&lab, "leaky", SERVER, 500, Duration::from_millis(2)).unwrap();
    let lost = 500 - pings.finish().unwrap().len();
    // 100 expected, standard deviation 8.9: five of them.
    assert!((55..=145).contains(&lost), "{lost} of 500 lost");
}

#[test]
fn a_lab_leaves_nothing_behind() {
    let Some((lab, _alone)) = lab(Scenario::link(100.0, 5.0)) else { return };
    let names = || {
        let printed = std::process::Command::new("ip").args(["netns", "list"]).output().unwrap().stdout;
        let mine = format!("nl{}x", std::process::id());
        String::from_utf8_lossy(&printed).lines().filter(|line| line.starts_with(&mine)).count()
    };
    let server = gauge::iperf3_server(&lab).unwrap();
    let before = names();
    assert!(before >= 4, "{before} namespaces");
    drop(lab);
    drop(server);
    assert!(names() <= before - 4);
}
