//! The build, front end first: the release binary embeds what it finds in target/site.
//!
//! cargo (wasm32) → rooms cut off → wasm-bindgen (as a library, so always of the locked version) → wasm-opt → sass → paths with the
//! content's hash → public files → .br and .gz beside each → assets.json → cargo (server).
//! `LEPTOS_OUTPUT_NAME` is not needed: our own shell takes every address from assets.json.

mod browser;
mod site;
mod style;
mod wasm_target;

use std::path::PathBuf;

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
