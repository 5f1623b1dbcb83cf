//! What is known of this server; `None` where it could not be asked.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::uplinks::MinuteNumber;

/// Everything that the checks look at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub now: DateTime<Utc>,
    pub machine: MachineFacts,
    pub files: FileFacts,
    /// `None`: it does not answer.
    pub database: Option<DatabaseFacts>,
    /// Why the last write failed; `None`: it did not.
    pub not_storing: Option<String>,
    pub clock: ClockFacts,
    pub queues: Vec<QueueFacts>,
}

/// The machine, and this process on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MachineFacts {
    /// Since the start of this program.
    pub up_s: u64,
    pub machine_up_s: Option<u64>,
    /// Of the last five minutes.
    pub load: Option<f64>,
    pub cores: u64,
    pub memory_total: Option<u64>,
    pub memory_available: Option<u64>,
    /// Resident memory of this process.
    pub memory_own: Option<u64>,
    /// Of the file system that holds the data folder.
    pub disk_total: Option<u64>,
    pub disk_free: Option<u64>,
    pub last_exit: Option<Exit>,
}

/// How the run before this one ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// There was none.
    None,
    Clean,
    /// It was killed, crashed, or lost its power.
    Unclean {
        /// When that run was last seen.
        seen: Option<DateTime<Utc>>,
    },
}

/// Who may look at what is secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    pub key: Option<KeyFile>,
    /// The permission bits of the data folder.
    pub folder_mode: Option<u32>,
}

/// The server key's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFile {
    /// It is configured, and there is no file.
    Configured,
    Missing,
    /// Its permission bits.
    Mode(u32),
}

/// What the database says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DatabaseFacts {
    pub bytes: Option<u64>,
    /// `None`: it is PostgreSQL, which sees to its own pages.
    pub integrity: Option<Integrity>,
    pub histories: Vec<HistoryFacts>,
    /// `None`: switched off.
    pub lines: Option<Vec<LineFacts>>,
    /// Empty where no job runs in this process' database yet.
    pub jobs: Vec<JobFacts>,
}

/// The last look at the database's pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integrity {
    pub checked_at: Option<DateTime<Utc>>,
    /// What was found to be damaged.
    pub problem: Option<String>,
}

/// One kind of rows that grows with time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFacts {
    pub name: String,
    /// What it is about: a fault in it makes what is said of the lines old.
    pub of_lines: bool,
    /// The newest that is written.
    pub newest: Option<DateTime<Utc>>,
    /// How far it should be.
    pub due: Option<DateTime<Utc>>,
    /// So far behind it may be.
    pub patience_s: i64,
}

/// One of this server's own lines over the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineFacts {
    pub name: String,
    /// Minutes that should be there.
    pub watched_minutes: u32,
    /// Of these, those of which nothing is known.
    pub missing_minutes: u32,
    pub longest_gap_minutes: u32,
    pub sent: u64,
    pub lost: u64,
    /// How echoes were really made, as the probe named it.
    pub echo_method: Option<String>,
    /// The system does not let this program ask.
    pub refused: bool,
}

/// The machine's clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClockFacts {
    /// Whether the kernel says that somebody keeps it.
    pub synchronized: Option<bool>,
    /// What is still to be corrected.
    pub offset_ms: Option<f64>,
    /// The last time that it was set, and by how much.
    pub last_step: Option<(DateTime<Utc>, i64)>,
}

/// One job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFacts {
    pub name: String,
    pub every_s: i64,
    pub finished_at: Option<DateTime<Utc>>,
    pub due_at: DateTime<Utc>,
    pub failures: u32,
    pub error: Option<String>,
}

/// One queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFacts {
    pub name: &'static str,
    pub waiting: u64,
    pub places: u64,
}

/// Of the minutes of a range those that are not among `known` (ascending), and the longest run of such.
pub fn largest_gap(range: Range<MinuteNumber>, known: impl IntoIterator<Item = MinuteNumber>) -> (u32, u32) {
    let (mut missing, mut longest, mut next) = (0, 0, range.start);
    for minute in known.into_iter().filter(|minute| range.contains(minute)).chain([range.end]) {
        let gap = u32::try_from(minute - next).unwrap_or_default();
        missing += gap;
        longest = longest.max(gap);
        next = minute + 1;
    }
    (missing, longest)
}
