//! A machine whose line is watched: the program with nothing configured, a row of routers before it, and an internet
//! that owns the addresses which the program asks by itself.
//!
//! ```text
//! here (the program) ── r1 (home router) ── r2 (provider) ── r3 (transit) ── there (1.1.1.1, 8.8.8.8)
//! ```

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::LabError;
use crate::chain::Chain;
use crate::gauge::Running;
use crate::product::{self, PORT};
use crate::run::{finish, run};
use crate::sys;

/// What the program asks when nobody tells it whom to ask.
pub const TARGETS: [&str; 2] = ["1.1.1.1", "8.8.8.8"];
/// A question on the spot takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The machine, its routers and the program on it. Dropped, all is gone.
pub struct Watched {
    chain: Chain,
    folder: PathBuf,
    settings: Vec<(String, String)>,
    program: Option<Running>,
    web: Vec<Running>,
}

impl Watched {
    /// Makes so many routers and starts the program; settings are environment variables.
    pub fn build(routers: usize, settings: &[(String, String)]) -> Result<Self, LabError> {
        let chain = Chain::build(routers)?;
        for target in TARGETS {
            chain.ip("there", &format!("addr add {target}/32 dev lo"))?;
        }
        let folder = std::env::temp_dir().join(chain.unique_name("data"));
        let made = std::fs::create_dir_all(folder.join("data"));
        made.map_err(|error| LabError::System("make a data folder", error))?;
        certify(&folder, "cert", &TARGETS.map(|target| format!("IP:{target}")).join(","))?;
        let mut machine = Self { chain, folder, settings: settings.to_vec(), program: None, web: Vec::new() };
        machine.serve_web("there", "cert", &TARGETS)?;
        machine.start()?;
        Ok(machine)
    }

