//! The program with nothing configured, on a machine whose internet owns 1.1.1.1 and 8.8.8.8: its own line appears by
//! itself, a cut and its end are told within 10 s, and no minute is lost or invented. Root only, else skipped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use netlab::gauge::Running;
use netlab::{Chain, LabError, product};
use serde_json::Value;

/// What the program asks when nobody tells it whom to ask.
const TARGETS: [&str; 2] = ["1.1.1.1", "8.8.8.8"];
const PORT: u16 = 3000;

/// A machine with a router before it, and the program on it.
struct Machine {
    folder: PathBuf,
    program: Option<Running>,
    _web: Running,
    chain: Chain,
}

impl Machine {
    fn build() -> Option<Self> {
        let chain = match Chain::build(1) {
            Ok(chain) => chain,
            Err(error @ LabError::NotRoot) => {
                eprintln!("{error}");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        for target in TARGETS {
            chain.ip("there", &format!("addr add {target}/32 dev lo")).unwrap();
        }
        let folder = std::env::temp_dir().join(format!("uplinks-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("data")).unwrap();
        certify(&folder);
        let web = serve_web(&chain, &folder);
        let mut machine = Self { folder, program: None, _web: web, chain };
        machine.start();
        Some(machine)
    }

    /// Starts the program: but for the certificate, nothing is configured.
    fn start(&mut self) {
        let binary = product::binary();
        assert!(binary.exists(), "{}", LabError::NotBuilt(binary.display().to_string()));
        let log = std::fs::File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let child = self
            .chain
            .command("here", &binary.to_string_lossy())
            .env("STEADYLINE_DATA_DIR", self.folder.join("data"))
            .env("STEADYLINE_UPLINKS__CA_FILE", self.folder.join("cert.pem"))
            .env_remove("STEADYLINE_BINARY")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.program = Some(Running(child));
    }

    fn signal(&self, name: &str) {
        let pid = self.program.as_ref().unwrap().0.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// The line as the API tells it; `None` while the program does not answer or knows of none.
    fn uplink(&self) -> Option<Value> {
        let bytes = self.chain.on("here", || get("/api/uplinks")).unwrap().ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (_, body) = text.split_once("\r\n\r\n")?;
        serde_json::from_str::<Value>(body).ok()?.get(0).cloned()
    }

    fn state(&self) -> String {
        self.uplink().map_or_else(String::new, |uplink| uplink["state"].as_str().unwrap().to_owned())
    }

    /// How long until the line is in a state.
    fn wait(&self, state: &str, at_most: Duration) -> Duration {
        let begun = Instant::now();
        while self.state() != state {
            assert!(begun.elapsed() < at_most, "not {state} after {at_most:?}: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        begun.elapsed()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Lets the router forward nothing, or everything again.
    fn cut(&self, cut: bool) {
        let rule = if cut { "drop" } else { "accept" };
        let rules = format!(
            "flush ruleset; table inet f {{ chain c {{ type filter hook forward priority 0; {rule}; }}; }};"
        );
        self.chain.exec("r1", &["nft", &rules]).unwrap();
    }

    /// The strip from a minute on: state and reason.
    fn minutes_since(&self, from: u64) -> Vec<(String, Value)> {
        let strip = self.uplink().unwrap()["strip"].clone();
        let of = |minute: &Value| (minute["state"].as_str().unwrap().to_owned(), minute["reason"].clone());
        let strip = strip.as_array().unwrap();
        let skip = 60_u64.saturating_sub(now_s() / 60 - from + 1);
        strip.iter().skip(skip as usize).map(of).collect()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(self.program.take());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn get(path: &str) -> std::io::Result<Vec<u8>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// A certificate for the targets, which the program is told to trust.
fn certify(folder: &Path) {
    let names = TARGETS.map(|target| format!("IP:{target}")).join(",");
    let settings = format!(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=lab\n[ext]\n\
         subjectAltName={names}\nbasicConstraints=critical,CA:FALSE\n"
    );
    std::fs::write(folder.join("req.conf"), settings).unwrap();
    let line = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -config req.conf \
                -keyout key.pem -out cert.pem";
    let made = Command::new("openssl").args(line.split_whitespace()).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// HTTPS on each target.
fn serve_web(chain: &Chain, folder: &Path) -> Running {
    let script = format!(
        "const {{readFileSync}} = require('fs'); const file = (name) => readFileSync(name);\
         for (const host of {TARGETS:?}) require('https')\
         .createServer({{key: file('key.pem'), cert: file('cert.pem')}}, (_, answer) => answer.end('ok'))\
         .listen(443, host);"
    );
    let mut command = chain.command("there", "node");
    command.args(["-e", &script]).current_dir(folder).stdin(Stdio::null());
    Running(command.spawn().unwrap())
}

/// Sleeps until at least one whole minute has passed; the minutes that were missed.
fn miss_a_minute() -> std::ops::Range<u64> {
    let first = now_s() / 60 + 1;
    while now_s() < (first + 1) * 60 + 3 {
        std::thread::sleep(Duration::from_millis(500));
    }
    first..first + 1
}

#[test]
#[ignore = "takes five minutes and the built product: cargo nextest run -p netlab --run-ignored all uplinks"]
fn the_own_line_is_watched_from_the_first_minute_on() {
    let Some(mut machine) = Machine::build() else { return };
    let appeared = machine.wait("up", Duration::from_mins(1));
    let uplink = machine.uplink().unwrap();
    let first = now_s() / 60;
    assert_eq!((uplink["interface"].as_str(), uplink["reason"].as_str()), (Some("right"), Some("all_well")));
    assert_eq!(uplink["gateway"], "198.18.100.2");
    eprintln!("there after {appeared:?}: {} ms", uplink["rtt_ms"]);

    for _ in 0..3 {
        machine.cut(true);
        let down = machine.wait("down", Duration::from_secs(10));
        machine.cut(false);
        let up = machine.wait("up", Duration::from_secs(10));
        eprintln!("down after {down:?}, up after {up:?}");
    }

    let killed = miss_while(&mut machine, |machine| drop(machine.program.take()), Machine::start);
    let paused = miss_while(&mut machine, |m| m.signal("-STOP"), |m| m.signal("-CONT"));
    let minutes = machine.minutes_since(first);
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
    machine: &mut Machine,
    leave: impl FnOnce(&mut Machine),
    come_back: impl FnOnce(&mut Machine),
) -> std::ops::Range<u64> {
    // The minute in which it leaves has had its rounds by now.
    while !(10..50).contains(&(now_s() % 60)) {
        std::thread::sleep(Duration::from_millis(500));
    }
    leave(machine);
    let missed = miss_a_minute();
    come_back(machine);
    machine.wait("up", Duration::from_secs(30));
    missed
}
