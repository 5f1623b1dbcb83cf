//! `cargo xtask <verb>`: everything this project does to itself. Each verb does its own set-up, says what it does and how long
//! each step took; CI calls the same verbs.
//!
//! It depends on nothing else of the workspace, so that it still builds when the product does not.

mod bench;
mod build;
mod check;
mod cmd;
mod dev;
mod node;
mod paths;
mod serve;
mod stamp;
mod steps;
mod suite;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set up, build, run and check Steadyline")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build front end and server; with --release one self-contained binary at target/release/steadyline
    Build {
        #[arg(long)]
        release: bool,
        /// Stop after target/site (style, browser program, public files)
        #[arg(long)]
        site_only: bool,
    },
    /// Build for release and run; what follows goes to the server
    Serve {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Build for development and run, again after each saved change
    Dev {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Format, clippy, lengths, purity
    Check,
    /// Everything that .ci/run runs; set-up included
    Test,
    /// The browser journeys on a release build; what follows goes to Playwright
    E2e {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// A line to try faults on, in network namespaces (root); `lab stories` plays all scenarios, `lab test` runs the tests there
    Lab {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// A browser's test through a link of 25 Mbit/s and 20 ms, on the release binary (root)
    Cell,
    /// Schemathesis over the API of the release binary
    Fuzz,
    /// One measurement, in release: page-weight, idle, and what the crates offer
    Bench {
        name: String,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Fill the configured database with made-up measurements
    Seed {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Take the present output of the tests as their snapshots; review them as code
    Accept,
}

fn main() {
    if let Err(error) = run(Cli::parse().verb) {
        steps::table();
        eprintln!("\nxtask: {error:#}");
        std::process::exit(1);
    }
}

fn run(verb: Verb) -> anyhow::Result<()> {
    match verb {
        Verb::Build { release, site_only: true } => build::site(release)?,
        Verb::Build { release: true, site_only: false } => println!("built {}", build::product()?.display()),
        Verb::Build { release: false, site_only: false } => {
            build::site(false)?;
            println!("built {}", build::server(false)?.display());
        }
        Verb::Serve { args } => serve::serve(&args)?,
        Verb::Dev { args } => dev::run_watching(&args)?,
        Verb::Check => check::run_all()?,
        Verb::Test => {
            if !suite::all() {
                std::process::exit(1);
            }
            return Ok(());
        }
        Verb::E2e { args } => {
            node::ensure(node::Want::Tests)?;
            build::product()?;
            let counts = suite::e2e(&args)?;
            anyhow::ensure!(counts.failed == 0, "{} journeys failed", counts.failed);
        }
        Verb::Lab { args } => suite::lab(&args)?,
        Verb::Cell => suite::cell().map(|_| ())?,
        Verb::Fuzz => suite::fuzz().map(|_| ())?,
        Verb::Bench { name, args } => bench::bench(&name, &args)?,
        Verb::Seed { args } => serve::seed(&args)?,
        Verb::Accept => suite::accept()?,
    }
    steps::table();
    Ok(())
}
