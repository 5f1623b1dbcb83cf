//! What watchers are told of stored tests: their own at once, others' late, coarse and only among k households.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use backend::{AppState, measurements::service::store};
use domain::live::{LiveEvent, LiveMeasurement};
use http_body_util::BodyExt;
use sea_orm::{ConnectionTrait, Statement};
use tokio::time::timeout;

use crate::app::{TestApp, Visitor, database::postgres_url, stored::good};

/// Longer than any event takes here.
const QUIET: Duration = Duration::from_millis(400);
const PATIENCE: Duration = Duration::from_secs(5);

/// One reader of the event stream.
struct Watcher {
    body: Body,
    waiting: String,
}

impl Watcher {
    async fn of(visitor: &Visitor<'_>) -> Self {
        Self { body: visitor.stream("/api/events/live").await, waiting: String::new() }
    }

    async fn next(&mut self) -> LiveEvent {
        loop {
            if let Some(end) = self.waiting.find("\n\n") {
                let event: String = self.waiting.drain(..end + 2).collect();
                return serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap();
            }
            let frame = self.body.frame().await.expect("the stream has no end").unwrap();
            self.waiting += std::str::from_utf8(&frame.into_data().unwrap()).unwrap();
        }
    }

    /// The next event that is no heartbeat, if one comes in time.
    async fn news(&mut self, patience: Duration) -> Option<LiveEvent> {
        let news = async {
            loop {
                match self.next().await {
                    LiveEvent::Heartbeat { .. } => {}
                    event => break event,
                }
            }
        };
        timeout(patience, news).await.ok()
    }

    async fn told(&mut self) -> LiveMeasurement {
        match self.news(PATIENCE).await {
            Some(LiveEvent::Measurement { data }) => data,
            other => panic!("{other:?}"),
        }
    }
}

async fn with_delay(delay: Duration) -> TestApp {
    let app = TestApp::with(|config| (config.live.min_delay, config.live.max_delay) = (delay, delay)).await;
    wait_for_listeners(&app.state, 1).await;
    app
}

/// On PostgreSQL an instance hears events once its LISTEN is through.
async fn wait_for_listeners(state: &AppState, count: usize) {
    if state.db.is_sqlite() {
        return;
    }
    let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    let listening = || async {
        let query = Statement::from_string(state.db.read.get_database_backend(), sql);
        state.db.read.query_all_raw(query).await.unwrap().len()
    };
    while listening().await < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_community_is_told_coarsely_and_only_among_three_other_households() {
    let app = with_delay(Duration::ZERO).await;
    let mut own = Watcher::of(&app.device(1)).await;
    let mut neighbour = Watcher::of(&app.device(2)).await;
    let mut stranger = Watcher::of(&app.device(9)).await;
    for number in [2, 3] {
        app.store(good(&app, &app.device(number), app.now())).await;
    }
    assert_eq!(stranger.news(QUIET).await, None, "two households are too few");
    assert!(neighbour.told().await.own);

    let stored = app.store(good(&app, &app.device(1), app.now())).await;
    let told = own.told().await;
    assert!(told.own);
    assert_eq!((told.id, told.download_speed), (Some(stored.result.measurement.id), Some(90.0)));
    let coarse = LiveMeasurement {
        isp: Some("Example Net".to_owned()),
        download_speed: Some(100.0),
        ..LiveMeasurement::default()
    };
    assert_eq!(stranger.told().await, coarse);
    assert_eq!(neighbour.news(QUIET).await, None, "the watcher's own household does not count");
    assert_eq!(own.news(QUIET).await, None, "an own test is told once");

    app.store(good(&app, &app.device(4), app.now())).await;
    assert_eq!(neighbour.told().await, coarse, "now three others tested");
}

#[tokio::test]
async fn others_are_told_late_and_one_device_at_once() {
    let app = with_delay(Duration::from_secs(1)).await;
    for number in [2, 3] {
        app.store(good(&app, &app.device(number), app.now())).await;
    }
    let mut own = Watcher::of(&app.device(1)).await;
    let mut stranger = Watcher::of(&app.device(9)).await;
    app.store(good(&app, &app.device(1), app.now())).await;
    assert!(own.told().await.own);
    assert_eq!(stranger.news(QUIET).await, None);
    assert!(!stranger.told().await.own);
}

#[tokio::test]
async fn a_slow_reader_is_told_that_it_missed_events_and_goes_on_with_the_newest() {
    let app = with_delay(Duration::from_mins(1)).await;
    let stored = app.store(good(&app, &app.device(1), app.now())).await;
    let mut watcher = Watcher::of(&app.device(1)).await;
    let count = 400;
    for id in 1..=count {
        let data = LiveMeasurement { id: Some(id), ..LiveMeasurement::default() };
        let (device_id, provider_id) = (stored.device_id, stored.provider_id);
        app.state.live.publish(backend::live::StoredTest { device_id, provider_id, data }).await;
    }
    tokio::time::sleep(QUIET).await;
    assert_eq!(watcher.news(PATIENCE).await, Some(LiveEvent::Lagged));
    let first = watcher.told().await.id.unwrap();
    assert!(first > 1, "the oldest are gone: {first}");
    for id in first + 1..=count {
        assert_eq!(watcher.told().await.id, Some(id));
    }
}

#[tokio::test]
async fn watchers_of_one_address_have_an_end_and_give_their_place_back() {
    let app = TestApp::with(|config| config.live.max_per_address = 1).await;
    let first = Watcher::of(&app.device(1)).await;
    let refused = app.device(1).get("/api/events/live").await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after"));
    drop(first);
    Watcher::of(&app.device(1)).await;
}

/// Two instances share a database: PostgreSQL alone can do that, so it has something to check there alone.
#[tokio::test]
async fn a_test_stored_by_one_instance_is_told_by_the_other() {
    if postgres_url().is_none() {
        return;
    }
    let app = with_delay(Duration::ZERO).await;
    let other = AppState::build(app.state.config.clone(), Arc::new(app.clock.clone())).await.unwrap();
    wait_for_listeners(&app.state, 2).await;
    let mut watcher = Watcher::of(&app.device(1)).await;
    let stored = store(&other, good(&app, &app.device(1), app.now())).await.unwrap();
    let told = watcher.told().await;
    assert_eq!((told.own, told.id), (true, Some(stored.result.measurement.id)));
    other.stop.cancel();
}
