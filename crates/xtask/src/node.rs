//! The tools that npm carries: sass, binaryen and a font for the build, Playwright and axe for the browser tests.
//!
//! Versions are exact in end2end/package-lock.json. The build takes the runtime dependencies alone, so that a first
//! `serve` loads no test tools.

use std::path::PathBuf;

use anyhow::bail;

use crate::{
    cmd::{cmd, have, run},
    paths, stamp,
    steps::{step, unchanged},
};

/// How much of package.json is wanted.
#[derive(Clone, Copy, PartialEq)]
pub enum Want {
    Build,
    Tests,
}

/// Installs what is missing.
pub fn ensure(want: Want) -> anyhow::Result<()> {
    let lock =
        stamp::of_files(&[paths::node().join("package-lock.json"), paths::node().join("package.json")])?;
    let all = format!("{lock} with tests");
    let there = paths::node().join("node_modules/.package-lock.json").is_file();
    if there && (stamp::is("npm", &all) || (want == Want::Build && stamp::is("npm", &lock))) {
        unchanged("npm packages");
        return Ok(());
    }
    if !have("npm") {
        bail!(
            "npm is missing: install Node.js 20.19 or newer (Debian: apt-get install nodejs npm, or from nodejs.org)"
        );
    }
    let (name, flags, done): (_, &[&str], _) = match want {
        Want::Build => ("npm ci (sass, binaryen, Open Sans)", &["--omit=dev"], &lock),
        Want::Tests => ("npm ci (sass, binaryen, Open Sans, Playwright, axe)", &[], &all),
    };
    step(name, || {
        let mut npm = cmd("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).args(flags);
        run(npm.current_dir(paths::node()).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
    })?;
    stamp::set("npm", done)
}

/// A program of an installed package.
pub fn bin(name: &str) -> PathBuf {
    paths::node().join("node_modules/.bin").join(name)
}
