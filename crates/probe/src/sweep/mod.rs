//! One echo to each of very many targets, spread evenly over a cycle.
//!
//! A burst would lose packets by itself and look like an outage: target n of N is due at n/N of the cycle, and a token
//! bucket keeps what was held up (a busy machine, a suspended one) from being made up for at once.

mod pace;

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use self::pace::Pace;
use crate::{Pinger, ProbeError, Probed};

/// How a sweep runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Over which time the targets are spread.
    pub cycle: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// Asks each target once; `told` hears of each as it ends, by its place in the list. Dropped, it stops.
pub async fn sweep(
    pinger: &Arc<Pinger>,
    targets: &[IpAddr],
    plan: Plan,
    told: impl FnMut(usize, Result<Probed, ProbeError>),
) {
    let ask = |at: usize| {
        let (pinger, target) = (Arc::clone(pinger), targets[at]);
        async move { pinger.ping(target, plan.timeout).await }
    };
    spread(targets.len(), plan.cycle, ask, told).await;
}

/// The same with any question: `ask` makes the one that belongs to a place, when that is due.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Bind;

    #[tokio::test]
    async fn each_target_is_asked_once_and_not_before_its_time() {
        let targets: Vec<IpAddr> = (0..500_u16).map(|n| [127, 2, (n >> 8) as u8, n as u8].into()).collect();
        let plan = Plan { cycle: Duration::from_millis(500), timeout: Duration::from_secs(1) };
        let pinger = Arc::new(Pinger::new(Bind::default()));
        let (started, mut heard) = (Instant::now(), vec![Duration::ZERO; targets.len()]);
        sweep(&pinger, &targets, plan, |at, probed| {
            assert!(probed.unwrap().outcome.is_answer());
            assert_eq!(std::mem::replace(&mut heard[at], started.elapsed()), Duration::ZERO, "{at} twice");
        })
        .await;
        for (at, heard) in heard.iter().enumerate() {
            let due = plan.cycle * at as u32 / 500;
            assert!(*heard >= due, "{at} answered after {heard:?}, due at {due:?}");
        }
    }

    #[tokio::test]
    async fn no_targets_take_no_time() {
        let plan = Plan { cycle: Duration::from_mins(1), timeout: Duration::from_secs(1) };
        let pinger = Arc::new(Pinger::new(Bind::default()));
        sweep(&pinger, &[], plan, |_, _| panic!("there is none")).await;
    }
}
