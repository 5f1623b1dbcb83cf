//! `cargo xtask check`: what can be said of the source without running it.
//!
//! Clippy runs twice and covers three sides: the native workspace (with it `app` as the server draws it, since features
//! unify), and the browser's half on wasm32, where it lints `domain`, `app` and `frontend` as they are compiled there.

mod purity;
mod sizes;
mod views;

use crate::{
    build,
    cmd::{cargo, run},
    steps::step,
};

/// The packages of the native side and their features: one selection for clippy, tests and documentation, because another
/// selection unifies features otherwise and builds the dependencies again.
pub const NATIVE: [&str; 4] = ["--locked", "--workspace", "--exclude=frontend", "--features=app/ssr"];

/// A name and what it does.
pub type Check = (&'static str, fn() -> anyhow::Result<()>);

/// Everything, in the order of how soon an answer comes.
pub fn all() -> Vec<Check> {
    vec![
        ("format", || run(&mut cargo(&["fmt", "--all", "--check"]))),
        ("sizes", sizes::check),
        ("views", views::check),
        ("purity", purity::check),
        ("clippy: native, app as the server draws it", native),
        ("clippy: the browser's half", browser),
    ]
}

/// Runs each and names all that failed.
pub fn run_all() -> anyhow::Result<()> {
    let failed: Vec<_> = all()
        .into_iter()
        .filter(|(name, work)| {
            let outcome = step(name, work);
            if let Err(error) = &outcome {
                eprintln!("{error:#}");
            }
            outcome.is_err()
        })
        .map(|(name, _)| name)
        .collect();
    anyhow::ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

fn native() -> anyhow::Result<()> {
    run(cargo(&["clippy", "--quiet"]).args(NATIVE).args(["--all-targets", "--", "-D", "warnings"]))
}

fn browser() -> anyhow::Result<()> {
    build::wasm_for_clippy()?;
    run(&mut cargo(&[
        "clippy",
        "--quiet",
        "--locked",
        "--package=frontend",
        "--target=wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ]))
}
