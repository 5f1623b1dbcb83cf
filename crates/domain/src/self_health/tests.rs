use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;

use super::*;

fn now() -> DateTime<Utc> {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn ago(delta: TimeDelta) -> DateTime<Utc> {
    now() - delta
}

/// A monitor that lacks nothing.
fn well() -> Facts {
    let job = JobFacts {
        name: "retention".into(),
        every_s: 3600,
        finished_at: Some(ago(TimeDelta::minutes(30))),
        due_at: now() + TimeDelta::minutes(30),
        ..JobFacts::default()
    };
    let line = LineFacts {
        name: "eth0".into(),
        watched_minutes: 1440,
        sent: 50_000,
        lost: 12,
        echo_method: Some("ICMP (datagram socket)".into()),
        ..LineFacts::default()
    };
    Facts {
        now: now(),
        machine: MachineFacts {
            up_s: 86_400,
            machine_up_s: Some(90_000),
            load: Some(0.4),
            cores: 2,
            memory_total: Some(4 << 30),
            memory_available: Some(3 << 30),
            memory_own: Some(30 << 20),
            disk_total: Some(40 << 30),
            disk_free: Some(20 << 30),
            last_exit: Some(Exit::Clean),
        },
        files: FileFacts { key: Some(KeyFile::Mode(0o100_600)), folder_mode: Some(0o40_700) },
        database: Some(DatabaseFacts {
            bytes: Some(1 << 20),
            integrity: Some(Integrity { checked_at: Some(ago(TimeDelta::hours(3))), problem: None }),
            histories: vec![history("uplink_minutes", true, 20)],
            lines: Some(vec![line]),
            jobs: vec![job],
        }),
        not_storing: None,
        clock: ClockFacts { synchronized: Some(true), offset_ms: Some(0.4), last_step: None },
        queues: vec![QueueFacts { name: "writer", waiting: 3, places: 1024 }],
    }
}

fn history(name: &str, of_lines: bool, behind_s: i64) -> HistoryFacts {
    HistoryFacts {
        name: name.to_owned(),
        of_lines,
        newest: Some(ago(TimeDelta::seconds(behind_s))),
        due: Some(now()),
        patience_s: 120,
    }
}

fn line(facts: &mut Facts) -> &mut LineFacts {
    &mut stored(facts).lines.as_mut().unwrap()[0]
}

fn stored(facts: &mut Facts) -> &mut DatabaseFacts {
    facts.database.as_mut().unwrap()
}

fn job(facts: &mut Facts) -> &mut JobFacts {
    &mut stored(facts).jobs[0]
}

#[test]
fn a_monitor_that_lacks_nothing_is_ok_in_every_check() {
    let checks = examine(&well());
    assert_eq!(checks.len(), 17);
    for check in &checks {
        assert_eq!((check.state, &check.mend), (CheckState::Ok, &None), "{check:?}");
    }
    assert!(affected(&checks).is_empty());
}

#[rstest]
#[case::load(|f: &mut Facts| f.machine.load = Some(4.1), Finding::LoadHigh, CheckState::Degraded, None)]
#[case::memory(|f: &mut Facts| f.machine.memory_available = Some(100 << 20), Finding::MemoryLow, CheckState::Degraded, None)]
#[case::disk(|f: &mut Facts| f.machine.disk_free = Some(100 << 20), Finding::DiskLow, CheckState::Degraded, None)]
#[case::no_disk(|f: &mut Facts| f.machine.disk_free = Some(1 << 20), Finding::DiskLow, CheckState::Failed, Some(Affected::Storing))]
#[case::full(|f: &mut Facts| f.not_storing = Some("full".into()), Finding::NotStoring, CheckState::Failed, Some(Affected::Storing))]
#[case::silent(|f: &mut Facts| f.database = None, Finding::DatabaseSilent, CheckState::Failed, Some(Affected::Storing))]
#[case::damaged(|f: &mut Facts| stored(f).integrity.as_mut().unwrap().problem = Some("page 7".into()), Finding::IntegrityDamaged,
    CheckState::Failed, Some(Affected::Storing))]
#[case::unchecked(|f: &mut Facts| stored(f).integrity.as_mut().unwrap().checked_at = Some(ago(TimeDelta::hours(49))),
    Finding::IntegrityUnchecked, CheckState::Degraded, None)]
#[case::key(|f: &mut Facts| f.files.key = Some(KeyFile::Mode(0o100_640)), Finding::KeyOpen, CheckState::Failed, None)]
#[case::no_key(|f: &mut Facts| f.files.key = Some(KeyFile::Missing), Finding::KeyMissing, CheckState::Failed, None)]
#[case::folder(|f: &mut Facts| f.files.folder_mode = Some(0o40_755), Finding::FolderOpen, CheckState::Degraded, None)]
#[case::stale_lines(|f: &mut Facts| stored(f).histories[0] = history("uplink_minutes", true, 121), Finding::HistoryStale,
    CheckState::Failed, Some(Affected::Lines))]
#[case::stale_tests(|f: &mut Facts| stored(f).histories[0] = history("test_sums", false, 121), Finding::HistoryStale,
    CheckState::Failed, None)]
