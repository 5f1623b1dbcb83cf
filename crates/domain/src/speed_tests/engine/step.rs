//! The step that runs: its windows, its round trips, its streams.

use crate::{
    measurements::{RunStep, StepKind},
    speed_tests::{
        Counters,
        rate::{Window, batches},
    },
};

/// What a step has counted so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepRun {
    pub began_ms: f64,
    /// Bytes in all since the step began, every 100 ms; of an upload on the server's clock, from its first byte on.
    pub windows: Vec<Window>,
    pub rtts: Vec<f64>,
    pub streams: u32,
    /// All download bytes of the run, and those of them from before this step.
    downloaded: u64,
    downloaded_base: u64,
    /// The same of what the server received.
    received: u64,
    received_base: u64,
    /// The server's clock at its first byte of this step.
    received_from_ms: Option<f64>,
    /// Our clock at the first byte of this step.
    pub(super) first_byte_ms: Option<f64>,
    pub(super) batches_seen: usize,
}

impl StepRun {
    /// The step after this one: the counts of the run go on.
    pub(super) fn next(&self, now: f64) -> Self {
        let (downloaded, received) = (self.downloaded, self.received);
        Self {
            began_ms: now,
            downloaded,
            downloaded_base: downloaded,
            received,
            received_base: received,
            ..Self::default()
        }
    }

    /// Bytes of this step.
    pub fn bytes(&self) -> u64 {
        self.windows.last().map_or(0, |window| window.1)
    }

    /// Finished batches so far, Mbit/s.
    pub fn batches(&self, batch_ms: f64) -> Vec<f64> {
        batches(&self.windows, batch_ms)
    }

    /// The rate over the last `span_ms`, for the large number; `None` before there is any.
    pub fn rate_over(&self, span_ms: f64) -> Option<f64> {
        let last = *self.windows.last()?;
        let first = self.windows.iter().find(|window| window.0 >= last.0 - span_ms)?;
        let span = last.0 - first.0;
        (span > 0.0).then(|| (last.1 - first.1) as f64 * 8.0 / span / 1000.0)
    }

    /// From when on a round trip was sent into a loaded line.
    pub(super) fn loaded_since(&self, load_after_ms: f64) -> Option<f64> {
        self.first_byte_ms.map(|first| first + load_after_ms)
    }

    /// Takes the count of downloaded bytes; true if it grew.
    pub(super) fn count_downloaded(&mut self, downloaded: u64, counts: bool, now: f64) -> bool {
        let grew = downloaded > self.downloaded;
        self.downloaded = self.downloaded.max(downloaded);
        if counts && (grew || self.first_byte_ms.is_some()) {
            self.first_byte_ms.get_or_insert(now);
            self.push(now - self.began_ms, self.downloaded - self.downloaded_base);
        }
        grew
    }

    /// Takes the server's counters; true if what it received grew.
    pub(super) fn count_received(&mut self, counters: Counters, counts: bool, now: f64) -> bool {
        let grew = counters.received_bytes > self.received;
        self.received = self.received.max(counters.received_bytes);
        if counts && (grew || self.first_byte_ms.is_some()) {
            self.first_byte_ms.get_or_insert(now);
            let from = *self.received_from_ms.get_or_insert(counters.t_ms);
            self.push(counters.t_ms - from, self.received - self.received_base);
        }
        grew
    }

    fn push(&mut self, t: f64, bytes: u64) {
        if self.windows.last().is_none_or(|last| t > last.0) {
            self.windows.push((t, bytes));
        }
    }

    pub(super) fn finish(&mut self, kind: StepKind, now: f64) -> RunStep {
        RunStep {
            kind,
            duration_ms: now - self.began_ms,
            bytes: self.bytes(),
            windows: std::mem::take(&mut self.windows),
            rtt_ms: std::mem::take(&mut self.rtts),
            connections: self.streams,
        }
    }
}
