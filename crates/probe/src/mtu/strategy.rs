//! The search: what routers say is tried first, else the middle. Pure but for the net it is given.

use super::Limit;
use crate::{
    ProbeError, Unreachable,
    path::{Net, Probe, Says},
};

/// What every host must take (RFC 791), and enough for an echo.
pub(super) const SMALLEST_V4: u16 = 68;
/// What every link carries (RFC 8200 §5).
pub(super) const SMALLEST_V6: u16 = 1280;
/// Jumbo frames; what is larger is no link of a path.
const LARGEST: u16 = 9216;
/// More probes of a size that brought nothing: loss must not look like a limit.
const AGAIN: u16 = 2;
const TTL: u8 = 64;

/// What became of a size.
enum Fate {
    Fits,
    /// A router, or this machine (no address), says that it does not.
    Told {
        mtu: Option<u32>,
        limit: Limit,
    },
    Silent,
}

struct Search<'a, N> {
    net: &'a mut N,
    number: u16,
}

/// The largest size that arrives, and what limits it.
pub(super) async fn run(net: &mut impl Net, smallest: u16) -> Result<(Option<u16>, Limit), ProbeError> {
    let mut search = Search { net, number: 0 };
    match search.try_size(smallest).await? {
        Fate::Fits => {}
        Fate::Told { limit, .. } => return Ok((None, limit)),
        Fate::Silent => return Ok((None, Limit::NoAnswer)),
    }
    // Fits, and does not: the answer is the lowest once they are neighbours.
    let (mut fits, mut beyond, mut limit) = (smallest, LARGEST + 1, Limit::None);
    let mut next = LARGEST;
    while fits + 1 < beyond {
        let mut said = None;
        match search.try_size(next).await? {
            Fate::Fits => fits = next,
            Fate::Told { mtu, limit: by } => {
                (beyond, limit) = (next, by);
                said = mtu.and_then(|mtu| u16::try_from(mtu).ok());
            }
            Fate::Silent => (beyond, limit) = (next, Limit::BlackHole),
        }
        // What a router says is tried, not believed; then the size above it; then the middle.
        next = match said {
            Some(said) if said > fits && said < beyond => said,
            _ if fits == next && limit_was_said(limit) => fits + 1,
            _ => fits + (beyond - fits) / 2,
        };
    }
    Ok((Some(fits), limit))
}

/// After a size that a router named has arrived, the one above it decides at once.
fn limit_was_said(limit: Limit) -> bool {
    matches!(limit, Limit::Router { .. })
}

impl<N: Net> Search<'_, N> {
    /// One probe, and more if it brought nothing.
    async fn try_size(&mut self, size: u16) -> Result<Fate, ProbeError> {
        for count in [1, AGAIN] {
            let first = self.number;
            for _ in 0..count {
                let refused = self.net.send(Probe { number: self.number, ttl: TTL, size }).await?;
                self.number += 1;
                match refused {
                    None => {}
                    Some(Unreachable::TooBig { mtu }) => {
                        return Ok(Fate::Told { mtu, limit: Limit::OwnInterface });
                    }
                    Some(_) => return Ok(Fate::Silent),
                }
            }
            while let Some(answer) = self.net.next().await? {
                // Answers to earlier sizes say nothing of this one.
                if answer.number < first {
                    continue;
                }
                match answer.says {
                    Says::Arrived => return Ok(Fate::Fits),
                    Says::Stopped(Unreachable::TooBig { mtu }) => {
                        return Ok(Fate::Told { mtu, limit: Limit::Router { from: answer.from } });
                    }
                    Says::Expired | Says::Stopped(_) => {}
                }
            }
        }
        Ok(Fate::Silent)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::path::sim::{Sim, SimHop};

    fn hop(mtu: u16) -> SimHop {
        SimHop { mtu, ..SimHop::default() }
    }

    fn mute(mtu: u16) -> SimHop {
        SimHop { tells: false, ..hop(mtu) }
    }

    fn search(path: &[SimHop]) -> (Option<u16>, Limit, Sim) {
        let mut sim = Sim::new(path);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (mtu, limit) = runtime.block_on(run(&mut sim, SMALLEST_V4)).unwrap();
        (mtu, limit, sim)
    }

    fn router(ttl: usize) -> Limit {
        Limit::Router { from: Sim::address(ttl) }
    }

    #[rstest]
    #[case::own_link(&[hop(1500), hop(1500)], Some(1500), Limit::OwnInterface)]
    #[case::a_router_says_1400(&[hop(1500), hop(1400), hop(1500)], Some(1400), router(1))]
    #[case::two_steps(&[hop(1500), hop(1480), hop(1400)], Some(1400), router(2))]
    #[case::nobody_says_it(&[hop(1500), mute(1400), hop(1500)], Some(1400), Limit::BlackHole)]
    #[case::told_above_silent_below(&[hop(1500), hop(1450), mute(1400)], Some(1400), Limit::BlackHole)]
    #[case::jumbo_all_the_way(&[hop(9216), hop(9216)], Some(9216), Limit::None)]
    #[case::no_mtu_said(&[hop(1500), SimHop { claims: Some(0), ..hop(1400) }], Some(1400), router(1))]
    #[case::too_small_a_claim(&[hop(1500), SimHop { claims: Some(600), ..hop(1400) }], Some(1400), router(1))]
    #[case::too_large_a_claim(&[hop(1500), SimHop { claims: Some(1499), ..hop(1400) }], Some(1400), router(1))]
    #[case::loss_is_no_limit(&[hop(1500), SimHop { lossy: true, ..hop(1500) }], Some(1500), Limit::OwnInterface)]
    #[case::silent_target(&[hop(1500), SimHop { silent: true, ..hop(1500) }], None, Limit::NoAnswer)]
    #[case::no_way_out(&[], None, Limit::NoAnswer)]
    fn limits(#[case] path: &[SimHop], #[case] found: Option<u16>, #[case] limited: Limit) {
        let (mtu, limit, _) = search(path);
        assert_eq!((mtu, limit), (found, limited));
    }

    #[test]
    fn a_router_that_speaks_saves_the_search() {
        let (_, _, told) = search(&[hop(9216), hop(1400)]);
        assert!(told.sent.len() <= 4, "{} probes", told.sent.len());
        let (_, _, mute) = search(&[hop(9216), mute(1400)]);
        // A binary search of 68 to 9216 takes 14 steps of three probes at most.
        assert!(mute.sent.len() <= 45, "{} probes", mute.sent.len());
    }
}
