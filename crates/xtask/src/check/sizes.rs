//! The budgets of lengths: a tail must be visible before it grows.
//!
//! Anchors: crates.io has 77/362 (median/p95 of production lines a file), lemmy-ui-leptos 22/132. rustfmt's indentation makes
//! a parser unnecessary: an item ends at the first line that is its closing brace at its own depth.

use std::{fs, path::PathBuf};

use anyhow::ensure;

use crate::{paths, stamp, steps::note};

const FILE: usize = 500;
const FUNCTION: usize = 70;
/// A Leptos component is mostly its view.
const COMPONENT: usize = 80;
const SPEC: usize = 150;

/// Folders with production code; entities and migrations are lists by nature.
const CODE: [&str; 4] = ["app", "frontend", "server", "crates"];

struct Length {
    lines: usize,
    what: String,
    limit: usize,
}

/// Prints the ten longest of each, fails beyond a hard stop.
pub fn check() -> anyhow::Result<()> {
    let (mut files, mut functions) = (Vec::new(), Vec::new());
    for file in sources(&CODE, ".rs")? {
        let name = file.strip_prefix(paths::root())?.to_string_lossy().into_owned();
        if name.contains("/entities/") {
            continue;
        }
        let text = fs::read_to_string(&file)?;
        let production = production(&text);
        if !name.contains("/tests/") {
            files.push(Length { lines: production.len(), what: name.clone(), limit: FILE });
        }
        functions.extend(lengths_of_functions(&production, &name));
    }
    for file in sources(&["end2end/tests"], ".spec.ts")? {
        let name = file.strip_prefix(paths::root())?.to_string_lossy().into_owned();
        files.push(Length { lines: fs::read_to_string(&file)?.lines().count(), what: name, limit: SPEC });
    }
    let wrong = [report("files", files), report("functions", functions)].concat();
    ensure!(wrong.is_empty(), "too long:\n{}", wrong.join("\n"));
    Ok(())
}

fn sources(folders: &[&str], ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    let folders: Vec<_> = folders.iter().map(|folder| paths::root().join(folder)).collect();
    let mut files = stamp::list(&folders)?;
    files.retain(|file| file.to_string_lossy().ends_with(ending));
    Ok(files)
}

/// The lines before the inline tests.
fn production(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    let tests = lines
        .windows(2)
        .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{'));
    lines.truncate(tests.unwrap_or(lines.len()));
    lines
}

fn lengths_of_functions(lines: &[&str], file: &str) -> Vec<Length> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let Some(name) = function_name(bare) else { continue };
        let depth = &line[..line.len() - bare.len()];
        let end = format!("{depth}}}");
        let Some(length) = lines[start..].iter().position(|line| *line == end) else { continue };
        let component =
            lines[start.saturating_sub(4)..start].iter().any(|line| line.trim().starts_with("#[component"));
        let limit = if component { COMPONENT } else { FUNCTION };
        found.push(Length { lines: length + 1, what: format!("{file}:{} {name}", start + 1), limit });
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    if line.ends_with(';') || line.ends_with("}") {
        return None;
    }
    let (before, after) = line.split_once("fn ")?;
    let words = ["pub", "pub(crate)", "pub(super)", "async", "const", "unsafe", "extern", "\"C\""];
    before
        .split_whitespace()
        .all(|word| words.contains(&word))
        .then(|| after.split(['(', '<']).next().unwrap_or(after))
}

fn report(what: &str, mut lengths: Vec<Length>) -> Vec<String> {
    lengths.sort_by_key(|length| std::cmp::Reverse(length.lines));
    let at = |share: f64| {
        lengths.get((lengths.len() as f64 * (1.0 - share)) as usize).map_or(0, |length| length.lines)
    };
    note(&format!("{} {what}: median {}, p95 {}; the ten longest:", lengths.len(), at(0.5), at(0.95)));
    for length in lengths.iter().take(10) {
        note(&format!("{:>5}  {}", length.lines, length.what));
    }
    let over = lengths.iter().filter(|length| length.lines > length.limit);
    over.map(|length| format!("{} has {} lines, the stop is {}", length.what, length.lines, length.limit))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_not_production() {
        assert_eq!(production("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n").len(), 1);
    }

    #[test]
    fn a_function_ends_at_its_own_depth() {
        let text = "impl X {\n    pub async fn long(\n        a: u8,\n    ) -> u8 {\n        if a {\n        }\n    }\n}\n";
        let found = lengths_of_functions(&text.lines().collect::<Vec<_>>(), "x.rs");
        assert_eq!(
            found.iter().map(|f| (f.what.as_str(), f.lines)).collect::<Vec<_>>(),
            [("x.rs:2 long", 6)]
        );
    }

    #[test]
    fn what_is_too_long_is_named() {
        let text = format!("fn long() {{\n{}}}\n", "    x();\n".repeat(FUNCTION));
        let found = lengths_of_functions(&text.lines().collect::<Vec<_>>(), "x.rs");
        assert_eq!(report("functions", found).len(), 1);
    }
}
