//! What the tests need of the machine, installed as root where it is missing.

use std::path::Path;

use anyhow::Context;

use crate::{
    build,
    cmd::{cmd, have, run},
    node,
    steps::{note, step},
};

/// Debian package and a program that shows it is there.
const PACKAGES: [(&str, &str); 12] = [
    ("chromium", "chromium"),
    ("postgresql", "psql"),
    ("iperf3", "iperf3"),
    ("nftables", "nft"),
    ("iproute2", "ip"),
    ("fping", "fping"),
    ("iputils-ping", "ping"),
    ("python3-venv", "python3"),
    ("scamper", "scamper"),
    ("traceroute", "traceroute"),
    ("bird2", "birdc"),
    ("fail2ban", "fail2ban-regex"),
];

/// Installs what is missing.
pub fn prepare() -> anyhow::Result<()> {
    packages()?;
    if !have("cargo-nextest") {
        note("cargo-nextest is not installed: cargo's own test runner is used");
    }
    build::wasm_for_clippy()?;
    node::ensure(node::Want::Tests)
}

/// Whether netlab's namespaces may be made.
pub fn is_root() -> bool {
    // The owner of this process's own entry: the standard library has no call for the user's number.
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Debian's programs that tests and benches stand beside.
pub fn packages() -> anyhow::Result<()> {
    let there = |program: &str| {
        have(program) || ["/usr/sbin", "/sbin"].iter().any(|dir| Path::new(dir).join(program).is_file())
    };
    let missing: Vec<_> =
        PACKAGES.iter().filter(|(_, program)| !there(program)).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let install =
        format!("apt-get update && apt-get install -y --no-install-recommends {}", missing.join(" "));
    anyhow::ensure!(is_root() && have("apt-get"), "missing: {}. As root run `{install}`", missing.join(", "));
    step(&format!("apt-get install {}", missing.join(" ")), || {
        run(cmd("sh").args(["-c", &install]).env("DEBIAN_FRONTEND", "noninteractive"))
    })
    .with_context(|| format!("run `{install}` and try again"))
}