    /// Starts the program: but for the certificate and the settings, nothing is configured.
    pub fn start(&mut self) -> Result<(), LabError> {
        let binary = product::binary();
        if !binary.exists() {
            return Err(LabError::NotBuilt(binary.display().to_string()));
        }
        let broken = |error| LabError::System("start the program", error);
        let log = std::fs::File::options().create(true).append(true).open(self.log_path()).map_err(broken)?;
        let child = self
            .chain
            .command("here", &binary.to_string_lossy())
            .env("STEADYLINE_DATA_DIR", self.folder.join("data"))
            .env("STEADYLINE_UPLINKS__CA_FILE", self.folder.join("cert.pem"))
            // Whoever watches the watch asks more often than people do.
            .env("STEADYLINE_LIMITS__ENABLED", "false")
            .env("STEADYLINE_LOG__LEVEL", "info,backend::http=warn")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            // Not settings of the program: it refuses what it does not know.
            .env_remove("STEADYLINE_BINARY")
            .env_remove("STEADYLINE_URL")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(broken)?)
            .stderr(log)
            .spawn()
            .map_err(broken)?;
        self.program = Some(Running(child));
        Ok(())
    }

    /// Ends the program without a word of warning.
    pub fn kill(&mut self) {
        drop(self.program.take());
    }

    /// Sends the program a signal by its name (`STOP`).
    pub fn signal(&self, name: &str) -> Result<(), LabError> {
        let pid = self.program.as_ref().map_or(0, |running| running.0.id()).to_string();
        run(&["kill", &format!("-{name}"), &pid]).map(drop)
    }

    /// The routers.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Serves HTTPS on a router with a certificate of its own, which nobody trusts.
    pub fn intrude(&mut self, host: &str) -> Result<(), LabError> {
        certify(&self.folder, "foreign", "DNS:login.example")?;
        self.serve_web(host, "foreign", &["0.0.0.0"])
    }

    /// HTTPS on port 443 of some addresses.
    fn serve_web(&mut self, host: &str, name: &str, addresses: &[&str]) -> Result<(), LabError> {
        let script = format!(
            "const {{readFileSync}} = require('fs'); const file = (end) => readFileSync('{name}.' + end);\
             for (const host of {addresses:?}) require('https')\
             .createServer({{key: file('key'), cert: file('pem')}}, (_, answer) => answer.end('ok'))\
             .listen(443, host);"
        );
        let mut command = self.chain.command(host, "node");
        command.args(["-e", &script]).current_dir(&self.folder).stdin(Stdio::null());
        let child = command.spawn().map_err(|error| LabError::System("start a web server", error))?;
        self.web.push(Running(child));
        Ok(())
    }

    /// The body of a GET from the machine itself; `None` while the program does not answer.
    pub fn get(&self, path: &str) -> Option<String> {
        self.send("GET", path, "")
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Option<String> {
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let bytes = self.chain.on("here", move || exchange(&request)).ok()?.ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
    }

    /// The line as the API tells it; `None` while the program knows of none.
    pub fn uplink(&self) -> Option<Value> {
        let all: Value = serde_json::from_str(&self.get("/api/uplinks")?).ok()?;
        all.get(0).cloned()
    }

    /// The line's past as the API tells it.
    pub fn history(&self) -> Option<Value> {
        let name = self.uplink()?["name"].as_str()?.to_owned();
        serde_json::from_str(&self.get(&format!("/api/uplinks/{name}/history?range=24h"))?).ok()
    }

    /// The state as the API tells it; empty while the program does not answer.
    pub fn state(&self) -> String {
        self.uplink().and_then(|uplink| Some(uplink["state"].as_str()?.to_owned())).unwrap_or_default()
    }

    /// How long until the line is in a state.
    pub fn wait(&self, state: &str, at_most: Duration) -> Result<Duration, LabError> {
        let begun = Instant::now();
        while self.state() != state {
            if begun.elapsed() > at_most {
                let said = format!("not after {at_most:?}: {:?}\n{}", self.uplink(), self.log());
                return Err(LabError::Failed { command: format!("wait until it is {state}"), said });
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(begun.elapsed())
    }

    /// Begins a resident's speed test, whose download runs for a while.
    pub fn load(&self, lasts: Duration) -> Result<(), LabError> {
        let failed = |said: String| LabError::Failed { command: "begin a speed test".into(), said };
        let body = self.send("POST", "/api/speed/session", r#"{"kind":"full"}"#).unwrap_or_default();
        let session: Value = serde_json::from_str(&body).unwrap_or_default();
        let path = session["download_url"].as_str().ok_or_else(|| failed(body.clone()))?.to_owned();
        let namespace = self.chain.unique_name("here");
        std::thread::spawn(move || sys::on(namespace, move || drain(&path, lasts)));
        Ok(())
    }

    /// All that the program has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Lets this machine reach the program: whoever connects to the listener speaks to the program's port.
    pub fn forward(&self, listener: TcpListener) {
        let namespace = self.chain.unique_name("here");
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let namespace = namespace.clone();
                std::thread::spawn(move || {
                    let far = sys::on(namespace, || TcpStream::connect((Ipv4Addr::LOCALHOST, PORT)));
                    if let Ok(Ok(far)) = far {
                        join(near, far);
                    }
                });
            }
        });
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.kill();
        self.web.clear();
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Copies both ways until either end closes.
fn join(near: TcpStream, far: TcpStream) {
    let (Ok(mut near_in), Ok(mut far_in)) = (near.try_clone(), far.try_clone()) else { return };
    let (mut near, mut far) = (near, far);
    let back = std::thread::spawn(move || {
        drop(std::io::copy(&mut far_in, &mut near));
        drop(near.shutdown(std::net::Shutdown::Both));
    });
    drop(std::io::copy(&mut near_in, &mut far));
    drop(far.shutdown(std::net::Shutdown::Both));
    drop(back.join());
}

fn exchange(request: &str) -> std::io::Result<Vec<u8>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Reads what a download sends, slowly.
fn drain(path: &str, lasts: Duration) -> std::io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, PORT))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
    let (begun, mut piece) = (Instant::now(), vec![0; 1 << 14]);
    while begun.elapsed() < lasts && stream.read(&mut piece)? > 0 {
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// A self-signed certificate `NAME.pem` with `NAME.key`.
fn certify(folder: &Path, name: &str, names: &str) -> Result<(), LabError> {
    let settings = format!(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=lab\n[ext]\n\
         subjectAltName={names}\nbasicConstraints=critical,CA:FALSE\n"
    );
    let written = std::fs::write(folder.join("req.conf"), settings);
    written.map_err(|error| LabError::System("write a request for a certificate", error))?;
    let line = format!(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -config req.conf \
         -keyout {name}.key -out {name}.pem"
    );
    let made = Command::new("openssl").args(line.split_whitespace()).current_dir(folder).output();
    finish("openssl req", made).map(drop)
}
