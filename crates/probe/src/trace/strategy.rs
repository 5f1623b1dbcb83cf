//! In which order hops are asked, and when it is enough. Pure but for the net it is given.

use super::{End, Hop, HopAnswer, Plan};
use crate::{
    ProbeError,
    path::{Net, Probe, Says},
};

/// Hops that are asked at the same time where answers can be told apart. Each hop gets one probe a round, since routers
/// answer in bursts of a few only (Linux: six, then one a second and asker).
pub(super) const ICMP_AT_ONCE: u8 = 8;
/// Bytes of a probe, small enough for every link and large enough for its marks.
const SIZE: u16 = 80;

struct Walk {
    queries: u8,
    hops: Vec<Hop>,
    /// The nearest TTL at which it ended, and how.
    end: Option<(u8, End)>,
}

/// Walks the path with so many hops at once.
pub(super) async fn run(net: &mut impl Net, plan: Plan, at_once: u8) -> Result<(Vec<Hop>, End), ProbeError> {
    let mut walk = Walk { queries: plan.queries.max(1), hops: Vec::new(), end: None };
    let mut ttl = 1;
    while ttl <= plan.max_hops && walk.end.is_none() && walk.silent() < usize::from(plan.silent_hops) {
        let last = plan.max_hops.min(ttl.saturating_add(at_once.max(1) - 1));
        walk.hops.extend((ttl..=last).map(|ttl| Hop { ttl, sent: 0, answers: Vec::new() }));
        for query in 0..walk.queries {
            let last = walk.end.map_or(last, |(end, _)| end.min(last));
            walk.round(net, ttl..=last, query).await?;
        }
        ttl = last + 1;
    }
    Ok(walk.finish(plan))
}

impl Walk {
    /// One probe to each of the hops, then all answers.
    async fn round(
        &mut self,
        net: &mut impl Net,
        ttls: std::ops::RangeInclusive<u8>,
        query: u8,
    ) -> Result<(), ProbeError> {
        let mut open = 0_usize;
        for ttl in ttls {
            let number = u16::from(ttl - 1) * u16::from(self.queries) + u16::from(query);
            self.hops[usize::from(ttl) - 1].sent += 1;
            match net.send(Probe { number, ttl, size: SIZE }).await? {
                None => open += 1,
                Some(code) => {
                    // This machine knows no way: no hop will.
                    self.end = Some((0, End::Stopped(code)));
                    return Ok(());
                }
            }
        }
        while open > 0 {
            let Some(answer) = net.next().await? else { break };
            let ttl = answer.number / u16::from(self.queries) + 1;
            let Some(hop) = self.hops.get_mut(usize::from(ttl) - 1) else { continue };
            open -= 1;
            // A double answer would make more of them than were asked for.
            if hop.answers.len() < usize::from(hop.sent) {
                hop.answers.push(HopAnswer { from: answer.from, rtt: answer.rtt });
            }
            let end = match answer.says {
                Says::Expired => continue,
                Says::Arrived => End::Reached,
                Says::Stopped(code) => End::Stopped(code),
            };
            let nearer = self.end.is_none_or(|(before, _)| ttl < u16::from(before));
            if nearer {
                self.end = Some((hop.ttl, end));
            }
        }
        Ok(())
    }

    /// Hops without an answer since the last one with.
    fn silent(&self) -> usize {
        self.hops.iter().rev().take_while(|hop| hop.answers.is_empty()).count()
    }

    /// Leaves off what lies beyond the end.
    fn finish(mut self, plan: Plan) -> (Vec<Hop>, End) {
        if let Some((ttl, end)) = self.end {
            self.hops.truncate(ttl.into());
            return (self.hops, end);
        }
        let limit = usize::from(plan.silent_hops);
        if self.silent() < limit {
            return (self.hops, End::TooFar);
        }
        self.hops.truncate(self.hops.len() - self.silent() + limit);
        (self.hops, End::Silent)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{
        Unreachable,
        path::sim::{Sim, SimHop},
    };

    const OK: SimHop =
        SimHop { silent: false, lossy: false, mtu: 1500, tells: true, claims: None, rejects: false };
    const SILENT: SimHop = SimHop { silent: true, ..OK };
    const LOSSY: SimHop = SimHop { lossy: true, ..OK };
    const WALL: SimHop = SimHop { rejects: true, ..OK };

    fn walk(hops: &[SimHop], at_once: u8) -> (Vec<Hop>, End, Sim) {
        let mut sim = Sim::new(hops);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (hops, end) = runtime.block_on(run(&mut sim, Plan::default(), at_once)).unwrap();
        (hops, end, sim)
    }

    /// Per hop the answers, as "3": three; and how it ended.
    #[rstest]
    #[case::next_door(&[OK], "3", End::Reached)]
    #[case::three_routers(&[OK, OK, OK, OK], "3333", End::Reached)]
    #[case::a_silent_router_is_a_gap(&[OK, SILENT, OK], "303", End::Reached)]
    #[case::longer_than_one_batch(&[OK; 12], "333333333333", End::Reached)]
    #[case::four_silent_are_gone_over(&[OK, SILENT, SILENT, SILENT, SILENT, OK], "300003", End::Reached)]
    #[case::five_silent_end_it(&[OK, SILENT, SILENT, SILENT, SILENT, SILENT, SILENT], "300000", End::Silent)]
    #[case::nobody_answers(&[SILENT; 9], "00000", End::Silent)]
    #[case::a_filter(&[OK, WALL, OK], "33", End::Stopped(Unreachable::Prohibited))]
    #[case::no_way_out(&[], "", End::Stopped(Unreachable::Net))]
    #[case::thirty_are_enough(&[OK; 40], "333333333333333333333333333333", End::TooFar)]
    fn paths(#[case] path: &[SimHop], #[case] answers: &str, #[case] ended: End) {
        for at_once in [1, ICMP_AT_ONCE] {
            let (hops, end, _) = walk(path, at_once);
            let counts: String = hops.iter().map(|hop| hop.answers.len().to_string()).collect();
            assert_eq!((counts.as_str(), end), (answers, ended), "{at_once} at once");
        }
    }

    #[test]
    fn hops_are_named_in_order_with_their_time() {
        let (hops, _, _) = walk(&[OK, LOSSY, OK], ICMP_AT_ONCE);
        for (at, hop) in hops.iter().enumerate() {
            assert_eq!(usize::from(hop.ttl), at + 1);
            assert!(hop.answers.iter().all(|answer| answer.from == Sim::address(at + 1)));
        }
        // Numbers 3, 4, 5 went to the lossy one; it leaves out the even ones.
        assert_eq!((hops[1].answers.len(), hops[1].sent), (2, 3));
        assert!((hops[1].loss() - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_known_end_is_not_passed_again() {
        let (_, _, sim) = walk(&[OK, OK], ICMP_AT_ONCE);
        let beyond = sim.sent.iter().filter(|probe| probe.ttl > 2).count();
        assert_eq!(beyond, 6, "only the first round may shoot past the target");
        assert_eq!(walk(&[OK, OK], 1).2.sent.len(), 6);
    }
}
