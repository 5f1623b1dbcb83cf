//! Who may test now, who waits, who is sent away (measurement.md §1, admission).
//!
//! A test that shares this server's uplink with others measures the others. So tests run side by side only while
//! their expected rates together take at most half of the uplink; an unknown uplink carries one test at a time. A test
//! always runs when nothing else does, however fast its line is thought to be.

use std::collections::VecDeque;

/// Half of the uplink stays free, so that a test never finds the uplink full.
pub const UPLINK_SHARE: f64 = 0.5;
/// Assumed of a line that was never measured, Mbit/s: the most common fixed-line plan's order of size.
pub const UNKNOWN_LINE_MBIT: f64 = 100.0;
/// One full run from turn to result, for `Retry-After` and the shown waiting time.
pub const TEST_SECONDS: u32 = 30;

/// The answer to a test that wants to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// Run now.
    Now,
    /// So many waiting tests come before this one (0: the next).
    Queued(u32),
    /// Come back later.
    Full {
        /// For `Retry-After`.
        retry_after_s: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Test {
    id: u64,
    expected_mbit: f64,
}

/// What the operator allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdmissionLimits {
    /// This server's uplink in Mbit/s; `None` is unknown.
    pub uplink_mbit: Option<f64>,
    /// Tests at one time, however fast the uplink is.
    pub concurrent: usize,
    /// Tests that may wait. Waiting longer than five tests (some three minutes) is worse than being told to come back.
    pub queue: usize,
}

impl Default for AdmissionLimits {
    fn default() -> Self {
        Self { uplink_mbit: None, concurrent: 64, queue: 5 }
    }
}

/// The running tests and the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    limits: AdmissionLimits,
    running: Vec<Test>,
    queue: VecDeque<Test>,
}

impl Admission {
    /// Nothing runs yet. An uplink that is no positive rate counts as unknown.
    pub fn new(mut limits: AdmissionLimits) -> Self {
        limits.uplink_mbit = limits.uplink_mbit.filter(|mbit| mbit.is_finite() && *mbit > 0.0);
        Self { limits, running: Vec::new(), queue: VecDeque::new() }
    }

    /// A test with a token asks: it may wait.
    pub fn ask(&mut self, id: u64, expected_mbit: f64) -> Admitted {
        let test = Test { id, expected_mbit: plausible(expected_mbit) };
        // Whoever waits goes first, even when a small test would still fit.
        if self.queue.is_empty() && self.fits(test) {
            self.running.push(test);
            return Admitted::Now;
        }
        if self.queue.len() >= self.limits.queue {
            return self.full();
        }
        self.queue.push_back(test);
        Admitted::Queued(self.queue.len() as u32 - 1)
    }

    /// A client that cannot wait (ndt7, LibreSpeed, the server's own test) asks: now or not at all.
    pub fn ask_now(&mut self, id: u64, expected_mbit: f64) -> Admitted {
        let test = Test { id, expected_mbit: plausible(expected_mbit) };
        if self.queue.is_empty() && self.fits(test) {
            self.running.push(test);
            return Admitted::Now;
        }
        self.full()
    }

    /// A test has ended, or gave up waiting; answers whose turn it is now.
    pub fn leave(&mut self, id: u64) -> Vec<u64> {
        self.running.retain(|test| test.id != id);
        self.queue.retain(|test| test.id != id);
        let mut turns = Vec::new();
        while let Some(&next) = self.queue.front() {
            if !self.fits(next) {
                break;
            }
            self.queue.pop_front();
            self.running.push(next);
            turns.push(next.id);
        }
        turns
    }

    /// The waiting tests in their order: the place of each is its index.
    pub fn waiting(&self) -> impl Iterator<Item = u64> {
        self.queue.iter().map(|test| test.id)
    }

    /// How many tests run now.
    pub fn running(&self) -> u32 {
        self.running.len() as u32
    }

