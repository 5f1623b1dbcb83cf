//! Who compiles for the browser: the first that works of what is installed, rustup, and Debian's own Rust.

use std::{path::Path, process::Command, time::Duration};

use anyhow::bail;

use crate::{
    cmd::{cargo, cmd, have, read, run, run_within},
    paths,
    steps::{note, step},
};

const TARGET: &str = "wasm32-unknown-unknown";

/// Loading the target takes seconds; a network that swallows packets must not hold up the build for ever.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// Debian 12's Rust for building browsers: it has no wasm32 library ready, but its source.
const DEBIAN: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

pub enum Compiler {
    Rustup,
    Debian,
}

/// Finds or installs one.
pub fn ensure() -> anyhow::Result<Compiler> {
    if installed() {
        return Ok(Compiler::Rustup);
    }
    let by_rustup = step("wasm target: rustup target add", || {
        run_within(cmd("rustup").args(["target", "add", TARGET]), RUSTUP_LIMIT)
    });
    match by_rustup {
        Ok(()) if installed() => return Ok(Compiler::Rustup),
        Ok(()) => note("rustup added it, but not to the toolchain in use"),
        Err(error) => note(&format!("{error:#}; trying Debian's own Rust")),
    }
    if !debian_is_there() {
        let command = format!("apt-get install -y --no-install-recommends {}", DEBIAN.join(" "));
        if !have("apt-get") {
            bail!("the target {TARGET} is missing: run `rustup target add {TARGET}`");
        }
        step("wasm target: Debian's rustc-web", || run(cmd("sh").args(["-c", &command])))
            .map_err(|e| e.context(format!("as root run `{command}`, or `rustup target add {TARGET}`")))?;
    }
    note("wasm target: Debian's rustc-web with -Z build-std");
    Ok(Compiler::Debian)
}

/// The cargo command that builds the browser's library, and the folder that it writes to.
pub fn command(compiler: &Compiler, profile: &str) -> (Command, std::path::PathBuf) {
    let flags =
        ["build", "--locked", "--package", "frontend", "--lib", "--target", TARGET, "--profile", profile];
    match compiler {
        Compiler::Rustup => (cargo(&flags), paths::target()),
        Compiler::Debian => {
            // Its own folder: another compiler would throw out what the first one cached of itself.
            let target = paths::target().join("debian-web");
            let mut command = cmd("/usr/bin/cargo");
            command.args(flags).args(["-Z", "build-std=std,panic_abort"]);
            command
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTC", "/usr/bin/rustc")
                .env("CARGO_TARGET_DIR", &target);
            command
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19")
                .env_remove("RUSTUP_TOOLCHAIN");
            (command, target)
        }
    }
}

fn installed() -> bool {
    let libdir = read(cmd("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    libdir.is_ok_and(|dir| Path::new(dir.trim()).is_dir())
}

fn debian_is_there() -> bool {
    Path::new("/usr/bin/cargo").is_file() && Path::new("/usr/bin/rustc").is_file() && have("wasm-ld-19")
}
