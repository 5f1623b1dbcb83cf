//! The monitor's own faults: each is made, is told to the operator (and to everybody what it impairs), and is gone by
//! itself once its cause is.

use std::{fs, net::IpAddr, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use backend::{
    AppState,
    config::Config,
    jobs,
    self_health::{note_start, note_stop},
    uplinks::{Asking, Prober, Taken, Taking, Watcher},
};
use chrono::TimeDelta;
use domain::{
    ErrorCode,
    isps::GET_STATUS,
    self_health::{Affected, Check, CheckState, Finding, GET_SELF_HEALTH, SelfHealth},
    service::{GET_HEALTH, HealthState},
    uplinks::{EchoResult, Round},
};
use sea_orm::{ConnectionTrait, Database, Statement};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::{
    app::{TestApp, Visitor, code, database, stored::good},
    faults::{deliver, limit_pages},
};

const KEY: &str = "an-admin-key-of-some-length";

async fn app(change: impl FnOnce(&mut Config)) -> TestApp {
    TestApp::with(|config| {
        config.admin.key = Some(KEY.into());
        change(config);
    })
    .await
}

fn admin(app: &TestApp) -> Visitor<'_> {
    app.anyone().header("x-admin-key", KEY)
}

async fn health(app: &TestApp) -> SelfHealth {
    admin(app).call(GET_SELF_HEALTH, &()).await.unwrap()
}

/// What was found of a topic, the first of several subjects.
async fn found(app: &TestApp, topic: &str) -> Check {
    let checks = health(app).await.checks;
    checks.into_iter().find(|check| check.finding.topic() == topic).unwrap_or_else(|| panic!("no {topic}"))
}

async fn state_of(app: &TestApp, topic: &str) -> (Finding, CheckState) {
    let check = found(app, topic).await;
    assert_eq!(check.mend.is_some(), check.state != CheckState::Ok, "{check:?}");
    (check.finding, check.state)
}

/// What everybody is told, once what was said before is old.
async fn public(app: &TestApp) -> Vec<Affected> {
    app.clock.advance(TimeDelta::seconds(16));
    let told = app.anyone().call(GET_STATUS, &()).await.unwrap().monitor;
    let health = app.anyone().call(GET_HEALTH, &()).await.unwrap();
    assert_eq!(health.status == HealthState::Degraded, !told.is_empty(), "{health:?}");
    told
}

#[tokio::test]
async fn it_is_the_operators() {
    let app = app(|_| {}).await;
    assert_eq!(code(app.anyone().call(GET_SELF_HEALTH, &()).await), ErrorCode::Unauthenticated);
    let health = health(&app).await;
    assert_eq!(health.status, health.checks.iter().map(|check| check.state).max().unwrap());
    for topic in ["load", "memory", "disk", "storing", "database", "key", "folder", "steps", "job", "queue"] {
        assert!(health.checks.iter().any(|check| check.finding.topic() == topic), "{topic}");
    }
    assert!(health.limits.iter().any(|limit| limit.key == "retention.samples_days" && limit.value == "30"));
    assert!(public(&app).await.is_empty());
}

