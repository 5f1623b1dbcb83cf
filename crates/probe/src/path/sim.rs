//! A network that is a table: which hops there are, what they keep silent about, what fits between them.

use std::{collections::VecDeque, net::IpAddr, time::Duration};

use super::{Answer, Net, Probe, Says};
use crate::{ProbeError, Unreachable};

/// A router, or as the last one the target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SimHop {
    /// Answers nothing.
    pub silent: bool,
    /// Leaves every second probe unanswered.
    pub lossy: bool,
    /// What fits on the link that leads here.
    pub mtu: u16,
    /// The router before says "too big"; else it drops.
    pub tells: bool,
    /// Says of what does not fit that this would; none: the true MTU.
    pub claims: Option<u32>,
    /// Refuses what passes.
    pub rejects: bool,
}

impl Default for SimHop {
    fn default() -> Self {
        Self { silent: false, lossy: false, mtu: 1500, tells: true, claims: None, rejects: false }
    }
}

/// The whole path, and how often it was asked.
pub(crate) struct Sim {
    pub hops: Vec<SimHop>,
    pub sent: Vec<Probe>,
    /// How often the time ran out.
    pub waits: usize,
    coming: VecDeque<Answer>,
}

impl Sim {
    pub fn new(hops: &[SimHop]) -> Self {
        Self { hops: hops.to_vec(), sent: Vec::new(), waits: 0, coming: VecDeque::new() }
    }

    /// The address of the hop with this TTL.
    pub fn address(ttl: usize) -> IpAddr {
        [192, 0, 2, ttl as u8].into()
    }

    fn fate(&self, probe: Probe) -> Option<(usize, Says)> {
        for (at, hop) in self.hops.iter().enumerate() {
            let ttl = at + 1;
            if probe.size > hop.mtu {
                let mtu = Some(hop.claims.unwrap_or(hop.mtu.into()));
                return hop.tells.then_some((at, Says::Stopped(Unreachable::TooBig { mtu })));
            }
            let lost = hop.lossy && probe.number.is_multiple_of(2);
            if ttl == self.hops.len() {
                return (!hop.silent && !lost).then_some((ttl, Says::Arrived));
            }
            if hop.rejects {
                return Some((ttl, Says::Stopped(Unreachable::Prohibited)));
            }
            if ttl == usize::from(probe.ttl) {
                return (!hop.silent && !lost).then_some((ttl, Says::Expired));
            }
        }
        None
    }
}

impl Net for Sim {
    async fn send(&mut self, probe: Probe) -> Result<Option<Unreachable>, ProbeError> {
        assert!(self.sent.iter().all(|sent| sent.number != probe.number), "{probe:?} twice");
        self.sent.push(probe);
        if self.hops.is_empty() {
            return Ok(Some(Unreachable::Net));
        }
        if probe.size > self.hops[0].mtu {
            return Ok(Some(Unreachable::TooBig { mtu: None }));
        }
        if let Some((ttl, says)) = self.fate(probe) {
            let rtt = Duration::from_millis(ttl as u64);
            self.coming.push_back(Answer { number: probe.number, from: Self::address(ttl), rtt, says });
        }
        Ok(None)
    }

    async fn next(&mut self) -> Result<Option<Answer>, ProbeError> {
        let answer = self.coming.pop_front();
        self.waits += usize::from(answer.is_none());
        Ok(answer)
    }
}
