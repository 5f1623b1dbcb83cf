//! `cargo xtask bench accuracy`: our Test page in headless Chromium through links of known rate and delay, beside iperf3
//! and ICMP. One line a cell; the largest error comes last.
//!
//! ```text
//! accuracy [--cells 25x20,100x50] [--runs 5] [--gauges] [--check]
//! ```
//! `--gauges` measures with iperf3 and ping alone (what the lab itself is worth); `--check` measures one cell, once
//! where that is good, else as the median of three (a busy machine spoils single runs), and fails beyond its limits.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod cell;
mod print;

use anyhow::{Context, bail, ensure};

use cell::{Asked, Cell};

/// quality.md §1: the grid.
const GRID: &str = "5x20,25x5,25x20,25x50,25x100,100x5,100x50,300x20";

/// Mbit/s and ms.
type Link = (f64, f64);

fn main() -> anyhow::Result<()> {
    netlab::require_root()?;
    let (cells, asked, check) = arguments()?;
    print::heading(asked.gauges);
    let mut worst: f64 = 0.0;
    let mut failures = Vec::new();
    for (mbit, rtt_ms) in cells {
        let cell =
            Cell::measure(mbit, rtt_ms, asked).with_context(|| format!("cell {mbit} Mbit/s, {rtt_ms} ms"))?;
        worst = worst.max(cell.worst_error());
        failures.extend(cell.failures());
        print::row(&cell);
    }
    println!("largest error of a rate: {:.1} % of the link's payload capacity", worst * 100.0);
    ensure!(!check || failures.is_empty(), "outside of the limits: {}", failures.join("; "));
    Ok(())
}

/// Cells, what to do in each, and whether to judge.
fn arguments() -> anyhow::Result<(Vec<Link>, Asked, bool)> {
    let mut grid = GRID.to_owned();
    let mut asked = Asked { runs: 5, gauges: false, until_good: false };
    let mut check = false;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--cells" => grid = value()?,
            "--runs" => asked.runs = value()?.parse().context("--runs needs a number")?,
            "--gauges" => asked.gauges = true,
            "--check" => {
                (check, grid) = (true, "25x20".to_owned());
                (asked.runs, asked.until_good) = (3, true);
            }
            other => bail!("unknown argument {other}; there are --cells, --runs, --gauges, --check"),
        }
    }
    let cell = |text: &str| {
        let (mbit, rtt) = text.split_once('x')?;
        Some((mbit.parse().ok()?, rtt.parse().ok()?))
    };
    let cells = grid.split(',').map(|text| cell(text).with_context(|| format!("{text}: a cell is MBITxMS")));
    Ok((cells.collect::<anyhow::Result<_>>()?, asked, check))
}
