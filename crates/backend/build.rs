//! What this program is made of: its parts as a CycloneDX list, made of Cargo.lock, and the commit of a release build.

use std::{error::Error, fmt::Write, fs, path::PathBuf, process::Command};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../Cargo.lock");
    println!("cargo::rerun-if-env-changed=STEADYLINE_COMMIT");
    let env = |name: &str| std::env::var_os(name).and_then(|value| value.into_string().ok());
    let out = PathBuf::from(env("OUT_DIR").ok_or("OUT_DIR is set by cargo")?);
    fs::write(out.join("sbom.cdx.json"), sbom(&fs::read_to_string("../../Cargo.lock")?))?;
    // Only a release names its commit: in between, each commit would build this crate anew.
    if env("PROFILE").as_deref() == Some("release")
        && let Some(commit) = env("STEADYLINE_COMMIT").filter(|set| !set.is_empty()).or_else(head)
    {
        println!("cargo::rustc-env=STEADYLINE_COMMIT={commit}");
    }
    Ok(())
}

/// The commit that is built; none where there is no repository (an image's build is told by its environment).
fn head() -> Option<String> {
    let said = |arguments: &[&str]| {
        let told = Command::new("git").args(arguments).output().ok().filter(|told| told.status.success())?;
        Some(String::from_utf8(told.stdout).ok()?.trim().to_owned())
    };
    let log = said(&["rev-parse", "--git-path", "logs/HEAD"])?;
    println!("cargo::rerun-if-changed={log}");
    said(&["rev-parse", "--short=12", "HEAD"])
}

/// Every crate of the lock file, the ones for building and testing among them.
fn sbom(lock: &str) -> String {
    let value = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    let mut out = String::from(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"application","name":"steadyline"}},"components":["#,
    );
    let mut first = true;
    for package in lock.split("[[package]]").skip(1) {
        let (Some(name), Some(version)) = (value(package, "name"), value(package, "version")) else {
            continue;
        };
        let comma = if std::mem::take(&mut first) { "" } else { "," };
        // Names and versions of crates need no escape in JSON; a + in a version does in a package URL.
        let url = version.replace('+', "%2B");
        let _ = write!(
            out,
            r#"{comma}{{"type":"library","name":"{name}","version":"{version}","purl":"pkg:cargo/{name}@{url}"}}"#
        );
    }
    out.push_str("]}");
    out
}
