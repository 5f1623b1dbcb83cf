//! From facts to checks. A fact that could not be asked makes no check: nothing is better than a guess.

use chrono::TimeDelta;

use super::{
    Affected, Check, CheckState, Figure, Finding, Group, Quantity, Unit,
    facts::{
        ClockFacts, DatabaseFacts, Exit, Facts, FileFacts, HistoryFacts, Integrity, JobFacts, KeyFile,
        LineFacts, MachineFacts, QueueFacts,
    },
    words::{Lang, mend, sentence},
};
use CheckState::{Degraded, Failed, Ok};

/// Over five minutes, so many processes a core want to run: rounds begin late from about here.
const LOAD_A_CORE: f64 = 2.0;
/// Less than this share of memory free: the kernel begins to look for somebody to end.
const MEMORY_LOW_PERCENT: f64 = 5.0;
/// Below this a day of raw data or a backup may not fit any more; below the other nothing does.
const DISK_LOW: u64 = 512 << 20;
const DISK_FULL: u64 = 32 << 20;
/// `quick_check` runs daily; twice missed is too long.
const INTEGRITY_FOR: TimeDelta = TimeDelta::hours(48);
/// After its start the program is given so long before what it has not done yet is missed.
const SETTLED_S: u64 = 120;
/// Of 24 hours, more missing minutes than these (1 %) are more than a restart.
const MISSING_MINUTES: u32 = 14;
/// As a round is degraded (measurement.md §3).
const LOST_PERCENT: f64 = 20.0;
/// So long after it a step or an unclean end is still news.
const NEWS_FOR: TimeDelta = TimeDelta::hours(1);
/// NTP keeps a clock within 128 ms (RFC 5905 §11.3: beyond its step threshold it is set).
const OFFSET_MS: f64 = 128.0;
/// Jobs wait for each other and for the loop; longer than this is late, an hour is not done.
const LATE_S: i64 = 120;
const NOT_DONE_S: i64 = 3600;
/// So many failures in a row are no accident.
const FAILURES: u32 = 3;

/// Looks at everything, group by group.
pub fn examine(facts: &Facts) -> Vec<Check> {
    let mut checks = Vec::new();
    machine(facts, &mut checks);
    checks.push(match &facts.not_storing {
        None => check(Group::Data, Ok, Finding::Storing),
        Some(why) => Check { detail: Some(why.clone()), ..check(Group::Data, Failed, Finding::NotStoring) },
    });
    match &facts.database {
        None => checks.push(check(Group::Data, Failed, Finding::DatabaseSilent)),
        Some(database) => stored(facts, database, &mut checks),
    }
    files(&facts.files, &mut checks);
    clock(facts, &facts.clock, &mut checks);
    checks.extend(facts.queues.iter().map(queue));
    checks.sort_by_key(|check| check.group);
    checks
}

