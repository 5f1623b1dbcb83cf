//! A building of two providers: households join from their own address, are asked, one's router goes off, then the
//! provider, then a household leaves and nothing of it stays in the files. Root only, else skipped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use netlab::gauge::Running;
use netlab::{LabError, TOWN_SERVER, Town, product};
use serde_json::Value;

const PORT: u16 = 3000;
const KEY: &str = "an-admin-key-of-some-length";
/// Known here, so that the test can compute what must not be left.
const SERVER_KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";
const PROVIDERS: &str = "[[provider]]\nname = \"North\"\nprefixes = [\"81.2.69.0/24\"]\n\
                         [[provider]]\nname = \"South\"\nprefixes = [\"81.2.70.0/24\"]\n";
/// A cycle of two seconds, so that two failed ones take four.
const SETTINGS: &str = r#"{"cycle_s":2,"tries":2}"#;
const PATIENCE: Duration = Duration::from_secs(15);

/// The town with the program on its server.
struct House {
    folder: PathBuf,
    program: Option<Running>,
    town: Town,
}

impl House {
    fn build() -> Option<Self> {
        let town = match Town::build(&[("north", [81, 2, 69], 6), ("south", [81, 2, 70], 3)]) {
            Ok(town) => town,
            Err(error @ LabError::NotRoot) => {
                eprintln!("{error}");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let folder = std::env::temp_dir().join(format!("buildings-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("own.toml"), PROVIDERS).unwrap();
        let mut house = Self { folder, program: None, town };
        house.start();
        house.wait("server", "/readyz", |_| true);
        house.admin("POST", "/api/admin/buildings", r#"{"slug":"linden","name":"Linden 12"}"#);
        house.admin("PUT", "/api/admin/settings", SETTINGS);
        Some(house)
    }

    fn start(&mut self) {
        let binary = product::binary();
        assert!(binary.exists(), "{}", LabError::NotBuilt(binary.display().to_string()));
        let log = std::fs::File::create(self.folder.join("log")).unwrap();
        let child = self
            .town
            .command("server", &binary.to_string_lossy())
            .env("STEADYLINE_LISTEN", format!("0.0.0.0:{PORT}"))
            .env("STEADYLINE_DATA_DIR", self.folder.join("data"))
            .env("STEADYLINE_SERVER_KEY", SERVER_KEY)
            .env("STEADYLINE_ADMIN__KEY", KEY)
            .env("STEADYLINE_PROVIDERS__OWN", self.folder.join("own.toml"))
            .env("STEADYLINE_UPLINKS__ENABLED", "false")
            .env("STEADYLINE_LIMITS__ENABLED", "false")
            .env_remove("STEADYLINE_BINARY")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.program = Some(Running(child));
    }

    /// Status and body of a request from a host; 0 while nobody listens.
    fn ask(&self, host: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        let text = format!(
            "{method} {path} HTTP/1.0\r\nhost: {TOWN_SERVER}\r\nx-admin-key: {KEY}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let Ok(bytes) = self.town.on(host, move || exchange(&text)).unwrap() else { return (0, Value::Null) };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    fn admin(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, answer) = self.ask("server", method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}\n{}", self.log());
        answer
    }

    /// Asks until the answer fits; how long that took.
    fn wait(&self, host: &str, path: &str, fits: impl Fn(&Value) -> bool) -> Duration {
        let begun = Instant::now();
        loop {
            let (status, answer) = self.ask(host, "GET", path, "");
            if status == 200 && fits(&answer) {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < PATIENCE, "{path} stays {status} {answer}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// All bytes of the database's files.
    fn files(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.join("data")).unwrap().map(|file| file.unwrap().path());
        let files = files.filter(|path| path.to_string_lossy().contains("steadyline.db"));
        files.flat_map(|path| std::fs::read(path).unwrap()).collect()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.program.take());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn exchange(request: &str) -> std::io::Result<Vec<u8>> {
    let mut stream =
        TcpStream::connect_timeout(&SocketAddr::from((TOWN_SERVER, PORT)), Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// The blind index of an address in building 1, as the server computes it.
fn blind_index(folder: &Path, address: [u8; 4]) -> Vec<u8> {
    let message = [b"endpoint-address-index\0".as_slice(), &1_i64.to_be_bytes(), &address].concat();
    let file = folder.join("message");
    std::fs::write(&file, message).unwrap();
    let made = Command::new("openssl")
        .args(["dgst", "-sha256", "-mac", "HMAC", "-macopt", &format!("hexkey:{SERVER_KEY}"), "-binary"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(made.stdout.len(), 32, "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

/// Where a run of bytes stands.
fn places(bytes: &[u8], wanted: &[u8]) -> Vec<usize> {
    (0..bytes.len().saturating_sub(wanted.len())).filter(|at| bytes[*at..].starts_with(wanted)).collect()
}

/// The provider's part of the dashboard as the server's own machine sees it, which lives in no household.
fn north(dashboard: &Value) -> &Value {
    &dashboard["providers"][0]
}

#[test]
#[ignore = "takes 15 s, root and the built product: cargo nextest run -p netlab --run-ignored all -E 'test(household_joins)'"]
fn a_household_joins_is_pinged_falls_with_its_provider_and_leaves_nothing() {
    let Some(house) = House::build() else { return };
    let homes: Vec<String> =
        (1..=6).map(|n| format!("north{n}")).chain((1..=3).map(|n| format!("south{n}"))).collect();
    for home in &homes {
        let (status, answer) = house.ask(home, "POST", "/api/register", r#"{"consent":true}"#);
        assert_eq!(
            (status, &answer["registered"]),
            (200, &Value::Bool(true)),
            "{home}: {answer}\n{}",
            house.log()
        );
    }
    let seen =
        || house.ask("north1", "GET", "/api/buildings/linden/status", "").1["own"]["last_seen"].clone();
    let first = seen();
    let moved = house.wait("north1", "/api/buildings/linden/status", |now| now["own"]["last_seen"] != first);
    eprintln!("9 households joined; last_seen moved after {moved:?}");

    house.town.switch_home("north1", false).unwrap();
    let down = house.wait("server", "/api/dashboard", |now| north(now)["down"] == 1);
    let now = house.ask("server", "GET", "/api/dashboard", "").1;
    assert_eq!((north(&now)["state"].as_str(), north(&now)["up"].as_u64()), (Some("up"), Some(5)), "{now}");
    eprintln!("one household down after {down:?}, the building is fine");

    house.town.switch_provider("north", false).unwrap();
    let out = house.wait("server", "/api/dashboard", |now| north(now)["state"] == "outage");
    let now = house.ask("server", "GET", "/api/dashboard", "").1;
    let outage = &north(&now)["outage"];
    eprintln!("outage after {out:?}: {outage}");
    assert!(outage["x"].as_u64() >= Some(3) && outage["n"].as_u64() == Some(6), "{outage}");
    assert!(outage["p"].as_f64().unwrap() < 1e-5, "{outage}");
    assert_eq!(
        (now["providers"][1]["state"].as_str(), now["providers"][1]["up"].as_u64()),
        (Some("up"), Some(3))
    );

    house.town.switch_provider("north", true).unwrap();
    house.wait("north2", "/api/buildings/linden/status", |now| now["own"]["state"] == "up");
    leave_nothing(&house);
}

fn leave_nothing(house: &House) {
    let index = blind_index(&house.folder, [81, 2, 69, 2]);
    let before = house.files();
    let found = places(&before, &index);
    assert!(!found.is_empty(), "the search finds what is there");
    // In the table's row the sealed address (1 + 12 + 4 + 16 bytes) stands just before its index.
    let sealed: HashSet<&[u8]> =
        found.iter().filter_map(|at| before.get(at - 33..*at)).filter(|bytes| bytes[0] == 1).collect();
    assert!(!sealed.is_empty());
    let (status, left) = house.ask("north2", "DELETE", "/api/register", "");
    assert_eq!((status, left["deleted"].as_u64()), (200, Some(1)), "{left}");
    let after = house.files();
    assert!(places(&after, &index).is_empty(), "the blind index is left");
    assert!(sealed.iter().all(|bytes| places(&after, bytes).is_empty()), "the ciphertext is left");
    for plain in [b"81.2.69.2".as_slice(), &[81, 2, 69, 2]] {
        assert!(places(&after, plain).is_empty(), "the address is left");
    }
    assert!(!house.log().contains("81.2."), "an address in the log: {}", house.log());
    eprintln!("left: {} bytes of files hold nothing of it", after.len());
}
