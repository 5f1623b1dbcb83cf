//! How the monitor itself is: what it can say of others is worth no more than what it can say of itself.
//!
//! Flow: `backend` gathers [`Facts`] → [`examine`] makes a [`Check`] of each → API, metrics and page show them. What a
//! fault impairs for everybody is told publicly as an [`Affected`], without the detail that would help an attacker.

mod examine;
mod facts;
mod words;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use examine::{affected, examine};
pub use facts::{
    ClockFacts, DatabaseFacts, Exit, Facts, FileFacts, HistoryFacts, Integrity, JobFacts, KeyFile, LineFacts,
    MachineFacts, QueueFacts, largest_gap,
};
pub use words::{Lang, mend, quantity_word, sentence};

use crate::endpoint::{Endpoint, EndpointInfo};

/// Every check of this server.
pub const GET_SELF_HEALTH: Endpoint<(), SelfHealth> = Endpoint::get("get_self_health", "/api/admin/health");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[GET_SELF_HEALTH.info()];

/// How something is; the later is the worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    #[default]
    Ok,
    /// It works, and somebody should look.
    Degraded,
    /// Something is not done, or not safe.
    Failed,
}

/// What belongs together on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The machine under it.
    Machine,
    /// What is stored.
    Data,
    /// This server's own lines.
    Lines,
    /// Time.
    Clock,
    /// What runs by itself.
    Work,
}

impl Group {
    /// In the order of the page.
    pub const ALL: [Self; 5] = [Self::Machine, Self::Data, Self::Lines, Self::Clock, Self::Work];
}

/// What was found; its sentence and mend are in `words`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    FirstStart,
    CleanExit,
    UncleanExit,
    LoadNormal,
    LoadHigh,
    MemoryEnough,
    MemoryLow,
    DiskEnough,
    DiskLow,
    Storing,
    NotStoring,
    DatabaseAnswers,
    DatabaseSilent,
    IntegrityWhole,
    IntegrityDamaged,
    IntegrityUnchecked,
    KeyPrivate,
    KeyOpen,
    KeyMissing,
    FolderPrivate,
    FolderOpen,
    HistoryFresh,
    HistoryStale,
    LinesOff,
    LinesNone,
    MinutesWhole,
    MinutesMissing,
    EchoesAnswered,
    EchoesLost,
    IcmpByEcho,
    IcmpByTcp,
    IcmpRefused,
    ClockSynchronized,
    ClockUnsynchronized,
    ClockSteady,
    ClockStepped,
    JobOnTime,
    JobLate,
    JobFailing,
    QueueFree,
    QueueFull,
}

impl Finding {
    /// What was looked at: the same word whatever was found.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::FirstStart | Self::CleanExit | Self::UncleanExit => "exit",
            Self::LoadNormal | Self::LoadHigh => "load",
            Self::MemoryEnough | Self::MemoryLow => "memory",
            Self::DiskEnough | Self::DiskLow => "disk",
            Self::Storing | Self::NotStoring => "storing",
            Self::DatabaseAnswers | Self::DatabaseSilent => "database",
            Self::IntegrityWhole | Self::IntegrityDamaged | Self::IntegrityUnchecked => "integrity",
            Self::KeyPrivate | Self::KeyOpen | Self::KeyMissing => "key",
            Self::FolderPrivate | Self::FolderOpen => "folder",
            Self::HistoryFresh | Self::HistoryStale => "history",
            Self::LinesOff | Self::LinesNone => "lines",
            Self::MinutesWhole | Self::MinutesMissing => "minutes",
            Self::EchoesAnswered | Self::EchoesLost => "echoes",
            Self::IcmpByEcho | Self::IcmpByTcp | Self::IcmpRefused => "right",
            Self::ClockSynchronized | Self::ClockUnsynchronized => "clock",
            Self::ClockSteady | Self::ClockStepped => "steps",
            Self::JobOnTime | Self::JobLate | Self::JobFailing => "job",
            Self::QueueFree | Self::QueueFull => "queue",
        }
    }
}

/// What of the product a fault impairs for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Affected {
    /// New tests may not be kept.
    Storing,
    /// What is said of this server's own lines is old or has gaps.
    Lines,
    /// Times of the last hour may be off.
    Times,
}

/// What a figure says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    UpFor,
    MachineUpFor,
    Load,
    Cores,
    Available,
    Total,
    Own,
    Free,
    Size,
    Behind,
    Missing,
    LongestGap,
    Sent,
    Lost,
    Offset,
    Step,
    Late,
    Every,
    Failures,
    Waiting,
    Places,
}

/// The unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Bytes,
    Seconds,
    Milliseconds,
    Percent,
    Count,
}

/// One figure of a check.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figure {
    /// What it says.
    pub what: Quantity,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: Unit,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Check {
    /// Where it stands on the page.
    pub group: Group,
    /// How it is.
    pub state: CheckState,
    /// What was found.
    pub finding: Finding,
    /// Which one, where there are several (a line, a job, a history, a queue).
    pub subject: Option<String>,
    /// What was found, in a sentence.
    pub sentence: String,
    /// What to do about it; null where nothing need be done.
    pub mend: Option<String>,
    /// What the system or the program said, word for word.
    pub detail: Option<String>,
    /// When it was last seen, done or found.
    pub at: Option<DateTime<Utc>>,
    /// The figures behind it.
    pub figures: Vec<Figure>,
}

/// How long something is kept, or how large it may become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limit {
    /// The setting.
    pub key: String,
    /// As set, or by default; empty: no limit.
    pub value: String,
    /// What it means.
    pub meaning: String,
}

/// The answer of `GET /api/admin/health`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SelfHealth {
    /// The worst of the checks.
    pub status: CheckState,
    /// When this was looked at.
    pub checked_at: DateTime<Utc>,
    /// The program's version.
    pub version: String,
    /// The commit that it was built from, where one was known.
    pub commit: Option<String>,
    /// Tells instances apart; new at each start.
    pub instance_id: String,
    /// The operator's time zone.
    pub time_zone: String,
    /// What a fault impairs for everybody.
    pub affected: Vec<Affected>,
    /// Check by check, group by group.
    pub checks: Vec<Check>,
    /// How long things are kept.
    pub limits: Vec<Limit>,
}
