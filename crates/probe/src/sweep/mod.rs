//! One echo to each of very many targets, spread evenly over a cycle.
//!
//! A burst would lose packets by itself and look like an outage: target n of N is due at n/N of the cycle, and a token
//! bucket keeps what was held up (a busy machine, a suspended one) from being made up for at once. Waking up costs more
//! than an echo does, so a sweep wakes every fiftieth of a second at most, and then sends, receives and gives up all
//! that is due (`batch`); round trips are by the kernel's stamps and do not feel it.

mod batch;
mod pace;
mod spread;

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

pub use self::spread::spread;
use self::{batch::Batch, pace::Pace};
use crate::{Pinger, ProbeError, Probed};

/// The time between two turns: 33 echoes, or two full frames, at 100,000 targets a minute.
const GRAIN: Duration = Duration::from_millis(20);

/// How a sweep runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Over which time the targets are spread.
    pub cycle: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// Asks each target once, through the pinger's door; `told` hears of each as it ends, by its place in the list.
/// Dropped, it stops.
pub async fn sweep(
    pinger: &Arc<Pinger>,
    targets: &[IpAddr],
    plan: Plan,
    mut told: impl FnMut(usize, Result<Probed, ProbeError>),
) {
    let started = Instant::now();
    let mut pace = Pace::new(targets.len(), plan.cycle);
    let mut ways = Ways { pinger, plan, v4: None, v6: None, by_tcp: JoinSet::new() };
    while pace.left() || ways.is_busy() {
        let turn = Instant::now();
        for at in pace.take(turn - started) {
            match ways.send(at, targets[at]) {
                Ok(true) => {}
                Ok(false) => {
                    pace.put_back(at);
                    break;
                }
                Err(error) => told(at, Err(error)),
            }
        }
        ways.turn(&mut told);
        let next = turn + GRAIN;
        let idle = pace.left() && !ways.is_busy();
        sleep_until(if idle { next.max(started + pace.next_at()) } else { next }).await;
    }
}

/// By what each family is asked, opened at the first need.
struct Ways<'a> {
    pinger: &'a Arc<Pinger>,
    plan: Plan,
    v4: Option<Batch>,
    v6: Option<Batch>,
    /// Where ICMP is not allowed.
    by_tcp: JoinSet<batch::Told>,
}

impl Ways<'_> {
    fn is_busy(&self) -> bool {
        !self.by_tcp.is_empty() || [&self.v4, &self.v6].into_iter().flatten().any(Batch::is_busy)
    }

    /// `false` where there is no room now.
    fn send(&mut self, at: usize, target: IpAddr) -> Result<bool, ProbeError> {
        let way = if target.is_ipv4() { &mut self.v4 } else { &mut self.v6 };
        if way.is_none() {
            *way = Batch::open(target, self.pinger.bind(), self.plan.timeout)?;
        }
        if let Some(batch) = way {
            return Ok(batch.send(at, target));
        }
        let (pinger, timeout) = (Arc::clone(self.pinger), self.plan.timeout);
        self.by_tcp.spawn(async move { (at, pinger.ping(target, timeout).await) });
        Ok(true)
    }

    fn turn(&mut self, told: &mut impl FnMut(usize, Result<Probed, ProbeError>)) {
        for batch in [&mut self.v4, &mut self.v6].into_iter().flatten() {
            batch.turn().for_each(|(at, probed)| told(at, probed));
        }
        while let Some(done) = self.by_tcp.try_join_next() {
            match done {
                Ok((at, probed)) => told(at, probed),
                // Nobody aborts these tasks but the set itself; a panic goes on where it can be seen.
                Err(error) => {
                    if let Ok(panic) = error.try_into_panic() {
                        std::panic::resume_unwind(panic);
                    }
                }
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
    async fn each_of_both_families_gets_its_own_outcome() {
        // Nothing answers at the second: loopback knows no other address of IPv6.
        let targets: [IpAddr; 3] = ["::1", "::2", "127.3.0.1"].map(|target| target.parse().unwrap());
        let plan = Plan { cycle: Duration::from_millis(30), timeout: Duration::from_millis(300) };
        let pinger = Arc::new(Pinger::new(Bind::interface("lo")));
        let mut heard = [const { None }; 3];
        sweep(&pinger, &targets, plan, |at, probed| {
            assert!(heard[at].replace(probed.unwrap().outcome).is_none(), "{at} twice");
        })
        .await;
        let answered = heard.map(|outcome| outcome.unwrap().is_answer());
        assert_eq!(answered, [true, false, true]);
    }

    #[tokio::test]
    async fn an_interface_that_is_not_there_is_told_for_each() {
        let plan = Plan { cycle: Duration::from_millis(20), timeout: Duration::from_secs(1) };
        let pinger = Arc::new(Pinger::new(Bind::interface("nl-none0")));
        let mut told = 0;
        sweep(&pinger, &[[127, 0, 0, 1].into(); 4], plan, |_, probed| {
            assert!(matches!(probed, Err(ProbeError::NoInterface { .. })), "{probed:?}");
            told += 1;
        })
        .await;
        assert_eq!(told, 4);
    }

    #[tokio::test]
    async fn no_targets_take_no_time() {
        let plan = Plan { cycle: Duration::from_mins(1), timeout: Duration::from_secs(1) };
        let pinger = Arc::new(Pinger::new(Bind::default()));
        sweep(&pinger, &[], plan, |_, _| panic!("there is none")).await;
    }
}
