//! Where settings come from: a TOML file, then the environment, then flags; the later wins.

use std::path::Path;

use super::{
    reader::{Problems, Vars},
    settings::{SETTINGS, variable},
};

/// The variable that names the file; not a setting itself.
pub const FILE_VARIABLE: &str = "STEADYLINE_CONFIG";

/// Reads a TOML file into flat settings: `[speed] uplink_mbit = 100` is `speed.uplink_mbit`.
pub fn from_file(path: &Path) -> Result<Vars, Problems> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Problems(vec![format!("the file {} cannot be read ({e})", path.display())]))?;
    from_toml(&text).map_err(|why| Problems(vec![format!("the file {} is not TOML: {why}", path.display())]))
}

fn from_toml(text: &str) -> Result<Vars, String> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| e.message().to_owned())?;
    let mut vars = Vars::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(section) => {
                vars.extend(
                    section.into_iter().map(|(name, value)| (format!("{key}.{name}"), plain(&value))),
                );
            }
            value => {
                vars.insert(key, plain(&value));
            }
        }
    }
    Ok(vars)
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Picks the settings out of an environment. Unknown `STEADYLINE_…` names are kept, so that they are told.
pub fn from_environment(variables: impl Iterator<Item = (String, String)>) -> Vars {
    variables
        .filter(|(name, _)| name != FILE_VARIABLE)
        .filter_map(|(name, value)| {
            let known = SETTINGS.iter().find(|setting| variable(setting.key) == name);
            let key = match known {
                Some(setting) => setting.key.to_owned(),
                None => name.strip_prefix("STEADYLINE_")?.replace("__", ".").to_lowercase(),
            };
            Some((key, value))
        })
        .collect()
}

/// `section.key=value` of `--set`.
pub fn from_flags(flags: &[String]) -> Result<Vars, Problems> {
    let mut problems = Problems::default();
    let mut vars = Vars::new();
    for flag in flags {
        match flag.split_once('=') {
            Some((key, value)) => {
                vars.insert(key.trim().to_owned(), value.to_owned());
            }
            None => problems.0.push(format!("--set {flag} is not of the form section.key=value")),
        }
    }
    if problems.0.is_empty() { Ok(vars) } else { Err(problems) }
}
