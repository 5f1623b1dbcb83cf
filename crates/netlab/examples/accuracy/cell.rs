//! One cell of the grid: a link, the yardsticks on it, and runs of the Test page with ICMP beside them.

use std::time::Duration;

use netlab::gauge::{self, Echo, Way, median};
use netlab::product::Product;
use netlab::{Lab, LabError, SERVER, Scenario, payload_mbit};
use serde_json::Value;

/// quality.md §1: the median within 3 %.
const CHECK_SHARE: f64 = 0.03;
/// quality.md §1: loaded latency within max(10 %, 3 ms) of ICMP in the same seconds.
const LOADED_SHARE: f64 = 0.10;
const LOADED_MS: f64 = 3.0;
/// As `domain::speed_tests::plan`: round trips of the first second of load are not yet loaded.
const LOAD_AFTER_S: f64 = 1.0;

/// What to do in each cell.
#[derive(Clone, Copy)]
pub struct Asked {
    pub runs: u32,
    pub gauges: bool,
    /// Stop at the first run that leaves the medians within the limits.
    pub until_good: bool,
}

/// A direction's figures.
#[derive(Default)]
pub struct Side {
    pub iperf3_mbit: f64,
    pub ours_mbit: Vec<f64>,
    pub ours_loaded_ms: Vec<f64>,
    pub icmp_loaded_ms: Vec<f64>,
    pub seconds: Vec<f64>,
}

/// A measured cell.
pub struct Cell {
    pub link_mbit: f64,
    pub rtt_ms: f64,
    pub idle_icmp_ms: f64,
    pub ours_ping_ms: Vec<f64>,
    pub line_rate_mbit: Vec<f64>,
    pub down: Side,
    pub up: Side,
}

impl Cell {
    pub fn measure(link_mbit: f64, rtt_ms: f64, asked: Asked) -> Result<Self, LabError> {
        let lab = Lab::build(Scenario::link(link_mbit, rtt_ms))?;
        let echoes = gauge::ping(&lab, "resident", SERVER, 30, Duration::from_millis(50))?.finish()?;
        let idle: Vec<f64> = echoes.iter().map(|echo| echo.rtt_ms).collect();
        let mut cell = Self {
            link_mbit,
            rtt_ms,
            idle_icmp_ms: median(&idle).unwrap_or(f64::NAN),
            ours_ping_ms: Vec::new(),
            line_rate_mbit: Vec::new(),
            down: Side::default(),
            up: Side::default(),
        };
        {
            let _server = gauge::iperf3_server(&lab)?;
            for (way, side) in [(Way::Down, &mut cell.down), (Way::Up, &mut cell.up)] {
                side.iperf3_mbit = gauge::iperf3_mbit(&lab, "resident", way, 6)?;
            }
        }
        if !asked.gauges {
            let product = Product::start(&lab, &[])?;
            for _ in 0..asked.runs {
                cell.run(&lab, &product)?;
                if asked.until_good && cell.failures().is_empty() {
                    break;
                }
            }
        }
        Ok(cell)
    }

    fn run(&mut self, lab: &Lab, product: &Product) -> Result<(), LabError> {
        // More echos than a run takes; it is stopped with it.
        let pings = gauge::ping(lab, "resident", SERVER, 900, Duration::from_millis(100))?;
        let run = product.browser_test("resident");
        let echoes = pings.stop()?;
        let run = run?;
        let result = &run["result"];
        if result["valid"] == Value::Bool(false) {
            return Err(LabError::Failed {
                command: "the Test page".into(),
                said: format!("invalid: {}", result["invalid_reason"]),
            });
        }
        self.ours_ping_ms.extend(result["ping"].as_f64());
        self.line_rate_mbit.extend(result["line_rate_mbps"].as_f64());
        for (side, speed, loaded, span) in [
            (&mut self.down, "download_speed", "loaded_ping_down", "download"),
            (&mut self.up, "upload_speed", "loaded_ping_up", "upload"),
        ] {
            side.ours_mbit.extend(result[speed].as_f64());
            let at = |end: usize| run["spans"][span][end].as_f64().map(|ms| ms / 1e3);
            let (Some(from), Some(to), Some(ours)) = (at(0), at(1), result[loaded].as_f64()) else {
                continue;
            };
            side.seconds.push(to - from);
            if let Some(icmp) = loaded_median(&echoes, from, to) {
                side.ours_loaded_ms.push(ours);
                side.icmp_loaded_ms.push(icmp);
            }
        }
        Ok(())
    }

    fn sides(&self) -> [(&'static str, &Side); 2] {
        [("download", &self.down), ("upload", &self.up)]
    }

    /// The larger error of the two medians, as a share of the link's payload capacity.
    pub fn worst_error(&self) -> f64 {
        self.sides()
            .into_iter()
            .filter_map(|(_, side)| side.error(self.link_mbit))
            .map(f64::abs)
            .fold(0.0, f64::max)
    }

    /// What lies beyond the limits of `--check`.
    pub fn failures(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (name, side) in self.sides() {
            match side.error(self.link_mbit) {
                Some(error) if error.abs() <= CHECK_SHARE => {}
                Some(error) => all.push(format!("{name} {:+.1} %", error * 100.0)),
                None => all.push(format!("{name}: no reading")),
            }
            match (median(&side.ours_loaded_ms), median(&side.icmp_loaded_ms)) {
                (Some(ours), Some(icmp)) if (ours - icmp).abs() <= (icmp * LOADED_SHARE).max(LOADED_MS) => {}
                (Some(ours), Some(icmp)) => {
                    all.push(format!("loaded latency of {name} {ours:.1} ms, ICMP {icmp:.1} ms"));
                }
                _ => all.push(format!("loaded latency of {name}: no reading")),
            }
        }
        all
    }
}

impl Side {
    /// Signed error of the median against the payload capacity; `None` without a reading.
    pub fn error(&self, link_mbit: f64) -> Option<f64> {
        median(&self.ours_mbit).map(|ours| ours / payload_mbit(link_mbit) - 1.0)
    }
}

/// The median of the echos that were sent while the line was loaded.
fn loaded_median(echoes: &[Echo], from_s: f64, to_s: f64) -> Option<f64> {
    let sent = |echo: &Echo| echo.at_s - echo.rtt_ms / 1e3;
    let loaded: Vec<f64> = echoes
        .iter()
        .filter(|echo| sent(echo) >= from_s + LOAD_AFTER_S && echo.at_s <= to_s)
        .map(|echo| echo.rtt_ms)
        .collect();
    median(&loaded)
}
