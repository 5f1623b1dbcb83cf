//! `steadyline` run as a process, in a folder of its own and without the variables of this machine.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Far longer than any role takes to end or to listen.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Program {
    folder: tempfile::TempDir,
}

/// A run that ended.
pub struct Ended {
    pub success: bool,
    pub out: String,
    pub err: String,
}

impl Program {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn command<A: AsRef<OsStr>>(&self, args: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_steadyline"));
        command.args(args).current_dir(self.folder.path()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a role to its end.
    pub fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Ended {
        Self::end(self.command(args).spawn().unwrap())
    }

    /// As [`Self::run`], with a line on standard input.
    pub fn told<A: AsRef<OsStr>>(&self, args: &[A], line: &str) -> Ended {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
        Self::end(child)
    }

    fn end(mut child: Child) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("it did not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let text = |pipe: &mut dyn Read| {
            let mut text = String::new();
            pipe.read_to_string(&mut text).unwrap();
            text
        };
        let (out, err) = (text(&mut child.stdout.take().unwrap()), text(&mut child.stderr.take().unwrap()));
        Ended { success: status.success(), out, err }
    }

    /// Runs a role that must succeed; what it printed.
    pub fn does<A: AsRef<OsStr>>(&self, args: &[A]) -> String {
        let ended = self.run(args);
        assert!(ended.success, "{}", ended.err);
        ended.out
    }

    /// Runs what must be refused; the one sentence, without the log before it.
    pub fn refuses<A: AsRef<OsStr>>(&self, args: &[A]) -> String {
        let Ended { success, out, err } = self.run(args);
        assert!(!success, "{out}{err}");
        let told: Vec<_> = err.lines().skip_while(|line| !line.starts_with("steadyline: ")).collect();
        assert_eq!(told.len(), 1, "one line and nothing after it: {err}");
        assert!(!err.contains("panicked"), "{err}");
        told[0].to_owned()
    }

    /// Starts a server on a free port; it is killed when dropped.
    pub fn start(&self, args: &[&str]) -> Running {
        let mut child = self.command(&[&["--listen", "127.0.0.1:0"], args].concat()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (tell, told) = std::sync::mpsc::channel();
        let (err, keeper) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listening on http://") {
                    // As JSON, the message ends before the line does.
                    let address = address.split('"').next().unwrap_or_default();
                    let _ = tell.send(address.trim().parse().unwrap());
                }
                let mut log = keeper.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
        let Ok(address) = told.recv_timeout(PATIENCE) else {
            panic!("it does not listen: {}", log.lock().unwrap_or_else(PoisonError::into_inner));
        };
        Running { child, address, log }
    }
}

/// A server that runs.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Running {
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
