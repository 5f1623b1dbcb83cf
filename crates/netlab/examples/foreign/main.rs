//! `cargo xtask bench foreign`: clients of other authors test against our server through a link of 25 Mbit/s and 20 ms.
//!
//! ndt7: a Rust client (crates.io `ndt7-client`, Michal Skalski) and M-Lab's browser client (npm `@m-lab/ndt7`) complete
//! both directions, with TCPInfo. LibreSpeed: each request that its browser worker and its command line make, answered as
//! that project documents it (doc.md, "Making a custom backend"); no registry holds either as a program.
//!
//! Clients are installed into `target/foreign` at their first use and are never part of the repository.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod librespeed;
mod ndt7;

use std::path::{Path, PathBuf};

use anyhow::ensure;
use netlab::product::Product;
use netlab::{Lab, Scenario, payload_mbit};

/// The link of the check, Mbit/s and ms.
const LINK: (f64, f64) = (25.0, 20.0);
/// ndt7 means bytes over time of one stream with its slow start, so it reads below the link; a reading over it, or of less
/// than 70 %, would be our fault.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = 0.7..=1.03;

/// What was checked, and what failed.
#[derive(Default)]
pub struct Checks {
    passed: u32,
    failed: u32,
}

impl Checks {
    pub fn check(&mut self, holds: bool, what: &str, seen: &str) {
        let word = if holds { "ok    " } else { "FAILED" };
        println!("{word} {what}: {seen}");
        if holds {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }

    /// A rate that a client read on the link.
    pub fn rate(&mut self, mbit: Option<f64>, what: &str) {
        let share = mbit.map(|mbit| mbit / payload_mbit(LINK.0));
        let seen = mbit.map_or("no reading".to_owned(), |mbit| {
            format!("{mbit:.2} Mbit/s of {:.2}", payload_mbit(LINK.0))
        });
        self.check(share.is_some_and(|share| PLAUSIBLE.contains(&share)), what, &seen);
    }
}

fn main() -> anyhow::Result<()> {
    netlab::require_root()?;
    let tools = tools();
    let lab = Lab::build(Scenario::link(LINK.0, LINK.1))?;
    let product = Product::start(&lab, &[])?;
    let mut checks = Checks::default();
    // LibreSpeed last: its test is many requests, so its place among the tests is held for a while after the last one.
    ndt7::check_program(&lab, &tools, &mut checks)?;
    ndt7::check_browser(&lab, &tools, &mut checks)?;
    librespeed::check(&product, &mut checks)?;
    println!("{} passed, {} failed", checks.passed, checks.failed);
    ensure!(checks.failed == 0, "a foreign client was not served as its project documents it");
    Ok(())
}

/// Where foreign programs are kept.
fn tools() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    std::env::var_os("CARGO_TARGET_DIR").map_or(target, PathBuf::from).join("foreign")
}