/// What these faults impair for everybody.
pub fn affected(checks: &[Check]) -> Vec<Affected> {
    let of = |check: &Check| match check.finding {
        Finding::NotStoring | Finding::DatabaseSilent | Finding::IntegrityDamaged => Some(Affected::Storing),
        Finding::DiskLow if check.state == Failed => Some(Affected::Storing),
        Finding::HistoryStale if check.group == Group::Lines => Some(Affected::Lines),
        Finding::LinesNone | Finding::IcmpRefused => Some(Affected::Lines),
        Finding::ClockStepped => Some(Affected::Times),
        _ => None,
    };
    let mut all: Vec<Affected> = checks.iter().filter_map(of).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn check(group: Group, state: CheckState, finding: Finding) -> Check {
    Check {
        group,
        state,
        finding,
        subject: None,
        sentence: sentence(Lang::En, finding).to_owned(),
        mend: mend(Lang::En, finding).filter(|_| state != Ok).map(str::to_owned),
        detail: None,
        at: None,
        figures: Vec::new(),
    }
}

fn figure(what: Quantity, value: f64, unit: Unit) -> Figure {
    Figure { what, value, unit }
}

fn bytes(what: Quantity, value: u64) -> Figure {
    figure(what, value as f64, Unit::Bytes)
}

fn seconds(what: Quantity, value: i64) -> Figure {
    figure(what, value as f64, Unit::Seconds)
}

fn machine(facts: &Facts, checks: &mut Vec<Check>) {
    let machine = &facts.machine;
    let mut up = vec![figure(Quantity::UpFor, machine.up_s as f64, Unit::Seconds)];
    up.extend(machine.machine_up_s.map(|s| figure(Quantity::MachineUpFor, s as f64, Unit::Seconds)));
    if let Some(exit) = machine.last_exit {
        let is_news = (machine.up_s as i64) < NEWS_FOR.num_seconds();
        let (state, finding, at) = match exit {
            Exit::None => (Ok, Finding::FirstStart, None),
            Exit::Clean => (Ok, Finding::CleanExit, None),
            Exit::Unclean { seen } => (if is_news { Degraded } else { Ok }, Finding::UncleanExit, seen),
        };
        checks.push(Check { at, figures: up, ..check(Group::Machine, state, finding) });
    }
    if let Some(load) = machine.load {
        let high = load > LOAD_A_CORE * machine.cores.max(1) as f64;
        let (state, finding) = if high { (Degraded, Finding::LoadHigh) } else { (Ok, Finding::LoadNormal) };
        let figures = vec![
            figure(Quantity::Load, load, Unit::Count),
            figure(Quantity::Cores, machine.cores as f64, Unit::Count),
        ];
        checks.push(Check { figures, ..check(Group::Machine, state, finding) });
    }
    checks.extend(memory(machine));
    checks.extend(disk(machine));
}

fn memory(machine: &MachineFacts) -> Option<Check> {
    let (total, available) = (machine.memory_total?, machine.memory_available?);
    let low = (available as f64) < total as f64 * MEMORY_LOW_PERCENT / 100.0;
    let (state, finding) = if low { (Degraded, Finding::MemoryLow) } else { (Ok, Finding::MemoryEnough) };
    let mut figures = vec![bytes(Quantity::Available, available), bytes(Quantity::Total, total)];
    figures.extend(machine.memory_own.map(|own| bytes(Quantity::Own, own)));
    Some(Check { figures, ..check(Group::Machine, state, finding) })
}

fn disk(machine: &MachineFacts) -> Option<Check> {
    let (total, free) = (machine.disk_total?, machine.disk_free?);
    let (state, finding) = match free {
        ..DISK_FULL => (Failed, Finding::DiskLow),
        DISK_FULL..DISK_LOW => (Degraded, Finding::DiskLow),
        _ => (Ok, Finding::DiskEnough),
    };
    let figures = vec![bytes(Quantity::Free, free), bytes(Quantity::Total, total)];
    Some(Check { figures, ..check(Group::Machine, state, finding) })
}

fn stored(facts: &Facts, database: &DatabaseFacts, checks: &mut Vec<Check>) {
    let size = database.bytes.map(|size| bytes(Quantity::Size, size));
    checks.push(Check {
        figures: size.into_iter().collect(),
        ..check(Group::Data, Ok, Finding::DatabaseAnswers)
    });
    checks.extend(database.integrity.as_ref().map(|integrity| whole(facts, integrity)));
    checks.extend(database.histories.iter().map(history));
    match &database.lines {
        None => checks.push(check(Group::Lines, Ok, Finding::LinesOff)),
        Some(lines) if lines.is_empty() => {
            let state = if facts.machine.up_s > SETTLED_S { Degraded } else { Ok };
            checks.push(check(Group::Lines, state, Finding::LinesNone));
        }
        Some(lines) => lines.iter().for_each(|facts| line(facts, checks)),
    }
    checks.extend(database.jobs.iter().map(|job_facts| job(facts, job_facts)));
}

fn whole(facts: &Facts, integrity: &Integrity) -> Check {
    let old = integrity.checked_at.is_none_or(|at| facts.now - at > INTEGRITY_FOR);
    let settled = facts.machine.up_s > SETTLED_S;
    let (state, finding) = match (&integrity.problem, old) {
        (Some(_), _) => (Failed, Finding::IntegrityDamaged),
        (None, true) => (if settled { Degraded } else { Ok }, Finding::IntegrityUnchecked),
        (None, false) => (Ok, Finding::IntegrityWhole),
    };
    let detail = integrity.problem.clone();
    Check { detail, at: integrity.checked_at, ..check(Group::Data, state, finding) }
}

fn history(facts: &HistoryFacts) -> Check {
    let behind = match (facts.newest, facts.due) {
        (Some(newest), Some(due)) => (due - newest).num_seconds().max(0),
        (None, Some(_)) => i64::MAX,
        (_, None) => 0,
    };
    let stale = behind > facts.patience_s;
    let (state, finding) = if stale { (Failed, Finding::HistoryStale) } else { (Ok, Finding::HistoryFresh) };
    let group = if facts.of_lines { Group::Lines } else { Group::Data };
    let figures = (behind < i64::MAX).then(|| seconds(Quantity::Behind, behind));
    Check {
        subject: Some(facts.name.clone()),
        at: facts.newest,
        figures: figures.into_iter().collect(),
        ..check(group, state, finding)
    }
}

fn line(facts: &LineFacts, checks: &mut Vec<Check>) {
    let named =
        |state, finding| Check { subject: Some(facts.name.clone()), ..check(Group::Lines, state, finding) };
    let minutes = |what, minutes: u32| seconds(what, i64::from(minutes) * 60);
    let (state, finding) = match facts.missing_minutes {
        0 => (Ok, Finding::MinutesWhole),
        1..=MISSING_MINUTES => (Ok, Finding::MinutesMissing),
        _ => (Degraded, Finding::MinutesMissing),
    };
    let gaps = vec![
        minutes(Quantity::Missing, facts.missing_minutes),
        minutes(Quantity::LongestGap, facts.longest_gap_minutes),
        minutes(Quantity::Total, facts.watched_minutes),
    ];
    checks.push(Check { figures: gaps, ..named(state, finding) });
    if facts.sent > 0 {
        let share = facts.lost as f64 * 100.0 / facts.sent as f64;
        let lost = share >= LOST_PERCENT;
        let (state, finding) =
            if lost { (Degraded, Finding::EchoesLost) } else { (Ok, Finding::EchoesAnswered) };
        let figures = vec![
            figure(Quantity::Lost, share, Unit::Percent),
            figure(Quantity::Sent, facts.sent as f64, Unit::Count),
        ];
        checks.push(Check { figures, ..named(state, finding) });
    }
    let method = facts.echo_method.as_deref();
    let (state, finding) = match method {
        _ if facts.refused => (Failed, Finding::IcmpRefused),
        Some(method) if method.starts_with("ICMP") => (Ok, Finding::IcmpByEcho),
        Some(_) => (Degraded, Finding::IcmpByTcp),
        None => return,
    };
    checks.push(Check { detail: method.map(str::to_owned), ..named(state, finding) });
}

fn files(facts: &FileFacts, checks: &mut Vec<Check>) {
    /// Bits of others than the owner.
    const OTHERS: u32 = 0o077;
    let shown = |mode: u32| Some(format!("{:04o}", mode & 0o7777));
    checks.extend(facts.key.and_then(|key| {
        let (state, finding, detail) = match key {
            KeyFile::Configured => return None,
            KeyFile::Missing => (Failed, Finding::KeyMissing, None),
            KeyFile::Mode(mode) if mode & OTHERS != 0 => (Failed, Finding::KeyOpen, shown(mode)),
            KeyFile::Mode(mode) => (Ok, Finding::KeyPrivate, shown(mode)),
        };
        Some(Check { detail, ..check(Group::Data, state, finding) })
    }));
    checks.extend(facts.folder_mode.map(|mode| {
        let open = mode & OTHERS != 0;
        let (state, finding) =
            if open { (Degraded, Finding::FolderOpen) } else { (Ok, Finding::FolderPrivate) };
        Check { detail: shown(mode), ..check(Group::Data, state, finding) }
    }));
}

fn clock(facts: &Facts, clock: &ClockFacts, checks: &mut Vec<Check>) {
    if let Some(synchronized) = clock.synchronized {
        let kept = synchronized && clock.offset_ms.is_none_or(|offset| offset.abs() <= OFFSET_MS);
        let (state, finding) =
            if kept { (Ok, Finding::ClockSynchronized) } else { (Degraded, Finding::ClockUnsynchronized) };
        // What an unkept clock calls its offset is nothing.
        let offset = clock.offset_ms.filter(|_| synchronized);
        let figures = offset.map(|ms| figure(Quantity::Offset, ms, Unit::Milliseconds));
        checks.push(Check { figures: figures.into_iter().collect(), ..check(Group::Clock, state, finding) });
    }
    // A step back puts it into the future of the clock as it is now.
    let stepped = clock.last_step.filter(|(at, _)| (facts.now - *at).abs() < NEWS_FOR);
    checks.push(match stepped {
        None => check(Group::Clock, Ok, Finding::ClockSteady),
        Some((at, ms)) => Check {
            at: Some(at),
            figures: vec![figure(Quantity::Step, ms as f64 / 1000.0, Unit::Seconds)],
            ..check(Group::Clock, Degraded, Finding::ClockStepped)
        },
    });
}

fn job(facts: &Facts, job: &JobFacts) -> Check {
    let late_s = (facts.now - job.due_at).num_seconds().max(0);
    let settled = facts.machine.up_s > SETTLED_S;
    let (state, finding) = match late_s {
        _ if job.failures >= FAILURES => (Failed, Finding::JobFailing),
        _ if job.failures > 0 => (Degraded, Finding::JobFailing),
        late if late > NOT_DONE_S && settled => (Failed, Finding::JobLate),
        late if late > LATE_S && settled => (Degraded, Finding::JobLate),
        _ => (Ok, Finding::JobOnTime),
    };
    let mut figures = vec![seconds(Quantity::Every, job.every_s)];
    if finding == Finding::JobLate {
        figures.insert(0, seconds(Quantity::Late, late_s));
    }
    if job.failures > 0 {
        figures.insert(0, figure(Quantity::Failures, f64::from(job.failures), Unit::Count));
    }
    Check {
        subject: Some(job.name.clone()),
        detail: job.error.clone(),
        at: job.finished_at,
        figures,
        ..check(Group::Work, state, finding)
    }
}

fn queue(facts: &QueueFacts) -> Check {
    let (state, finding) = if facts.waiting >= facts.places {
        (Failed, Finding::QueueFull)
    } else if facts.waiting * 2 > facts.places {
        (Degraded, Finding::QueueFull)
    } else {
        (Ok, Finding::QueueFree)
    };
    let count = |what, n: u64| figure(what, n as f64, Unit::Count);
    Check {
        subject: Some(facts.name.to_owned()),
        figures: vec![count(Quantity::Waiting, facts.waiting), count(Quantity::Places, facts.places)],
        ..check(Group::Work, state, finding)
    }
}
