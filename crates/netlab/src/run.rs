//! Running `ip`, `tc`, `nft` and `sysctl`, and what can go wrong with that.

use std::process::{Command, Output, Stdio};

/// Why a lab could not be built or used.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Namespaces need root; tests skip with this message.
    #[error("skipped: network namespaces need root; run it as root (sudo -E cargo …)")]
    NotRoot,
    /// A program of the system is missing.
    #[error("`{0}` was not found; install it: apt-get install {1}")]
    Missing(String, &'static str),
    /// The product is not built.
    #[error("{0} is not there; build it: cargo xtask build --release")]
    NotBuilt(String),
    /// A command failed.
    #[error("`{command}` failed: {said}")]
    Failed {
        /// The whole command line.
        command: String,
        /// What it printed on standard error.
        said: String,
    },
    /// A scenario makes no sense.
    #[error("scenario: {0}")]
    Scenario(String),
    /// A system call failed.
    #[error("{0}: {1}")]
    System(&'static str, std::io::Error),
}

/// The Debian package of a program, for the message.
fn package_of(program: &str) -> &'static str {
    match program {
        "nft" => "nftables",
        "ping" => "iputils-ping",
        "iperf3" => "iperf3",
        "node" => "nodejs",
        "sysctl" => "procps",
        _ => "iproute2",
    }
}

/// Runs a command line to its end and returns what it printed.
pub(crate) fn run(line: &[&str]) -> Result<String, LabError> {
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).stdin(Stdio::null());
    finish(&line.join(" "), command.output())
}

/// Judges a finished command.
pub(crate) fn finish(line: &str, output: std::io::Result<Output>) -> Result<String, LabError> {
    let program = line.split(' ').next().unwrap_or_default();
    let output = output.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => LabError::Missing(program.to_owned(), package_of(program)),
        _ => LabError::Failed { command: line.to_owned(), said: error.to_string() },
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
    Err(LabError::Failed { command: line.to_owned(), said: String::from_utf8_lossy(said).trim().to_owned() })
}
