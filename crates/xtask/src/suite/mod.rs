//! `cargo xtask test`: everything, once, in the order of how soon an answer comes. A stage that fails does not hide what a
//! later one would say; stages that need its product are told as failed by it.
//!
//! Tests run in the dev profile (assertions of overflow and order on), the browser journeys and measurements on the one
//! release build. Those two share no artifact whatever the choice (the release binary has another feature set), so tests
//! take the profile that compiles faster.

mod counts;
mod fuzz;
pub mod machine;
mod postgres;
mod product;
mod server;

use crate::{
    build, check,
    cmd::{cargo, run},
    node, steps,
};

pub use counts::Counts;
pub use fuzz::run_all as fuzz;
pub use product::{cell, e2e, weight};
pub use server::binary;

/// A stage gives the number of tests it ran.
type Stage = fn() -> anyhow::Result<Counts>;

/// Runs all stages; false when anything failed.
pub fn all() -> bool {
    let mut total = Counts::default();
    let mut failed = Vec::new();
    let mut stage = |name: &str, work: &dyn Fn() -> anyhow::Result<Counts>| match steps::step(name, work) {
        Ok(counts) => {
            if counts.failed > 0 {
                failed.push(name.to_owned());
            }
            total += counts;
        }
        Err(error) => {
            eprintln!("{error:#}");
            total += Counts::of(0, 1);
            failed.push(name.to_owned());
        }
    };
    stage("set-up: packages and tools", &|| machine::prepare().map(|()| Counts::default()));
    for (name, work) in check::all() {
        stage(name, &|| work().map(|()| Counts::ONE));
    }
    for (name, work) in STAGES {
        stage(name, &work);
    }
    steps::table();
    if !failed.is_empty() {
        eprintln!("\nfailed: {}", failed.join(", "));
        total.names.iter().for_each(|name| eprintln!("  {name}"));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    total.failed == 0
}

const STAGES: &[(&str, Stage)] = &[
    ("tests: native workspace, SQLite", || counts::rust_tests(&[], &[])),
    ("tests: backend on PostgreSQL", postgres::backend_tests),
    ("doc", || {
        let mut doc = cargo(&["doc", "--quiet", "--no-deps"]);
        run(doc.args(check::NATIVE).env("RUSTDOCFLAGS", "-D warnings")).map(|()| Counts::ONE)
    }),
    ("release build", || build::product().map(|_| Counts::ONE)),
    ("page weight, binary, idle memory", || product::weight().map(|()| Counts::ONE)),
    ("browser journeys", || {
        node::ensure(node::Want::Tests)?;
        product::e2e(&[])
    }),
    ("a browser behind a link of 25 Mbit/s and 20 ms", product::cell),
    ("stories of a watched line", || {
        if machine::is_root() {
            return counts::ignored("quick_story");
        }
        steps::note("skipped: network namespaces need root (`sudo -E cargo xtask test`)");
        Ok(Counts::default())
    }),
    ("schemathesis over the API", fuzz::run_all),
];

/// A line to try faults on; with `stories` all scenarios, with `test` the tests in network namespaces.
pub fn lab(args: &[String]) -> anyhow::Result<()> {
    anyhow::ensure!(machine::is_root(), "network namespaces need root: run `sudo -E cargo xtask lab`");
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    if let ["test", rest @ ..] = &words[..] {
        return run(cargo(&["test", "--locked", "--package=netlab", "--"]).args(rest));
    }
    build::product()?;
    if words == ["stories"] {
        let counts = counts::ignored("story")?;
        anyhow::ensure!(counts.failed == 0, "{} stories failed", counts.failed);
        return Ok(());
    }
    let mut lab = cargo(&["run", "--quiet", "--locked", "--package=netlab", "--example=try_it", "--"]);
    run(lab.args(words).env("STEADYLINE_BINARY", binary()))
}

/// Writes the snapshots anew.
pub fn accept() -> anyhow::Result<()> {
    run(cargo(&["test", "--quiet", "--no-fail-fast", "--tests"])
        .args(check::NATIVE)
        .env("INSTA_UPDATE", "always"))
}
