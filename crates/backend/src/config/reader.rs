//! Reads typed values out of the flat map of settings and collects every problem instead of stopping at the first.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use super::settings::{SETTINGS, Setting, variable};

/// Settings as text: `section.key` → value.
pub type Vars = BTreeMap<String, String>;

/// What is wrong with a configuration, all of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl Problems {
    pub fn push(&mut self, key: &str, why: impl Display) {
        self.0.push(format!("{key} ({}): {why}", variable(key)));
    }
}

impl Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "The configuration cannot be used: {}", self.0.join("; "))
    }
}

impl std::error::Error for Problems {}

pub(super) struct Reader<'a> {
    vars: &'a Vars,
    pub problems: Problems,
}

impl<'a> Reader<'a> {
    pub fn new(vars: &'a Vars) -> Self {
        let mut problems = Problems::default();
        for key in vars.keys() {
            if !SETTINGS.iter().any(|setting| setting.key == key) {
                problems.push(key, "there is no such setting (`steadyline config check` lists them)");
            }
        }
        Self { vars, problems }
    }

    /// The text of a setting: what was set, else its default; `None` where both are empty.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        let default = SETTINGS.iter().find(|s| s.key == key).map_or("", |s| s.default);
        let text = self.vars.get(key).map_or(default, |value| value.trim());
        (!text.is_empty()).then_some(text)
    }

    /// Everything as it is in force, for people to read.
    pub fn texts(&self) -> BTreeMap<&'static str, String> {
        let shown = |setting: &'static Setting| {
            let text = self.text(setting.key).unwrap_or_default();
            (setting.key, if setting.secret && !text.is_empty() { "***" } else { text }.to_owned())
        };
        SETTINGS.iter().map(shown).collect()
    }

    pub fn owned(&self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    pub fn optional<T: FromStr<Err: Display>>(&mut self, key: &str) -> Option<T> {
        let text = self.text(key)?;
        text.parse().map_err(|why| self.problems.push(key, why)).ok()
    }

    /// A setting that has a default; on a problem any value stands in, since the whole is refused.
    pub fn required<T: FromStr<Err: Display> + Default>(&mut self, key: &str) -> T {
        if self.text(key).is_none() {
            self.problems.push(key, "a value is needed");
        }
        self.optional(key).unwrap_or_default()
    }

    /// As `required`, within bounds.
    pub fn within<T>(&mut self, key: &str, min: T, max: T) -> T
    where
        T: FromStr<Err: Display> + Default + PartialOrd + Display + Copy,
    {
        let problems = self.problems.0.len();
        let value: T = self.required(key);
        let fits = value >= min && value <= max;
        if !fits && self.problems.0.len() == problems {
            self.problems.push(key, format!("{value} is not between {min} and {max}"));
        }
        value
    }

    /// A comma-separated list.
    pub fn list<T: FromStr<Err: Display>>(&mut self, key: &str) -> Vec<T> {
        let text = self.text(key).unwrap_or_default();
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts
            .filter_map(|part| {
                part.parse().map_err(|why| self.problems.push(key, format!("`{part}`: {why}"))).ok()
            })
            .collect()
    }
}
