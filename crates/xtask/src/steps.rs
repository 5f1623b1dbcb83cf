//! Announces each step and keeps the time it took.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

static TAKEN: Mutex<Vec<(String, Duration)>> = Mutex::new(Vec::new());

/// Runs `work` as a named step.
pub fn step<T>(name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("▸ {name}");
    let begun = Instant::now();
    let outcome = work();
    let taken = begun.elapsed();
    eprintln!("  {} in {}", if outcome.is_ok() { "done" } else { "FAILED" }, seconds(taken));
    TAKEN.lock().expect("no step panics while it holds this").push((name.to_owned(), taken));
    outcome
}

/// Says that a step had nothing to do.
pub fn unchanged(name: &str) {
    eprintln!("▸ {name}: unchanged");
}

/// Says something below a step.
pub fn note(text: &str) {
    eprintln!("  {text}");
}

/// Prints the steps and their times.
pub fn table() {
    let taken = TAKEN.lock().expect("no step panics while it holds this");
    if taken.is_empty() {
        return;
    }
    eprintln!("\n{:>9}  step", "time");
    for (name, time) in taken.iter() {
        eprintln!("{:>9}  {name}", seconds(*time));
    }
    eprintln!("{:>9}  together", seconds(taken.iter().map(|(_, time)| *time).sum()));
}

fn seconds(time: Duration) -> String {
    let whole = time.as_secs_f64();
    if whole < 60.0 {
        format!("{whole:.1} s")
    } else {
        format!("{} min {:02.0} s", (whole / 60.0) as u64, whole % 60.0)
    }
}