#[tokio::test]
async fn details_are_in_metrics_for_the_tokens_bearer_alone() {
    let open = app(|_| {}).await;
    let text = open.anyone().get("/metrics").await.text();
    assert!(text.contains("\nsteadyline_self_health ") && !text.contains("steadyline_check"), "{text}");
    let app = app(|config| config.metrics.token = Some("a-token-of-some-length".into())).await;
    let bearer = app.anyone().header("authorization", "Bearer a-token-of-some-length");
    let text = bearer.get("/metrics").await.text();
    assert!(text.contains(r#"steadyline_check{group="data",topic="key",subject=""} 0"#), "{text}");
    assert!(text.contains(r#"topic="disk",subject="",what="free",unit="bytes"} "#), "{text}");
}

#[tokio::test]
async fn a_full_disk() {
    let app = app(|_| {}).await;
    if !app.state.db.is_sqlite() {
        return;
    }
    assert_eq!(state_of(&app, "storing").await, (Finding::Storing, CheckState::Ok));
    limit_pages(&app, 1).await;
    while deliver(&app, Uuid::new_v4()).await.status.is_success() {}
    assert_eq!(state_of(&app, "storing").await, (Finding::NotStoring, CheckState::Failed));
    assert!(found(&app, "storing").await.detail.unwrap().contains("disk is full"));
    assert_eq!(public(&app).await, [Affected::Storing]);
    limit_pages(&app, 1 << 30).await;
    jobs::run_due(&app.state, "a").await;
    assert_eq!(state_of(&app, "storing").await, (Finding::Storing, CheckState::Ok));
    assert!(public(&app).await.is_empty());
}

#[tokio::test]
async fn files_that_others_may_read() {
    let app = app(|_| {}).await;
    let folder = app.state.config.data_dir.clone();
    let key = folder.join("server.key");
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    allow(&key, 0o644);
    assert_eq!(state_of(&app, "key").await, (Finding::KeyOpen, CheckState::Failed));
    assert_eq!(found(&app, "key").await.detail.unwrap(), "0644");
    allow(&key, 0o600);
    assert_eq!(state_of(&app, "key").await, (Finding::KeyPrivate, CheckState::Ok));
    allow(&folder, 0o755);
    assert_eq!(state_of(&app, "folder").await, (Finding::FolderOpen, CheckState::Degraded));
    assert!(public(&app).await.is_empty(), "nobody else is told");
    allow(&folder, 0o700);
    assert_eq!(state_of(&app, "folder").await, (Finding::FolderPrivate, CheckState::Ok));
    fs::rename(&key, folder.join("elsewhere")).unwrap();
    assert_eq!(state_of(&app, "key").await, (Finding::KeyMissing, CheckState::Failed));
}

/// Everything answers.
struct Well;

impl Prober for Well {
    fn take(&self, _: bool) -> Taking<'_> {
        let echo = EchoResult { target: "192.0.2.1".into(), sent: 3, rtt_ms: vec![10.0; 3] };
        let round = Round { echoes: vec![echo], ..Round::default() };
        let taken = Taken { round, echo_method: Some("TCP 443".into()), ..Taken::default() };
        Box::pin(std::future::ready(taken))
    }

    fn trace(&self, _: IpAddr) -> Asking<'_> {
        Box::pin(std::future::ready(None))
    }
}

async fn watch(app: &TestApp, watcher: &mut Watcher, minutes: i64) {
    let until = app.now() + TimeDelta::minutes(minutes);
    while app.now() < until {
        let wait = watcher.turn().await.unwrap();
        app.clock.advance(TimeDelta::from_std(wait).unwrap());
    }
}

#[tokio::test]
async fn a_history_that_stopped() {
    let app = app(|config| config.uplinks.enabled = true).await;
    assert_eq!(state_of(&app, "lines").await, (Finding::LinesNone, CheckState::Ok), "it has just started");
    let mut watcher = Watcher::start(&app.state, "eth0", Arc::new(Well)).await.unwrap();
    watch(&app, &mut watcher, 5).await;
    let history = async |app: &TestApp| {
        let checks = health(app).await.checks;
        let lines = checks.iter().find(|check| check.subject.as_deref() == Some("uplink_minutes eth0"));
        lines.unwrap().finding
    };
    assert_eq!(history(&app).await, Finding::HistoryFresh);
    assert_eq!(state_of(&app, "minutes").await, (Finding::MinutesWhole, CheckState::Ok));
    assert_eq!(state_of(&app, "right").await, (Finding::IcmpByTcp, CheckState::Degraded));
    app.clock.advance(TimeDelta::minutes(20));
    assert_eq!(history(&app).await, Finding::HistoryStale);
    assert_eq!(public(&app).await, [Affected::Lines]);
    watch(&app, &mut watcher, 2).await;
    assert_eq!(history(&app).await, Finding::HistoryFresh);
    assert!(public(&app).await.is_empty());
    let gap = found(&app, "minutes").await;
    assert_eq!((gap.finding, gap.state), (Finding::MinutesMissing, CheckState::Degraded));
    assert!((1140.0..=1260.0).contains(&gap.figures[1].value), "the longest gap: {gap:?}");
}

#[tokio::test]
async fn sums_that_lack_the_newest_test() {
    let app = app(|_| {}).await;
    assert_eq!(state_of(&app, "history").await, (Finding::HistoryFresh, CheckState::Ok), "no test, no sum");
    app.store(good(&app, &app.device(1), app.now())).await;
    assert_eq!(state_of(&app, "history").await, (Finding::HistoryFresh, CheckState::Ok));
    let emptied = app.state.db.write(|tx| {
        Box::pin(async move {
            tx.execute_unprepared("DELETE FROM rollups").await?;
            Ok(())
        })
    });
    emptied.await.unwrap();
    assert_eq!(state_of(&app, "history").await, (Finding::HistoryStale, CheckState::Failed));
    app.store(good(&app, &app.device(1), app.now() + TimeDelta::minutes(1))).await;
    assert_eq!(state_of(&app, "history").await, (Finding::HistoryFresh, CheckState::Ok));
}

#[tokio::test]
async fn a_job_that_is_late() {
    let app = app(|_| {}).await;
    assert_eq!(state_of(&app, "job").await, (Finding::JobOnTime, CheckState::Ok), "it has just started");
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(state_of(&app, "job").await, (Finding::JobLate, CheckState::Degraded));
    jobs::run_due(&app.state, "a").await;
    assert_eq!(state_of(&app, "job").await, (Finding::JobOnTime, CheckState::Ok));
    app.clock.advance(TimeDelta::hours(3));
    assert_eq!(state_of(&app, "job").await, (Finding::JobLate, CheckState::Failed));
}

#[tokio::test]
async fn a_clock_that_is_set() {
    let app = app(|_| {}).await;
    jobs::run_due(&app.state, "a").await;
    assert_eq!(state_of(&app, "steps").await, (Finding::ClockSteady, CheckState::Ok));
    app.clock.set(TimeDelta::hours(-1));
    assert_eq!(state_of(&app, "steps").await, (Finding::ClockStepped, CheckState::Degraded));
    assert!((found(&app, "steps").await.figures[0].value + 3600.0).abs() < 0.1);
    assert_eq!(public(&app).await, [Affected::Times]);
    app.clock.advance(TimeDelta::minutes(62));
    assert_eq!(state_of(&app, "steps").await, (Finding::ClockSteady, CheckState::Ok));
    assert!(public(&app).await.is_empty());
}

#[tokio::test]
async fn work_goes_on_after_the_clock_was_set_back() {
    let app = app(|_| {}).await;
    jobs::run_due(&app.state, "a").await;
    app.clock.set(TimeDelta::days(-3));
    jobs::run_due(&app.state, "a").await;
    for check in health(&app).await.checks.iter().filter(|check| check.finding.topic() == "job") {
        assert_eq!(check.at, Some(app.now()), "{check:?}");
    }
}

#[tokio::test]
async fn a_damaged_page() {
    let app = app(|_| {}).await;
    if !app.state.db.is_sqlite() {
        return;
    }
    let other =
        Database::connect(app.state.config.database_url.as_ref().unwrap().expose_secret()).await.unwrap();
    other
        .execute_unprepared("CREATE TABLE scrap AS SELECT 1 AS a; PRAGMA wal_checkpoint(TRUNCATE)")
        .await
        .unwrap();
    let sql = "SELECT (rootpage - 1) * page_size, page_size FROM sqlite_schema, pragma_page_size WHERE name = 'scrap'";
    let row = other
        .query_one_raw(Statement::from_string(other.get_database_backend(), sql))
        .await
        .unwrap()
        .unwrap();
    let at = |n| usize::try_from(row.try_get_by_index::<i64>(n).unwrap()).unwrap();
    let (from, length) = (at(0), at(1));
    other.close().await.unwrap();
    let file = app.state.config.data_dir.join("steadyline.db");
    let page = fs::read(&file).unwrap()[from..from + length].to_vec();
    let put = |bytes: &[u8]| {
        use std::os::unix::fs::FileExt;
        fs::OpenOptions::new().write(true).open(&file).unwrap().write_all_at(bytes, from as u64).unwrap();
    };
    put(&vec![0xff; length]);
    jobs::run_due(&app.state, "a").await;
    let check = found(&app, "integrity").await;
    assert_eq!((check.finding, check.state), (Finding::IntegrityDamaged, CheckState::Failed));
    assert_eq!(public(&app).await, [Affected::Storing]);
    put(&page);
    app.clock.advance(TimeDelta::seconds(30));
    jobs::run_due(&app.state, "a").await;
    assert_eq!(state_of(&app, "integrity").await, (Finding::IntegrityWhole, CheckState::Ok));
}

#[tokio::test]
async fn a_run_that_was_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let url = database::prepare(folder.path()).await;
    let run = async |orderly: bool| {
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        config.database_url = Some(url.clone().into());
        let state = AppState::build(config, Arc::new(backend::clock::SystemClock)).await.unwrap();
        note_start(&state).await;
        jobs::run_due(&state, "a").await;
        let health = backend::self_health::examined(&state).await;
        let exit = health.checks.iter().find(|check| check.finding.topic() == "exit").unwrap().finding;
        state.stop.cancel();
        state.tasks.close();
        state.tasks.wait().await;
        state.db.close().await.unwrap();
        if orderly {
            note_stop(&state);
        }
        exit
    };
    assert_eq!(run(true).await, Finding::FirstStart);
    assert_eq!(run(false).await, Finding::CleanExit);
    assert_eq!(run(true).await, Finding::UncleanExit);
    assert_eq!(run(true).await, Finding::CleanExit);
}
