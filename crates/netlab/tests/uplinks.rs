//! The program with nothing configured, on a machine whose internet owns 1.1.1.1 and 8.8.8.8: its own line appears by
//! itself, a cut and its end are told within 10 s, and no minute is lost or invented. Root only, else skipped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use netlab::{LabError, Watched};
use serde_json::Value;

/// Lets the router forward nothing, or everything again.
fn cut(machine: &Watched, cut: bool) {
    let rule = if cut { "drop" } else { "accept" };
    let rules = format!(
        "flush ruleset; table inet f {{ chain c {{ type filter hook forward priority 0; {rule}; }}; }};"
    );
    machine.chain().exec("r1", &["nft", &rules]).unwrap();
}

/// The strip from a minute on: state and reason.
fn minutes_since(machine: &Watched, from: u64) -> Vec<(String, Value)> {
    let strip = machine.uplink().unwrap()["strip"].clone();
    let of = |minute: &Value| (minute["state"].as_str().unwrap().to_owned(), minute["reason"].clone());
    let skip = 60_u64.saturating_sub(now_s() / 60 - from + 1);
    strip.as_array().unwrap().iter().skip(skip as usize).map(of).collect()
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Sleeps until at least one whole minute has passed; the minutes that were missed.
fn miss_a_minute() -> Range<u64> {
    let first = now_s() / 60 + 1;
    while now_s() < (first + 1) * 60 + 3 {
        std::thread::sleep(Duration::from_millis(500));
    }
    first..first + 1
}

#[test]
#[ignore = "takes five minutes and the built product: cargo nextest run -p netlab --run-ignored all uplinks"]
fn the_own_line_is_watched_from_the_first_minute_on() {
    let mut machine = match Watched::build(1, &[]) {
        Ok(machine) => machine,
        Err(error @ LabError::NotRoot) => {
            eprintln!("{error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let appeared = machine.wait("up", Duration::from_mins(1)).unwrap();
    let uplink = machine.uplink().unwrap();
    let first = now_s() / 60;
    assert_eq!((uplink["interface"].as_str(), uplink["reason"].as_str()), (Some("right"), Some("all_well")));
    assert_eq!(uplink["gateway"], "198.18.100.2");
    eprintln!("there after {appeared:?}: {} ms", uplink["rtt_ms"]);

    for _ in 0..3 {
        cut(&machine, true);
        let down = machine.wait("down", Duration::from_secs(10)).unwrap();
        cut(&machine, false);
        let up = machine.wait("up", Duration::from_secs(10)).unwrap();
        eprintln!("down after {down:?}, up after {up:?}");
    }

    let killed = miss_while(&mut machine, Watched::kill, |machine| machine.start().unwrap());
    let paused = miss_while(&mut machine, |m| m.signal("STOP").unwrap(), |m| m.signal("CONT").unwrap());
    let minutes = minutes_since(&machine, first);
    eprintln!("{minutes:?}");
    for (n, (state, reason)) in (first..).zip(&minutes) {
        let missed = killed.contains(&n) || paused.contains(&n);
        assert_eq!(state == "no_data", missed, "minute {n} of {minutes:?}, missed {killed:?} {paused:?}");
        assert!(!missed || reason == "monitor_unresponsive", "{reason}");
    }
    assert!(minutes.len() >= 5, "{minutes:?}");
}

/// Lets the program be away for at least a whole minute, and waits until it is back.
fn miss_while(
    machine: &mut Watched,
    leave: impl FnOnce(&mut Watched),
    come_back: impl FnOnce(&mut Watched),
) -> Range<u64> {
    // The minute in which it leaves has had its rounds by now.
    while !(10..50).contains(&(now_s() % 60)) {
        std::thread::sleep(Duration::from_millis(500));
    }
    leave(machine);
    let missed = miss_a_minute();
    come_back(machine);
    machine.wait("up", Duration::from_secs(30)).unwrap();
    missed
}
