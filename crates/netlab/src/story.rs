//! Scenarios of a watched line as data: what is done to it in time, and what the program must say of it.
//!
//! Those in `scenarios/` end within seconds and belong to every run of `cargo xtask test`, those in `scenarios/long/` do
//! not. A clock that is set is no scenario: a namespace of time moves the running clock alone, and the wall clock is the
//! machine's; backend's tests move both by hand (`a_clock_that_is_set_makes_and_takes_no_minute`).

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use crate::LabError;
use crate::watched::Watched;

/// One scenario (`scenarios/*.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// What happens, in one sentence.
    pub title: String,
    /// Routers between the machine and the internet.
    pub routers: usize,
    /// Settings of the program, as environment variables.
    #[serde(default)]
    pub settings: Vec<(String, String)>,
    /// What happens, one after the other, once the line is up.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// What must be told at the end.
    pub end: End,
}

/// One thing that is done, and what must be said of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// Commands on hosts: the host, then the program with its arguments.
    pub run: Vec<Vec<String>>,
    /// A router on which HTTPS answers with a certificate that nobody trusts.
    pub intruder: Option<String>,
    /// A signal for the program.
    pub signal: Option<String>,
    /// A resident's test runs for so long.
    pub load_s: Option<u64>,
    /// Time that passes.
    pub wait_s: u64,
    /// Nothing is done before the seconds of a minute lie in the middle of it.
    pub mid_minute: bool,
    /// The state in which the line must be …
    pub state: Option<String>,
    /// … for this reason …
    pub reason: Option<String>,
    /// … after so many seconds at the latest …
    pub within_s: u64,
    /// … and for so many seconds in a row.
    pub hold_s: u64,
    /// What the page `/` must say then.
    pub page: Option<String>,
}

/// What must be told at the end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// The faults, oldest first: `down nothing_answers`.
    pub faults: Vec<String>,
    /// Whether minutes without data are told, and why.
    #[serde(default)]
    pub missed: Option<String>,
    /// The deepest hop of the first fault's path: a router, or nobody (`-`).
    #[serde(default)]
    pub deepest: Option<String>,
    /// Whether a minute tells of a test that ran through the line.
    #[serde(default)]
    pub self_load: bool,
}

impl Story {
    /// Reads a scenario.
    pub fn from_toml(text: &str) -> Result<Self, LabError> {
        toml::from_str(text).map_err(|error| LabError::Scenario(error.to_string()))
    }

    /// Lets it happen; what is not said as it must be is an error.
    pub fn play(&self) -> Result<(), LabError> {
        let mut machine = Watched::build(self.routers, &self.settings)?;
        machine.wait("up", Duration::from_secs(30))?;
        for step in &self.steps {
            step.play(&mut machine)?;
        }
        self.end.check(&machine).map_err(|said| LabError::Failed { command: self.title.clone(), said })
    }
}

impl Step {
    fn play(&self, machine: &mut Watched) -> Result<(), LabError> {
        while self.mid_minute && !(10..45).contains(&(now_s() % 60)) {
            std::thread::sleep(Duration::from_millis(200));
        }
        if let Some(host) = &self.intruder {
            machine.intrude(host)?;
        }
        if let Some(seconds) = self.load_s {
            machine.load(Duration::from_secs(seconds))?;
        }
        for line in &self.run {
            let [host, words @ ..] = &line[..] else { continue };
            machine.chain().exec(host, &words.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        if let Some(signal) = &self.signal {
            machine.signal(signal)?;
        }
        std::thread::sleep(Duration::from_secs(self.wait_s));
        let Some(state) = &self.state else { return Ok(()) };
        machine.wait(state, Duration::from_secs(self.within_s))?;
        let begun = Instant::now();
        loop {
            self.compare(machine, state)?;
            if begun.elapsed() >= Duration::from_secs(self.hold_s) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    fn compare(&self, machine: &Watched, state: &str) -> Result<(), LabError> {
        let wrong = |said: String| Err(LabError::Failed { command: format!("{self:?}"), said });
        let told = machine.uplink().unwrap_or_default();
        if told["state"] != state || self.reason.as_ref().is_some_and(|reason| told["reason"] != **reason) {
            return wrong(format!("{told}\n{}", machine.log()));
        }
        let Some(words) = &self.page else { return Ok(()) };
        let page = machine.get("/").unwrap_or_default();
        if page.contains(words) { Ok(()) } else { wrong(format!("the page / does not say `{words}`")) }
    }
}

impl End {
    fn check(&self, machine: &Watched) -> Result<(), String> {
        let past = machine.history().ok_or("the program does not answer")?;
        let mut faults: Vec<&Value> = past["faults"].as_array().into_iter().flatten().collect();
        faults.reverse();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let told: Vec<String> = faults
            .iter()
            .map(|fault| format!("{} {}", word(&fault["state"]), word(&fault["reason"])))
            .collect();
        if told != self.faults {
            return Err(format!("faults {told:?}, expected {:?}", self.faults));
        }
        self.check_minutes(machine, &past)?;
        self.check_path(machine)
    }

    /// Every minute since the line was first seen has a state, unless the program was away.
    fn check_minutes(&self, machine: &Watched, past: &Value) -> Result<(), String> {
        let uplink = machine.uplink().ok_or("the program does not answer")?;
        let since = past["watched_since"].as_str().unwrap_or_default();
        let strip = uplink["strip"].as_array().cloned().unwrap_or_default();
        // A minute is told by its first second, the watch may begin within it.
        let ours = |minute: &&Value| minute["minute"].as_str().is_some_and(|at| at[..16] >= since[..16]);
        let empty: Vec<&Value> =
            strip.iter().filter(ours).filter(|minute| minute["state"] == "no_data").collect();
        match &self.missed {
            None if !empty.is_empty() => return Err(format!("minutes are lost: {empty:?}")),
            Some(cause) if empty.is_empty() || empty.iter().any(|minute| minute["reason"] != **cause) => {
                return Err(format!("expected missed minutes ({cause}), found {empty:?}"));
            }
            _ => {}
        }
        let loaded = strip.iter().filter(ours).filter_map(|minute| minute["minute"].as_str()).any(|at| {
            let detail =
                machine.get(&format!("/api/uplinks/{}/minute/{at}", uplink["name"].as_str().unwrap_or("")));
            detail.is_some_and(|text| text.contains("\"self_load\":true"))
        });
        if loaded == self.self_load { Ok(()) } else { Err(format!("self_load is {loaded}")) }
    }

    /// The path is asked beside the rounds, and takes as long as silent hops make it.
    fn check_path(&self, machine: &Watched) -> Result<(), String> {
        let Some(deepest) = &self.deepest else { return Ok(()) };
        let begun = Instant::now();
        loop {
            let past = machine.history().unwrap_or_default();
            let first =
                past["faults"].as_array().and_then(|faults| faults.last()).cloned().unwrap_or_default();
            if let Some(hops) = first["trace"]["hops"].as_array() {
                let last = hops.iter().rev().find_map(|hop| hop["address"].as_str()).unwrap_or("-");
                let host = host_of(machine, last);
                return if host == *deepest { Ok(()) } else { Err(format!("deepest hop {host} ({last})")) };
            }
            if begun.elapsed() > Duration::from_secs(20) {
                return Err(format!("no path was kept: {first}"));
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}

/// The router with an address.
fn host_of(machine: &Watched, address: &str) -> String {
    let at = machine.chain().routers(true).iter().position(|router| router.to_string() == address);
    at.map_or_else(|| address.to_owned(), |at| format!("r{}", at + 1))
}

fn now_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
