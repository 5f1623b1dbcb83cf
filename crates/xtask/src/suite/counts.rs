//! Running tests and counting them.

use std::{
    io::{BufRead, BufReader},
    ops::AddAssign,
    process::{Command, Stdio},
    thread,
};

use anyhow::Context;

use crate::{
    check,
    cmd::{cargo, have},
};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    /// Of those that failed, as their runners call them: the end of a long log says them again.
    pub names: Vec<String>,
}

impl Counts {
    pub const ONE: Self = Self::of(1, 0);

    pub const fn of(passed: u64, failed: u64) -> Self {
        Self { passed, failed, names: Vec::new() }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.names.extend(other.names);
    }
}

/// The native workspace's tests by nextest, or by cargo's own runner where that is not installed.
pub fn rust_tests(filter: &[&str], env: &[(&str, &str)]) -> anyhow::Result<Counts> {
    let mut command = if have("cargo-nextest") {
        let mut nextest = cargo(&[
            "nextest",
            "run",
            "--no-fail-fast",
            "--status-level=fail",
            "--final-status-level=fail",
            "--cargo-quiet",
        ]);
        nextest.args(check::NATIVE).args(filter);
        nextest
    } else {
        let mut test = cargo(&["test", "--quiet", "--no-fail-fast", "--tests"]);
        // The filter in nextest's language is always "the backend's integration tests".
        test.args(if filter.is_empty() {
            check::NATIVE.to_vec()
        } else {
            vec!["--locked", "--package=backend", "--test=it"]
        });
        test
    };
    counted(command.envs(env.iter().copied()).env("INSTA_UPDATE", "no").env("NO_COLOR", "1"), rust_line)
}

/// Tests of netlab's stories that need the release binary and so are left out of the others; all whose names hold `name`.
pub fn ignored(name: &str) -> anyhow::Result<Counts> {
    let mut command = if have("cargo-nextest") {
        let filter = format!("package(netlab) & test({name})");
        let mut nextest = cargo(&["nextest", "run", "--no-fail-fast", "--cargo-quiet", "--run-ignored=only"]);
        nextest.args(check::NATIVE).args(["-E", &filter]);
        nextest
    } else {
        cargo(&[
            "test",
            "--quiet",
            "--locked",
            "--package=netlab",
            "--test=stories",
            "--",
            "--ignored",
            "--test-threads=1",
            name,
        ])
    };
    counted(command.env("STEADYLINE_BINARY", super::binary()).env("NO_COLOR", "1"), rust_line)
}

/// Runs a test program, shows what it writes and adds up what `read` finds in its lines. A failure that no line told of (it did
/// not compile, it crashed) is an error.
pub fn counted(command: &mut Command, read: fn(&str) -> Option<Counts>) -> anyhow::Result<Counts> {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("start the tests")?;
    let stderr = child.stderr.take().context("the tests' stderr")?;
    let stdout = child.stdout.take().context("the tests' stdout")?;
    let other = thread::spawn(move || follow(BufReader::new(stderr), read));
    let mut counts = follow(BufReader::new(stdout), read);
    counts += other.join().map_err(|_| anyhow::anyhow!("reading the tests' output"))?;
    let status = child.wait()?;
    anyhow::ensure!(status.success() || counts.failed > 0, "the tests did not run: {status}");
    anyhow::ensure!(counts != Counts::default(), "no test ran");
    Ok(counts)
}

fn follow(lines: impl BufRead, read: fn(&str) -> Option<Counts>) -> Counts {
    let mut counts = Counts::default();
    for line in lines.lines().map_while(Result::ok) {
        eprintln!("{line}");
        if let Some(found) = read(&line) {
            counts += found;
        }
        // nextest tells a failure twice: when it comes and at the end.
        if let Some(name) = failed_test(&line).filter(|name| !counts.names.iter().any(|told| told == name)) {
            counts.names.push(name.to_owned());
        }
    }
    counts
}

/// nextest: `FAIL [   0.6s] (183/255) backend config::tests::a`; Playwright: `✘  12 tests/a.spec.ts:27:1 › b (5.0s)`.
fn failed_test(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if let Some(told) = line.strip_prefix('✘') {
        return told.trim_start().split_once(' ').map(|(_, name)| name.trim());
    }
    let told =
        ["FAIL [", "TIMEOUT [", "SIGABRT [", "SIGSEGV ["].iter().find_map(|word| line.strip_prefix(word))?;
    told.split_once(") ").map(|(_, name)| name.trim())
}

/// nextest: `Summary [ 1.2s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped`; cargo: `test result: ok. 3 passed; 0 failed; …`.
fn rust_line(line: &str) -> Option<Counts> {
    let line = line.trim_start();
    let told = line
        .strip_prefix("test result:")
        .or_else(|| line.strip_prefix("Summary [")?.split_once("run:").map(|(_, rest)| rest))?;
    let mut counts = Counts::default();
    for part in told.split([',', ';', '.']) {
        let mut words = part.split_whitespace();
        if let (Some(number), Some(what)) =
            (words.next().and_then(|word| word.parse::<u64>().ok()), words.next())
        {
            match what {
                "passed" => counts.passed += number,
                "failed" | "timed" | "exec" => counts.failed += number,
                _ => {}
            }
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_summaries_of_both_runners() {
        let cases = [
            (
                "     Summary [   3.101s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped",
                Some((10, 2)),
            ),
            ("     Summary [   0.101s] 1 test run: 1 passed, 0 skipped", Some((1, 0))),
            ("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured", Some((3, 0))),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored", Some((3, 2))),
            ("12 passed", None),
        ];
        for (line, expected) in cases {
            assert_eq!(rust_line(line).map(|c| (c.passed, c.failed)), expected, "{line}");
        }
    }

    #[test]
    fn a_failure_is_named_once() {
        let log = "        PASS [   0.1s] (1/3) probe a::b\n        FAIL [   0.6s] (2/3) backend config::tests::c\n     \
                   Summary [   3.1s] 3 tests run: 2 passed, 1 failed, 0 skipped\n        FAIL [   0.6s] (2/3) backend \
                   config::tests::c\n  ✘  12 tests/later.spec.ts:58:1 › d is delivered (24.8s)\n";
        let counts = follow(log.as_bytes(), rust_line);
        assert_eq!((counts.passed, counts.failed), (2, 1));
        assert_eq!(
            counts.names,
            ["backend config::tests::c", "tests/later.spec.ts:58:1 › d is delivered (24.8s)"]
        );
    }
}
