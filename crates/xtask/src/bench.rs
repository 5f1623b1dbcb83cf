//! `cargo xtask bench NAME`: finds the program of that name among the workspace's examples and benches, so that a bench lives
//! beside what it measures and needs no line here.

use anyhow::{anyhow, bail};
use serde_json::Value;

use crate::{
    build,
    cmd::{cargo, read, run},
    node, suite,
};

/// Runs one, in release; each prints its ratio last.
pub fn bench(name: &str, args: &[String]) -> anyhow::Result<()> {
    if name == "page-weight" || name == "idle" {
        build::product()?;
        return suite::weight();
    }
    let programs = programs()?;
    let Some((package, kind, target)) =
        programs.iter().find(|(_, _, target)| target == name || *target == format!("bench_{name}"))
    else {
        let mut names: Vec<_> =
            programs.iter().map(|(_, _, target)| target.trim_start_matches("bench_")).collect();
        names.extend(["page-weight", "idle"]);
        bail!("no bench {name}; there are: {}", names.join(", "));
    };
    let mut command = match kind.as_str() {
        "bench" => cargo(&["bench", "--locked", "--package", package, "--bench", target, "--"]),
        _ => cargo(&[
            "run",
            "--quiet",
            "--release",
            "--locked",
            "--package",
            package,
            "--example",
            target,
            "--",
        ]),
    };
    // Those of the probes stand on sockets alone; of the others some drive a browser.
    if package == "probe" {
        suite::machine::packages()?;
    } else {
        build::product()?;
        node::ensure(node::Want::Tests)?;
    }
    run(command.args(args).env("STEADYLINE_BINARY", suite::binary()))
}

/// Package, kind, name of every example and bench.
pub fn programs() -> anyhow::Result<Vec<(String, String, String)>> {
    let metadata: Value = serde_json::from_str(&read(&mut cargo(&[
        "metadata",
        "--no-deps",
        "--format-version=1",
        "--locked",
    ]))?)?;
    let mut found = Vec::new();
    for package in
        metadata["packages"].as_array().ok_or_else(|| anyhow!("cargo metadata lists no packages"))?
    {
        for target in package["targets"].as_array().into_iter().flatten() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let kind = text(&target["kind"][0]);
            if kind == "example" || kind == "bench" {
                found.push((text(&package["name"]), kind, text(&target["name"])));
            }
        }
    }
    Ok(found)
}
