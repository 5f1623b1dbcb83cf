//! ndt7 clients of other authors.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use netlab::{Lab, SERVER};
use serde_json::Value;

use super::Checks;

/// The versions that the check was written with.
const PROGRAM: &str = "ndt7-client@0.3.1";
const PAGE: &str = "@m-lab/ndt7@0.1.4";

/// The Rust client: both directions, TCPInfo in the server's measurements.
pub fn check_program(lab: &Lab, tools: &Path, checks: &mut Checks) -> anyhow::Result<()> {
    let program = tools.join("bin/ndt7-client");
    if !program.exists() {
        println!("installing {PROGRAM} (once, a few minutes)");
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "--quiet", "--locked", PROGRAM, "--root"]).arg(tools);
        ensure!(
            cargo.env("CARGO_TARGET_DIR", tools.join("build")).status()?.success(),
            "cargo install {PROGRAM} failed"
        );
    }
    let mut client = lab.command("resident", &program.to_string_lossy());
    client.args(["--no-locate", "--no-tls", "--format", "json", "--server", &format!("{SERVER}:3000")]);
    let output = client.stdin(Stdio::null()).output().context("start ndt7-client")?;
    let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    checks.check(output.status.success(), "ndt7-client ends well", &format!("{}", output.status));
    for (test, summary) in [("download", "Download"), ("upload", "Upload")] {
        let of_server = |line: &&Value| line["Test"] == test && line["Measurement"]["Origin"] == "server";
        let tcp = lines
            .iter()
            .filter(of_server)
            .map(|line| &line["Measurement"]["TCPInfo"])
            .rfind(|tcp| tcp.is_object());
        has_tcp_info(tcp, &format!("ndt7-client {test}"), checks);
        let rate = lines.iter().find_map(|line| line["Summary"][summary]["ThroughputMbps"].as_f64());
        checks.rate(rate, &format!("ndt7-client {test}"));
    }
    Ok(())
}

/// M-Lab's client in a browser.
pub fn check_browser(lab: &Lab, tools: &Path, checks: &mut Checks) -> anyhow::Result<()> {
    std::fs::create_dir_all(tools)?;
    if !tools.join("node_modules/@m-lab/ndt7").exists() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--silent", "--prefix"]).arg(tools).arg(PAGE);
        ensure!(npm.status()?.success(), "npm install {PAGE} failed");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end");
    let mut node = lab.command("resident", "node");
    node.current_dir(folder).args(["lab/ndt7-page.mjs", &netlab::product::origin()]).arg(tools);
    let output = node.stdin(Stdio::null()).output().context("start node")?;
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let said = if seen.is_null() {
        String::from_utf8_lossy(&output.stderr).into_owned()
    } else {
        seen["errors"].to_string()
    };
    checks.check(
        seen["status"] == 0 && seen["errors"].as_array().is_some_and(Vec::is_empty),
        "@m-lab/ndt7 ends well",
        &said,
    );
    for test in ["download", "upload"] {
        has_tcp_info(Some(&seen[test]["tcp_info"]), &format!("@m-lab/ndt7 {test}"), checks);
        checks.rate(seen[test]["mbps"].as_f64(), &format!("@m-lab/ndt7 {test}"));
    }
    Ok(())
}

/// The kernel's figures are there and belong to this link: no round trip below its delay.
fn has_tcp_info(tcp: Option<&Value>, what: &str, checks: &mut Checks) {
    let field = |name: &str| tcp.and_then(|tcp| tcp[name].as_f64());
    let min_rtt_ms = field("MinRTT").map(|us| us / 1e3);
    let holds = min_rtt_ms.is_some_and(|ms| (19.0..60.0).contains(&ms))
        && field("RTT").is_some()
        && field("BusyTime").is_some();
    let seen = min_rtt_ms.map_or("none".to_owned(), |ms| {
        format!(
            "MinRTT {ms:.1} ms, BytesAcked {:?}, BytesReceived {:?}",
            field("BytesAcked"),
            field("BytesReceived")
        )
    });
    checks.check(holds, &format!("TCPInfo of {what}"), &seen);
}