#[case::never_written(|f: &mut Facts| stored(f).histories[0].newest = None, Finding::HistoryStale, CheckState::Failed,
    Some(Affected::Lines))]
#[case::no_line(|f: &mut Facts| stored(f).lines = Some(vec![]), Finding::LinesNone, CheckState::Degraded, Some(Affected::Lines))]
#[case::minutes(|f: &mut Facts| line(f).missing_minutes = 15, Finding::MinutesMissing, CheckState::Degraded, None)]
#[case::echoes(|f: &mut Facts| line(f).lost = 10_000, Finding::EchoesLost, CheckState::Degraded, None)]
#[case::tcp(|f: &mut Facts| line(f).echo_method = Some("TCP 443".into()), Finding::IcmpByTcp, CheckState::Degraded, None)]
#[case::refused(|f: &mut Facts| line(f).refused = true, Finding::IcmpRefused, CheckState::Failed, Some(Affected::Lines))]
#[case::no_ntp(|f: &mut Facts| f.clock.synchronized = Some(false), Finding::ClockUnsynchronized, CheckState::Degraded, None)]
#[case::off(|f: &mut Facts| f.clock.offset_ms = Some(-200.0), Finding::ClockUnsynchronized, CheckState::Degraded, None)]
#[case::stepped(|f: &mut Facts| f.clock.last_step = Some((now() + TimeDelta::minutes(30), -3_600_000)), Finding::ClockStepped,
    CheckState::Degraded, Some(Affected::Times))]
#[case::late(|f: &mut Facts| job(f).due_at = now() - TimeDelta::minutes(3), Finding::JobLate, CheckState::Degraded, None)]
#[case::not_done(|f: &mut Facts| job(f).due_at = now() - TimeDelta::hours(2), Finding::JobLate, CheckState::Failed, None)]
#[case::failing(|f: &mut Facts| job(f).failures = 1, Finding::JobFailing, CheckState::Degraded, None)]
#[case::broken(|f: &mut Facts| job(f).failures = 3, Finding::JobFailing, CheckState::Failed, None)]
#[case::busy(|f: &mut Facts| f.queues[0].waiting = 600, Finding::QueueFull, CheckState::Degraded, None)]
#[case::jammed(|f: &mut Facts| f.queues[0].waiting = 1024, Finding::QueueFull, CheckState::Failed, None)]
fn one_fault_is_one_finding_with_its_mend(
    #[case] spoil: fn(&mut Facts),
    #[case] finding: Finding,
    #[case] state: CheckState,
    #[case] affects: Option<Affected>,
) {
    let mut facts = well();
    spoil(&mut facts);
    let checks = examine(&facts);
    let bad: Vec<_> = checks.iter().filter(|check| check.state != CheckState::Ok).collect();
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert_eq!((bad[0].finding, bad[0].state), (finding, state));
    assert!(bad[0].mend.is_some() && mend(Lang::De, finding).is_some());
    assert_eq!(affected(&checks), affects.into_iter().collect::<Vec<_>>());
}

#[rstest]
#[case::just_started(600, CheckState::Degraded)]
#[case::no_news(4000, CheckState::Ok)]
fn an_unclean_end_is_news_for_an_hour(#[case] up_s: u64, #[case] state: CheckState) {
    let mut facts = well();
    facts.machine.up_s = up_s;
    facts.machine.last_exit = Some(Exit::Unclean { seen: Some(ago(TimeDelta::hours(2))) });
    let checks = examine(&facts);
    let check = checks.iter().find(|check| check.finding == Finding::UncleanExit).unwrap();
    assert_eq!((check.state, check.at), (state, Some(ago(TimeDelta::hours(2)))));
}

#[test]
fn right_after_the_start_nothing_is_missed_yet() {
    let mut facts = well();
    facts.machine.up_s = 5;
    job(&mut facts).due_at = DateTime::UNIX_EPOCH;
    stored(&mut facts).integrity = Some(Integrity::default());
    stored(&mut facts).lines = Some(Vec::new());
    assert!(examine(&facts).iter().all(|check| check.state == CheckState::Ok));
    assert!(examine(&Facts { now: now(), ..Facts::default() }).len() < 4, "what is not known makes no check");
}

#[rstest]
#[case::whole(&[10, 11, 12, 13], (0, 0))]
#[case::none(&[], (4, 4))]
#[case::begin(&[12, 13], (2, 2))]
#[case::end(&[10, 11], (2, 2))]
#[case::between(&[10, 13], (2, 2))]
#[case::two_gaps(&[11, 12], (2, 1))]
#[case::beside_the_range(&[8, 9, 10, 11, 12, 13, 14], (0, 0))]
fn gaps(#[case] known: &[i64], #[case] expected: (u32, u32)) {
    assert_eq!(largest_gap(10..14, known.iter().copied()), expected);
}

#[test]
fn every_finding_has_its_sentence_once() {
    use std::collections::HashSet;
    let mut facts = well();
    let said: HashSet<&str> = examine(&facts).iter().map(|check| sentence(Lang::De, check.finding)).collect();
    assert!(!said.contains("") && said.len() == 17, "{said:?}");
    facts.database = None;
    assert!(examine(&facts).iter().all(|check| !check.sentence.is_empty()));
}
