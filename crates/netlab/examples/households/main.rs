//! `cargo xtask bench households`: three households that test and one that watches, each with its own address; what each is
//! told of the others obeys api.md §0 (k = 3, the viewer's own household does not count), and nothing names another.
//!
//! Residents here are plain sockets with a device id; the Test page itself is measured by `accuracy`.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use netlab::product::Product;
use netlab::{Home, Lab, LabError, SERVER, Scenario};
use serde_json::Value;

/// Households with their devices; the last one only watches at first.
const HOMES: [(&str, &str); 4] = [
    ("ada", "6a2f41a3-c54c-4ce1-9c2b-2f1f0b9c2a01"),
    ("bo", "7b3f41a3-c54c-4ce1-9c2b-2f1f0b9c2b02"),
    ("cy", "8c4f41a3-c54c-4ce1-9c2b-2f1f0b9c2c03"),
    ("di", "9d5f41a3-c54c-4ce1-9c2b-2f1f0b9c2d04"),
];
/// One provider serves all of them.
const PROVIDERS: &str =
    "[[provider]]\nname = \"North Net\"\neligible = true\nprefixes = [\"198.18.0.0/16\"]\n";
/// What a resident can read.
const READABLE: [&str; 14] = [
    "/",
    "/history",
    "/isp",
    "/test",
    "/api/stats",
    "/api/status",
    "/api/isp-reliability",
    "/api/measurements",
    "/api/measurements/recent",
    "/api/measurements/latest",
    "/api/outages",
    "/api/my-connection",
    "/api/me/export",
    "/metrics",
];
/// Answers about the community are kept for a while; a change shows itself within this time.
const CACHED_AT_MOST: Duration = Duration::from_secs(90);
/// Long enough for all tests of the three, and for the events of the last.
const WATCH_FOR: Duration = Duration::from_secs(12);

#[derive(Default)]
struct Checks {
    passed: u32,
    failed: u32,
}

impl Checks {
    fn check(&mut self, holds: bool, what: &str) {
        println!("{} {what}", if holds { "ok    " } else { "FAILED" });
        *(if holds { &mut self.passed } else { &mut self.failed }) += 1;
    }
}

