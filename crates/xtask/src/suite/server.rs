//! The release binary, running for one stage on a free port and a folder of its own.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

use crate::{cmd::cmd, paths};

/// Ends with the value.
pub struct Server {
    child: Child,
    pub port: u16,
    /// From start to the first good answer of /health.
    pub healthy: Duration,
}

/// The release binary.
pub fn binary() -> PathBuf {
    paths::target().join("release/steadyline")
}

impl Server {
    /// Starts it on an empty folder and waits until it is healthy.
    pub fn start(name: &str, env: &[(&str, &str)]) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = paths::scratch().join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let begun = Instant::now();
        let mut command = cmd(binary());
        command
            .env("STEADYLINE_LISTEN", format!("127.0.0.1:{port}"))
            .env("STEADYLINE_DATA_DIR", &folder)
            // No run of a test asks a public address.
            .env("STEADYLINE_UPLINKS__ENABLED", "false")
            .env("STEADYLINE_DIAGNOSTICS__ENABLED", "false")
            .envs(env.iter().copied());
        let child = command
            .env("STEADYLINE_LOG__LEVEL", "warn")
            .stdout(Stdio::null())
            .spawn()
            .context("start the release binary")?;
        let mut server = Self { child, port, healthy: Duration::ZERO };
        while !answers(port) {
            ensure!(begun.elapsed() < Duration::from_secs(30), "the server was not healthy after 30 s");
            std::thread::sleep(Duration::from_millis(5));
        }
        server.healthy = begun.elapsed();
        Ok(server)
    }

    /// Its resident memory.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("the server ended while idle")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b"200"))
    };
    ask().unwrap_or(false)
}
