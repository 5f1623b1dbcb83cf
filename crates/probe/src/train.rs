//! A train of echoes at a fixed gap: loss with its interval, delay, jitter.

use std::{net::IpAddr, sync::Arc, time::Duration};

use domain::loss::{LossFigures, loss_figures};
use serde::Serialize;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::{Method, Pinger, ProbeError, Probed};

/// How a train runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Echoes.
    pub count: u16,
    /// Between the start of one and of the next.
    pub gap: Duration,
    /// How long an answer may take; answers may overtake each other.
    pub timeout: Duration,
}

/// What a train found.
#[derive(Clone, Debug, Serialize)]
pub struct Train {
    /// Where it went.
    pub target: IpAddr,
    /// How it was really made.
    pub method: Method,
    /// Loss, delay, jitter.
    #[serde(flatten)]
    pub figures: LossFigures,
    /// Each echo in the order sent.
    #[serde(skip)]
    pub echoes: Vec<Probed>,
}

/// Runs a train; `told` hears of each echo as it ends, with its number.
pub async fn train(
    pinger: &Arc<Pinger>,
    target: IpAddr,
    plan: Plan,
    mut told: impl FnMut(u16, &Probed),
) -> Result<Train, ProbeError> {
    // tokio refuses an interval of zero.
    let mut ticks = interval(plan.gap.max(Duration::from_millis(1)));
    // A gap that was missed is not made up for by a burst.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut running = JoinSet::new();
    let mut ended: Vec<Option<Probed>> = vec![None; plan.count.into()];
    let mut sent = 0;
    while sent < plan.count || !running.is_empty() {
        tokio::select! {
            _ = ticks.tick(), if sent < plan.count => {
                let (pinger, number) = (Arc::clone(pinger), sent);
                running.spawn(async move { (number, pinger.ping(target, plan.timeout).await) });
                sent += 1;
            }
            Some(done) = running.join_next() => {
                let broken = |error| ProbeError::system("wait for an echo", &target, std::io::Error::other(error));
                let (number, probed) = done.map_err(broken)?;
                let probed = probed?;
                told(number, &probed);
                ended[usize::from(number)] = Some(probed);
            }
        }
    }
    let echoes: Vec<Probed> = ended.into_iter().flatten().collect();
    let round_trips: Vec<_> =
        echoes.iter().map(|echo| echo.outcome.rtt().map(|rtt| rtt.as_secs_f64() * 1e3)).collect();
    let (Some(figures), Some(last)) = (loss_figures(&round_trips), echoes.last()) else {
        return Err(ProbeError::invalid("run a train", &target, "it has no echo"));
    };
    Ok(Train { target, method: last.method, figures, echoes })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::Bind;

    #[tokio::test]
    async fn a_train_keeps_its_gap_and_its_order() {
        let pinger = Arc::new(Pinger::new(Bind::default()));
        let plan = Plan { count: 10, gap: Duration::from_millis(20), timeout: Duration::from_secs(1) };
        let (started, mut heard) = (Instant::now(), Vec::new());
        let train =
            train(&pinger, [127, 0, 0, 1].into(), plan, |number, _| heard.push(number)).await.unwrap();
        assert!(started.elapsed() >= 9 * plan.gap, "{:?}", started.elapsed());
        heard.sort_unstable();
        assert_eq!(heard, (0..10).collect::<Vec<_>>());
        assert_eq!((train.figures.sent, train.figures.received), (10, 10));
        assert_eq!(train.echoes.len(), 10);
    }

    #[tokio::test]
    async fn a_train_without_echoes_is_refused() {
        let pinger = Arc::new(Pinger::new(Bind::default()));
        let plan = Plan { count: 0, gap: Duration::ZERO, timeout: Duration::from_secs(1) };
        assert!(train(&pinger, [127, 0, 0, 1].into(), plan, |_, _| ()).await.is_err());
    }
}
