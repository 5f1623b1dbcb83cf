//! Scenarios are data: which homes there are and what their lines are like.

use serde::{Deserialize, Serialize};

use crate::LabError;

/// A small internet: its homes. One provider and one server stand behind all of them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Homes in the order in which they get their addresses.
    #[serde(default, rename = "home")]
    pub homes: Vec<Home>,
}

/// One home with its access link.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    /// Short name (letters, digits; at most 8), also that of the resident's namespace.
    pub name: String,
    /// Rate towards the home in Mbit/s, counted on Ethernet frames; none: unlimited.
    #[serde(default)]
    pub down_mbit: Option<f64>,
    /// Rate from the home in Mbit/s; none: unlimited.
    #[serde(default)]
    pub up_mbit: Option<f64>,
    /// Added round-trip time in ms, half of it each way.
    #[serde(default)]
    pub rtt_ms: f64,
    /// Depth of the queue before each shaped end, in ms at its rate: it decides how much a loaded line is delayed.
    #[serde(default = "default_queue_ms")]
    pub queue_ms: f64,
    /// Share of packets lost at random towards the home, in per cent.
    #[serde(default)]
    pub loss_percent: f64,
}

/// An ordinary home router's queue; the loaded latency of a TCP download under cubic then lies near 100 ms.
const fn default_queue_ms() -> f64 {
    100.0
}

impl Scenario {
    /// Reads a scenario from TOML.
    pub fn from_toml(text: &str) -> Result<Self, LabError> {
        let scenario: Self = toml::from_str(text).map_err(|error| LabError::Scenario(error.to_string()))?;
        scenario.check()
    }

    /// One home, `resident`, behind a symmetric link.
    pub fn link(mbit: f64, rtt_ms: f64) -> Self {
        Self { homes: vec![Home::named("resident").rate(mbit).rtt(rtt_ms)] }
    }

    pub(crate) fn check(self) -> Result<Self, LabError> {
        let bad = |text: String| Err(LabError::Scenario(text));
        if self.homes.len() > 250 {
            return bad("at most 250 homes".into());
        }
        for (at, home) in self.homes.iter().enumerate() {
            let name = &home.name;
            if name.is_empty() || name.len() > 8 || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
                return bad(format!("home name {name:?}: 1 to 8 letters or digits"));
            }
            if self.homes[..at].iter().any(|other| other.name == *name) || name == "server" || name == "isp" {
                return bad(format!("home name {name:?} is taken"));
            }
            let rates = [home.down_mbit, home.up_mbit];
            if rates.into_iter().flatten().any(|rate| !(0.01..=10_000.0).contains(&rate)) {
                return bad(format!("{name}: a rate lies between 0.01 and 10000 Mbit/s"));
            }
            if !(0.0..=2_000.0).contains(&home.rtt_ms) || !(1.0..=5_000.0).contains(&home.queue_ms) {
                return bad(format!("{name}: rtt_ms lies between 0 and 2000, queue_ms between 1 and 5000"));
            }
            if !(0.0..=100.0).contains(&home.loss_percent) {
                return bad(format!("{name}: loss_percent lies between 0 and 100"));
            }
        }
        Ok(self)
    }
}

impl Home {
    /// A home with an unlimited line without delay.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            down_mbit: None,
            up_mbit: None,
            rtt_ms: 0.0,
            queue_ms: default_queue_ms(),
            loss_percent: 0.0,
        }
    }

    /// The same rate in both directions.
    #[must_use]
    pub fn rate(mut self, mbit: f64) -> Self {
        self.down_mbit = Some(mbit);
        self.up_mbit = Some(mbit);
        self
    }

    /// The added round-trip time.
    #[must_use]
    pub fn rtt(mut self, rtt_ms: f64) -> Self {
        self.rtt_ms = rtt_ms;
        self
    }

    /// The depth of the queue.
    #[must_use]
    pub fn queue(mut self, queue_ms: f64) -> Self {
        self.queue_ms = queue_ms;
        self
    }

    /// Random loss towards the home.
    #[must_use]
    pub fn loss(mut self, percent: f64) -> Self {
        self.loss_percent = percent;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_file_reads_with_its_defaults() {
        let text = "[[home]]\nname = 'ada'\ndown_mbit = 25\nup_mbit = 5\nrtt_ms = 20\n[[home]]\nname = 'bo'";
        let scenario = Scenario::from_toml(text).expect("a valid scenario");
        assert_eq!(scenario.homes.len(), 2);
        assert_eq!(scenario.homes[0].up_mbit, Some(5.0));
        assert_eq!(scenario.homes[0].queue_ms, 100.0);
        assert_eq!(scenario.homes[1].down_mbit, None);
    }

    #[test]
    fn what_cannot_be_built_is_refused() {
        for text in [
            "[[home]]\nname = 'with space'",
            "[[home]]\nname = 'server'",
            "[[home]]\nname = 'a'\n[[home]]\nname = 'a'",
            "[[home]]\nname = 'a'\ndown_mbit = 0",
            "[[home]]\nname = 'a'\nrtt_ms = -1",
            "[[home]]\nname = 'a'\nloss_percent = 101",
            "[[home]]\nname = 'a'\nspeed = 3",
        ] {
            assert!(Scenario::from_toml(text).is_err(), "{text}");
        }
    }
}
