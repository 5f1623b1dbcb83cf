//! The program `steadyline`: roles, boot, wiring of backend and app.

mod admin_cli;
mod boot;
mod cli;
mod logs;
mod pages;
mod share;
mod site;
mod transport;

use std::{io::Write, process::ExitCode};

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One sentence with the mend, then what the machine said; logs may not be set up yet.
            let _ = writeln!(std::io::stderr(), "steadyline: {error:#}");
            ExitCode::FAILURE
        }
    }
}
