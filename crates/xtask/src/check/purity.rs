//! Which way things point, and what must not be in the tree.

use std::collections::BTreeSet;

use anyhow::ensure;

use crate::cmd::{cargo, read};

/// Package → what its normal dependencies may not contain.
const FORBIDDEN: [(&str, &[&str]); 5] = [
    ("domain", &["tokio", "sea-orm", "reqwest", "leptos", "axum", "getrandom"]),
    ("probe", &["sea-orm", "leptos", "axum", "backend"]),
    ("backend", &["leptos", "leptos_axum", "app"]),
    ("app", &["sea-orm", "sqlx", "reqwest", "backend"]),
    ("xtask", &["domain", "probe", "backend", "app", "server", "netlab", "migrations"]),
];

/// One TLS provider (two make rustls panic for lack of a default), and no C library that a target machine may lack.
const BANNED: [&str; 5] = ["ring", "openssl", "openssl-sys", "native-tls", "font-kit"];

/// All of it, told at once.
pub fn check() -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    for (package, forbidden) in FORBIDDEN {
        let features: &[&str] = if package == "app" { &["--features=app/ssr"] } else { &[] };
        let tree = names(&["--package", package, "--edges=normal"], features)?;
        let found = forbidden.iter().filter(|name| tree.contains(**name));
        wrong.extend(
            found.map(|name| format!("{package} depends on {name}: see `cargo tree -p {package} -i {name}`")),
        );
    }
    let everything = names(&["--workspace", "--edges=all", "--target=all", "--all-features"], &[])?;
    let found = BANNED.iter().filter(|name| everything.contains(**name));
    wrong.extend(
        found.map(|name| format!("{name} is banned: see `cargo tree --workspace --target all -i {name}`")),
    );

    // getrandom 0.3 in the browser would need a backend of its own.
    let browser = read(&mut cargo(&[
        "tree",
        "--locked",
        "--package=frontend",
        "--target=wasm32-unknown-unknown",
        "--edges=normal,no-proc-macro",
        "--prefix=none",
    ]))?;
    if browser.lines().any(|line| line.starts_with("getrandom v0.3")) {
        wrong
            .push("the browser's tree holds getrandom 0.3, which needs its feature wasm_js named".to_owned());
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn names(selection: &[&str], more: &[&str]) -> anyhow::Result<BTreeSet<String>> {
    let tree =
        read(cargo(&["tree", "--locked", "--prefix=none", "--format={p}"]).args(selection).args(more))?;
    Ok(tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}
