//! Announces each step and keeps the time it took.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// A finished step; how deep it stands within others.
struct Taken {
    name: String,
    depth: usize,
    time: Duration,
}

struct Steps {
    taken: Vec<Taken>,
    open: usize,
}

static STEPS: Mutex<Steps> = Mutex::new(Steps { taken: Vec::new(), open: 0 });

/// Runs `work` as a named step.
pub fn step<T>(name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("▸ {name}");
    let begun = Instant::now();
    let steps = || STEPS.lock().expect("no step panics while it holds this");
    steps().open += 1;
    let outcome = work();
    let time = begun.elapsed();
    eprintln!("  {} in {}", if outcome.is_ok() { "done" } else { "FAILED" }, seconds(time));
    let mut steps = steps();
    steps.open -= 1;
    let depth = steps.open;
    steps.taken.push(Taken { name: name.to_owned(), depth, time });
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

/// Prints the steps and their times, those within another before it and set in; together they are what the outer took.
pub fn table() {
    let steps = STEPS.lock().expect("no step panics while it holds this");
    if steps.taken.is_empty() {
        return;
    }
    eprintln!("\n{:>9}  step", "time");
    for Taken { name, depth, time } in &steps.taken {
        eprintln!("{:>9}  {:indent$}{name}", seconds(*time), "", indent = depth * 2);
    }
    let outer = steps.taken.iter().filter(|step| step.depth == 0);
    eprintln!("{:>9}  together", seconds(outer.map(|step| step.time).sum()));
}

fn seconds(time: Duration) -> String {
    let whole = time.as_secs_f64();
    if whole < 60.0 {
        format!("{whole:.1} s")
    } else {
        format!("{} min {:02.0} s", (whole / 60.0) as u64, whole % 60.0)
    }
}
