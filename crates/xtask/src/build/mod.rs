//! The build, front end first: the release binary embeds what it finds in target/site.
//!
//! cargo (wasm32) → rooms cut off → wasm-bindgen (as a library, so always of the locked version) → wasm-opt → sass → paths with the
//! content's hash → public files → .br and .gz beside each → assets.json → cargo (server).
//! `LEPTOS_OUTPUT_NAME` is not needed: our own shell takes every address from assets.json.
//!
//! Linking and shrinking the browser's half keep one core busy for minutes; meanwhile another compiles what the server stands on.

mod browser;
mod site;
mod style;
mod wasm_target;

use std::{path::PathBuf, process::Command};

use anyhow::{Context, ensure};

pub use site::FIRST;

use crate::{
    cmd::{cargo, run},
    node, paths,
    steps::step,
};

/// Builds target/site.
pub fn site(release: bool) -> anyhow::Result<()> {
    node::ensure(node::Want::Build)?;
    let built = browser::build(release)?;
    let css = style::build()?;
    site::assemble(&built, &css, release)
}

/// Builds the release binary, front end included.
pub fn product() -> anyhow::Result<PathBuf> {
    let mut below = below_server().spawn().context("start cargo")?;
    let built = site(true);
    if built.is_err() {
        // Its outcome is of no use any more.
        let _ = below.kill();
    }
    step("cargo build: the rest of what the server stands on", || {
        let status = below.wait()?;
        ensure!(built.is_err() || status.success(), "cargo failed: {status}");
        Ok(())
    })?;
    built?;
    server(true)
}

/// All crates under `server`, with the features that it asks of them. One at a time: the browser's half has the other core.
fn below_server() -> Command {
    let features = ["--release", "--features", "app/ssr", "--jobs", "1", "--quiet"];
    let packages = ["app", "backend", "migrations"].map(|name| format!("--package={name}"));
    let mut command = cargo(&["build", "--locked", "--lib"]);
    command.args(features).args(packages);
    command
}

/// Builds the server. In release it carries the site in itself.
pub fn server(release: bool) -> anyhow::Result<PathBuf> {
    let (name, flags, folder): (_, &[&str], _) = if release {
        (
            "cargo build: server (release, site embedded)",
            &["--release", "--features", "server/embed"],
            "release",
        )
    } else {
        ("cargo build: server (dev)", &[], "debug")
    };
    step(name, || run(cargo(&["build", "--locked", "--package", "server"]).args(flags)))?;
    Ok(paths::target().join(folder).join("steadyline"))
}

/// For clippy: only rustup's target has a library for the toolchain that carries clippy.
pub fn wasm_for_clippy() -> anyhow::Result<()> {
    match wasm_target::ensure()? {
        wasm_target::Compiler::Rustup => Ok(()),
        wasm_target::Compiler::Debian => {
            anyhow::bail!("clippy of the browser's half needs `rustup target add wasm32-unknown-unknown`")
        }
    }
}