    fn fits(&self, test: Test) -> bool {
        let taken: f64 = self.running.iter().map(|test| test.expected_mbit).sum();
        match self.limits.uplink_mbit {
            _ if self.running.is_empty() => true,
            _ if self.running.len() >= self.limits.concurrent => false,
            Some(uplink) => taken + test.expected_mbit <= uplink * UPLINK_SHARE,
            None => false,
        }
    }

    fn full(&self) -> Admitted {
        let before = self.queue.len() as u32 + 1;
        Admitted::Full { retry_after_s: TEST_SECONDS * before }
    }
}

fn plausible(mbit: f64) -> f64 {
    if mbit.is_finite() && mbit > 0.0 { mbit } else { UNKNOWN_LINE_MBIT }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn uplink(uplink_mbit: Option<f64>) -> Admission {
        Admission::new(AdmissionLimits { uplink_mbit, ..AdmissionLimits::default() })
    }

    #[test]
    fn an_unknown_uplink_carries_one_test_and_queues_five() {
        let mut admission = uplink(None);
        assert_eq!(admission.ask(1, 10.0), Admitted::Now);
        for place in 0..5 {
            assert_eq!(admission.ask(2 + u64::from(place), 10.0), Admitted::Queued(place));
        }
        assert_eq!(admission.ask(7, 10.0), Admitted::Full { retry_after_s: 180 });
        assert_eq!(admission.leave(1), [2]);
        assert_eq!(admission.waiting().collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert_eq!(admission.running(), 1);
    }

    #[rstest]
    #[case::half_is_for_tests(1000.0, &[100.0; 6], 5)]
    #[case::one_runs_however_fast(100.0, &[900.0, 10.0], 1)]
    #[case::nonsense_counts_as_an_unknown_line(400.0, &[f64::NAN, -5.0, 1.0], 2)]
    fn tests_share_half_of_a_known_uplink(
        #[case] uplink_mbit: f64,
        #[case] rates: &[f64],
        #[case] running: u32,
    ) {
        let mut admission = uplink(Some(uplink_mbit));
        for (id, rate) in rates.iter().enumerate() {
            admission.ask(id as u64, *rate);
        }
        assert_eq!(admission.running(), running);
    }

    #[test]
    fn a_small_test_does_not_overtake_who_waits() {
        let mut admission = uplink(Some(400.0));
        assert_eq!(admission.ask(1, 150.0), Admitted::Now);
        assert_eq!(admission.ask(2, 100.0), Admitted::Queued(0));
        assert_eq!(admission.ask(3, 10.0), Admitted::Queued(1));
        assert!(matches!(admission.ask_now(4, 10.0), Admitted::Full { .. }));
        assert_eq!(admission.leave(1), [2, 3]);
    }

    #[test]
    fn who_gives_up_waiting_makes_room() {
        let mut admission = uplink(None);
        admission.ask(1, 1.0);
        admission.ask(2, 1.0);
        admission.ask(3, 1.0);
        assert!(admission.leave(2).is_empty());
        assert_eq!(admission.leave(1), [3]);
    }

    proptest! {
        #[test]
        fn never_too_many_and_nobody_is_forgotten(
            uplink_mbit in proptest::option::of(1.0..2000.0),
            steps in proptest::collection::vec((0u8..3, 0u64..20, -10.0..1500.0), 0..200),
        ) {
            let mut admission = uplink(uplink_mbit);
            let mut next = 0;
            for (what, which, rate) in steps {
                match what {
                    0 => { next += 1; admission.ask(next, rate); }
                    1 => { next += 1; admission.ask_now(next, rate); }
                    _ => { admission.leave(which); }
                }
                prop_assert!(admission.queue.len() <= 5);
                prop_assert!(admission.running() > 0 || admission.queue.is_empty());
                if uplink_mbit.is_none() { prop_assert!(admission.running() <= 1); }
            }
        }
    }
}
