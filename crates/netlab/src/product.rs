//! The product inside a lab: the server on `server`, its Test page in a browser in a home, plain requests from a home.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gauge::Running;
use crate::lab::{Lab, SERVER};
use crate::run::{LabError, finish};

/// The port that the product listens on in a lab.
pub(crate) const PORT: u16 = 3000;
/// A healthy start takes well under a second; a loaded machine gets more.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// A running server with a folder of its own, which goes with it.
pub struct Product<'a> {
    lab: &'a Lab,
    folder: PathBuf,
    running: Option<Running>,
}

/// An answer to a plain request.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The whole head, status line first.
    pub head: String,
    /// The body as text (a chunked one as it came).
    pub body: String,
}

/// The built server: `STEADYLINE_BINARY`, else the release build of this checkout.
pub fn binary() -> PathBuf {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/steadyline");
    std::env::var_os("STEADYLINE_BINARY").map_or_else(built, PathBuf::from)
}

/// Where the server is, for a browser.
pub fn origin() -> String {
    format!("http://{SERVER}:{PORT}")
}

impl<'a> Product<'a> {
    /// Starts the server with settings (environment) and waits until it is ready.
    pub fn start(lab: &'a Lab, settings: &[(&str, &str)]) -> Result<Self, LabError> {
        let binary = binary();
        if !binary.exists() {
            return Err(LabError::NotBuilt(binary.display().to_string()));
        }
        let folder = std::env::temp_dir().join(lab.unique_name("data"));
        std::fs::create_dir_all(&folder).map_err(|error| LabError::System("make a data folder", error))?;
        let mut product = Self { lab, folder, running: None };
        product.up(&binary, settings)?;
        Ok(product)
    }

    fn up(&mut self, binary: &Path, settings: &[(&str, &str)]) -> Result<(), LabError> {
        let log = self.log_path();
        let log = std::fs::File::create(log).map_err(|error| LabError::System("make a log file", error))?;
        let child = self
            .lab
            .command("server", &binary.to_string_lossy())
            .env("STEADYLINE_LISTEN", format!("0.0.0.0:{PORT}"))
            .env("STEADYLINE_DATA_DIR", &self.folder)
            .env("STEADYLINE_LIMITS__ENABLED", "false")
            .env("STEADYLINE_UPLINKS__ENABLED", "false")
            .env("STEADYLINE_DIAGNOSTICS__ENABLED", "false")
            // Not settings of the server: it refuses what it does not know.
            .env_remove("STEADYLINE_BINARY")
            .env_remove("STEADYLINE_URL")
            .env_remove("DATABASE_URL")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|error| LabError::System("share the log", error))?)
            .stderr(log)
            .spawn()
            .map_err(|error| LabError::System("start the server", error))?;
        self.running = Some(Running(child));
        let started = Instant::now();
        loop {
            if self.get("server", "/readyz", &[]).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            let ended = self
                .running
                .as_mut()
                .is_none_or(|running| running.0.try_wait().is_ok_and(|code| code.is_some()));
            if ended || started.elapsed() > READY_WITHIN {
                return Err(LabError::Failed { command: "steadyline".into(), said: self.log() });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("lab.log")
    }

    /// The lab that it runs in.
    pub(crate) fn lab(&self) -> &Lab {
        self.lab
    }

    /// All that the server has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().map_or(0, |running| running.0.id())
    }

    /// A GET from a host.
    pub fn get(&self, host: &str, path: &str, headers: &[(&str, &str)]) -> Result<Answer, LabError> {
        self.request(host, "GET", path, headers, "")
    }

    /// Any request from a host, over a connection of its own.
    pub fn request(
        &self,
        host: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, LabError> {
        let mut text = format!(
            "{method} {path} HTTP/1.1\r\nHost: {SERVER}:{PORT}\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            text.extend([*name, ": ", *value, "\r\n"]);
        }
        text.push_str("\r\n");
        text.push_str(body);
        let bytes = self
            .lab
            .on(host, move || exchange(&text))?
            .map_err(|error| LabError::System("ask the server", error))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }

    /// One run of the Test page in Chromium at a home.
    pub fn browser_test(&self, home: &str) -> Result<Value, LabError> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end");
        let mut command = self.lab.command(home, "node");
        command.current_dir(&folder).arg("lab/speed-test.mjs").arg(origin()).stdin(Stdio::null());
        let printed = finish("node lab/speed-test.mjs", command.output())?;
        let run: Value = serde_json::from_str(&printed).map_err(|_| LabError::Failed {
            command: "node lab/speed-test.mjs".into(),
            said: printed.clone(),
        })?;
        if run["result"].is_null() || run["status"].as_u64() != Some(201) {
            return Err(LabError::Failed { command: "the Test page".into(), said: printed });
        }
        Ok(run)
    }
}

fn exchange(request: &str) -> std::io::Result<Vec<u8>> {
    let wait = Duration::from_secs(20);
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((SERVER, PORT)), wait)?;
    stream.set_read_timeout(Some(wait))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

impl Drop for Product<'_> {
    fn drop(&mut self) {
        drop(self.running.take());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
