//! The same even schedule for questions of any kind (an echo here, a TCP connect there), each a task of its own.

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::pace::Pace;

/// Asks `count` questions, spread over `cycle`: `ask` makes the one that belongs to a place when that is due, `told`
/// hears each answer. Dropped, it stops.
pub async fn spread<T, F>(
    count: usize,
    cycle: Duration,
    ask: impl Fn(usize) -> F,
    mut told: impl FnMut(usize, T),
) where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let started = Instant::now();
    let mut pace = Pace::new(count, cycle);
    let mut running = JoinSet::new();
    while pace.left() || !running.is_empty() {
        tokio::select! {
            // In this order a flood of answers cannot hold up what is due.
            biased;
            () = sleep_until(started + pace.next_at()), if pace.left() => {
                for at in pace.take(started.elapsed()) {
                    let asked = ask(at);
                    running.spawn(async move { (at, asked.await) });
                }
            }
            Some(done) = running.join_next() => {
                let (at, answer) = match done {
                    Ok(done) => done,
                    // Nobody aborts these tasks but the set itself; a panic goes on where it can be seen.
                    Err(error) => match error.try_into_panic() {
                        Ok(panic) => std::panic::resume_unwind(panic),
                        Err(_) => continue,
                    },
                };
                told(at, answer);
            }
        }
    }
}