fn main() -> anyhow::Result<()> {
    netlab::require_root()?;
    let homes = HOMES.iter().map(|(name, _)| Home::named(name).rate(25.0).rtt(10.0)).collect();
    let lab = Lab::build(Scenario { homes })?;
    let list = std::env::temp_dir().join(format!("netlab-providers-{}.toml", std::process::id()));
    std::fs::write(&list, PROVIDERS)?;
    let settings = [
        ("STEADYLINE_PROVIDERS__OWN", list.to_string_lossy()),
        // Residents wait minutes for events of others; the check does not.
        ("STEADYLINE_LIVE__MIN_DELAY_S", "0".into()),
        ("STEADYLINE_LIVE__MAX_DELAY_S", "0".into()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    let product = Product::start(&lab, &settings)?;
    let mut checks = Checks::default();
    let heard = test_and_listen(&lab, &product)?;
    check_figures(&product, &mut checks)?;
    check_events(&heard, &mut checks);
    check_names(&lab, &product, &heard, &mut checks)?;
    std::fs::remove_file(&list)?;
    println!("{} passed, {} failed", checks.passed, checks.failed);
    ensure!(checks.failed == 0, "a household learns more of the others than it may");
    Ok(())
}

/// The first three test, one after the other, while all four listen; what each heard.
fn test_and_listen(lab: &Lab, product: &Product) -> anyhow::Result<Vec<String>> {
    std::thread::scope(|scope| {
        let listen =
            |(home, device): &'static (&str, &str)| scope.spawn(move || lab.on(home, move || listen(device)));
        let listeners: Vec<_> = HOMES.iter().map(listen).collect();
        std::thread::sleep(Duration::from_secs(1));
        for (home, device) in &HOMES[..3] {
            let answer = product.light_test(home, device)?;
            ensure!(answer.status == 201, "{home}: {} {}", answer.status, answer.body);
        }
        let heard =
            |listener: std::thread::ScopedJoinHandle<'_, Result<std::io::Result<String>, LabError>>| {
                let heard = listener.join().ok().context("a listener panicked")?;
                anyhow::Ok(heard??)
            };
        listeners.into_iter().map(heard).collect()
    })
}

/// Reads the event stream for a while.
fn listen(device: &str) -> std::io::Result<String> {
    use std::io::Write;
    let mut stream = TcpStream::connect(SocketAddr::from((SERVER, 3000)))?;
    write!(stream, "GET /api/events/live HTTP/1.1\r\nHost: {SERVER}:3000\r\nX-Client-ID: {device}\r\n\r\n")?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let (began, mut heard, mut piece) = (Instant::now(), Vec::new(), [0; 4096]);
    while began.elapsed() < WATCH_FOR {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(got) => heard.extend_from_slice(&piece[..got]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&heard).into_owned())
}

/// Two others are too few for a tester; three are enough for the one who watches, and for all once it has tested too.
fn check_figures(product: &Product, checks: &mut Checks) -> anyhow::Result<()> {
    for (home, device) in &HOMES {
        let watches = *home == "di";
        let provider = provider(product, home, device)?;
        let (kept_back, tests) = (provider["suppressed"] == true, &provider["total_tests"]);
        if watches {
            checks.check(
                !kept_back && *tests == 3,
                &format!("{home} has not tested: sees the three households' figures"),
            );
        } else {
            checks.check(
                kept_back && tests.is_null(),
                &format!("{home} tested: two others are too few, no figure is told"),
            );
        }
        let status: Value =
            serde_json::from_str(&product.get(home, "/api/status", &[("X-Client-ID", device)])?.body)?;
        let known = status["suppressed"] == false && status["total_measurements_7d"] == 3;
        let unknown = status["status"] == "unknown" && status["total_measurements_7d"].is_null();
        checks.check(
            if watches { known } else { unknown },
            &format!("{home}: /api/status says {}", status["status"]),
        );
    }
    let (home, device) = HOMES[3];
    ensure!(product.light_test(home, device)?.status == 201, "the fourth household's test was not taken");
    let began = Instant::now();
    let (first, its_device) = HOMES[0];
    let mut told = false;
    while !told && began.elapsed() < CACHED_AT_MOST {
        std::thread::sleep(Duration::from_secs(3));
        told = provider(product, first, its_device)?["suppressed"] == false;
    }
    checks
        .check(told, "the fourth household tested: now three others stand behind the figures that ada sees");
    Ok(())
}

fn provider(product: &Product, home: &str, device: &str) -> anyhow::Result<Value> {
    let answer = product.get(home, "/api/isp-reliability", &[("X-Client-ID", device)])?;
    let list: Value = serde_json::from_str(&answer.body).context(answer.body)?;
    Ok(list[0].clone())
}

/// Each hears of its own test in full. Of others nothing is told before three of them have tested, and then coarsely.
fn check_events(heard: &[String], checks: &mut Checks) {
    for ((home, _), heard) in HOMES.iter().zip(heard) {
        let own = heard.matches(r#""own":true"#).count();
        checks.check(own == usize::from(*home != "di"), &format!("{home} heard of {own} own tests"));
        let others: Vec<&str> = heard.lines().filter(|line| line.contains(r#""own":false"#)).collect();
        // Only the one who watches has three others, and that from the third test on.
        checks.check(
            others.len() == usize::from(*home == "di"),
            &format!("{home} heard of {} tests of others", others.len()),
        );
        let coarse = |line: &&str| {
            line.contains(r#""download_speed":20.0"#)
                && line.contains(r#""upload_speed":null"#)
                && line.contains(r#""id":null"#)
        };
        checks.check(others.iter().all(coarse), &format!("{home}: what it heard of others is coarse"));
    }
}

/// No reply, page, event or log names another household's device or address.
fn check_names(lab: &Lab, product: &Product, heard: &[String], checks: &mut Checks) -> anyhow::Result<()> {
    let address = |home: &str| lab.address(home).map(|address| address.to_string()).unwrap_or_default();
    for ((home, device), heard) in HOMES.iter().zip(heard) {
        let mut all = heard.clone();
        for path in READABLE {
            all.push_str(&product.get(home, path, &[("X-Client-ID", device)])?.body);
        }
        let others = || HOMES.iter().filter(|(other, _)| other != home);
        let named = others().find(|(other, device)| all.contains(*device) || all.contains(&address(other)));
        checks.check(
            named.is_none(),
            &format!("{home}: {} pages and replies, {} bytes, name nobody else", READABLE.len(), all.len()),
        );
    }
    let log = product.log();
    let logged = HOMES.iter().find(|(home, device)| log.contains(device) || log.contains(&address(home)));
    checks.check(logged.is_none() && !log.is_empty(), "the log names no device and no address");
    Ok(())
}
