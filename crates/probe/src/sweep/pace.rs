//! Which targets are due, and how many may go at once. Pure: time comes in as the time since the start.

use std::{ops::Range, time::Duration};

use super::GRAIN;

/// A held-up sweep catches up at this many times its even pace, no faster.
const CATCH_UP: f64 = 1.25;

/// The even schedule and the bucket.
#[derive(Debug)]
pub(super) struct Pace {
    count: usize,
    cycle: Duration,
    next: usize,
    tokens: f64,
    filled_at: Duration,
}

impl Pace {
    pub fn new(count: usize, cycle: Duration) -> Self {
        let mut pace = Self { count, cycle, next: 0, tokens: 0.0, filled_at: Duration::ZERO };
        pace.tokens = pace.capacity();
        pace
    }

    /// Whether any target is still to be asked.
    pub fn left(&self) -> bool {
        self.next < self.count
    }

    /// When something may go again.
    pub fn next_at(&self) -> Duration {
        let missing = (1.0 - self.tokens).max(0.0);
        // Rounded up: woken a nanosecond early, it would find no whole token.
        let filled = Duration::from_secs_f64(missing / self.per_second()) + Duration::from_micros(1);
        let filled = if missing > 0.0 { self.filled_at + filled } else { Duration::ZERO };
        self.due_at(self.next).max(filled)
    }

    /// The targets that go now.
    pub fn take(&mut self, now: Duration) -> Range<usize> {
        let passed = now.saturating_sub(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second()).min(self.capacity());
        self.filled_at = now.max(self.filled_at);
        let first = self.next;
        while self.left() && self.tokens >= 1.0 && self.due_at(self.next) <= now {
            self.tokens -= 1.0;
            self.next += 1;
        }
        first..self.next
    }

    /// Takes back those from `at` on: there was no room to send them.
    pub fn put_back(&mut self, at: usize) {
        self.tokens += (self.next - at) as f64;
        self.next = at;
    }

    fn due_at(&self, at: usize) -> Duration {
        self.cycle.mul_f64(at as f64 / self.count.max(1) as f64)
    }

    fn per_second(&self) -> f64 {
        CATCH_UP * self.count.max(1) as f64 / self.cycle.as_secs_f64().max(1e-3)
    }

    fn capacity(&self) -> f64 {
        (self.per_second() * GRAIN.as_secs_f64()).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a sweep on a clock that wakes exactly, but sleeps through `gap`; how many went in each 10 ms.
    fn simulate(count: usize, cycle: Duration, gap: Range<Duration>) -> Vec<usize> {
        let mut pace = Pace::new(count, cycle);
        let (mut now, mut per_window) = (Duration::ZERO, Vec::new());
        while pace.left() {
            now = now.max(pace.next_at());
            if gap.contains(&now) {
                now = gap.end;
            }
            let went = pace.take(now);
            assert!(!went.is_empty(), "woken at {now:?} for nothing");
            let window = (now.as_millis() / 10) as usize;
            per_window.resize(per_window.len().max(window + 1), 0);
            per_window[window] += went.len();
        }
        per_window
    }

    const NO_GAP: Range<Duration> = Duration::ZERO..Duration::ZERO;

    #[test]
    fn a_hundred_thousand_are_spread_evenly() {
        let windows = simulate(100_000, Duration::from_mins(1), NO_GAP);
        assert_eq!(windows.iter().sum::<usize>(), 100_000);
        // 16.7 in each 10 ms.
        assert!(windows.iter().all(|&went| (15..=18).contains(&went)), "{:?}", windows.iter().max());
        assert_eq!(windows.len(), 6000);
    }

    #[test]
    fn few_are_spread_as_well() {
        let windows = simulate(3, Duration::from_mins(1), NO_GAP);
        let at: Vec<usize> = (0..windows.len()).filter(|&at| windows[at] > 0).collect();
        assert_eq!(at, [0, 2000, 4000]);
    }

    #[test]
    fn what_found_no_room_goes_again() {
        let mut pace = Pace::new(1000, Duration::from_secs(1));
        assert_eq!(pace.take(Duration::from_millis(9)), 0..10);
        pace.put_back(7);
        assert_eq!(pace.take(Duration::from_millis(9)), 7..10);
        assert_eq!(pace.take(Duration::from_millis(10)), 10..11);
    }

    #[test]
    fn what_was_held_up_is_no_burst() {
        let gap = Duration::from_secs(10)..Duration::from_secs(20);
        let windows = simulate(10_000, Duration::from_mins(1), gap);
        assert_eq!(windows.iter().sum::<usize>(), 10_000);
        assert_eq!(windows[1500], 0, "nothing goes while it is asleep");
        // 1.67 in each 10 ms, a quarter more to catch up, and the bucket of a turn.
        assert!(windows.iter().all(|&went| went <= 6), "{:?}", windows.iter().max());
    }
}
