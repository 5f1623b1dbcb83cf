//! `cargo xtask dev`: build, run, and again after each saved change.

use std::{
    process::Child,
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    build,
    cmd::{cmd, have, run},
    paths, stamp,
};

const WATCHED: [&str; 9] = [
    "app",
    "frontend",
    "server",
    "crates/backend",
    "crates/domain",
    "crates/probe",
    "migrations",
    "style",
    "public",
];

/// Until interrupted.
pub fn run_watching(args: &[String]) -> anyhow::Result<()> {
    if have("cargo-leptos") {
        return run(crate::cmd::cargo(&["leptos", "watch"]).args(args));
    }
    let mut server: Option<Child> = None;
    loop {
        let seen = newest()?;
        let begun = Instant::now();
        match build::site(false).and_then(|()| build::server(false)) {
            Ok(binary) => {
                if let Some(mut old) = server.take() {
                    old.kill()?;
                    old.wait()?;
                }
                // Somebody at work on it asks no public address unless told so (--set uplinks.enabled=true).
                let mut command = cmd(binary);
                command.args(args).env("STEADYLINE_UPLINKS__ENABLED", "false");
                server = Some(command.spawn()?);
                eprintln!("\nrunning after {:.1} s; waiting for a change\n", begun.elapsed().as_secs_f64());
            }
            Err(error) => eprintln!("{error:#}\nwaiting for a change\n"),
        }
        while newest()? == seen {
            thread::sleep(Duration::from_millis(500));
        }
    }
}

fn newest() -> anyhow::Result<Option<SystemTime>> {
    let folders: Vec<_> = WATCHED.iter().map(|folder| paths::root().join(folder)).collect();
    let files = stamp::list(&folders)?;
    Ok(files.iter().filter_map(|file| file.metadata().ok()?.modified().ok()).max())
}
