//! Tests of this server's own lines by the clock: each attempt is kept, in its time, and none in quiet hours.

use backend::{entities::measurement, speed_tests::test_lines};
use chrono::TimeDelta;
use domain::speed_tests::schedule::Schedule;
use sea_orm::{EntityTrait, QueryOrder};

use crate::app::TestApp;

/// A server with one line, whose endpoint refuses.
async fn scheduled(quiet: Option<&str>) -> TestApp {
    TestApp::with(|config| {
        config.speed.endpoints = vec!["http://127.0.0.1:1".to_owned()];
        config.uplinks.interfaces = vec!["lo".to_owned()];
        let quiet = quiet.map(|hours| hours.parse().unwrap());
        config.uplinks.speed_tests =
            Some(Schedule { every: TimeDelta::hours(6), quiet, daily_bytes: 1_000_000 });
    })
    .await
}

async fn kept(app: &TestApp) -> Vec<measurement::Model> {
    let rows = measurement::Entity::find().order_by_asc(measurement::Column::StartedAt);
    rows.all(&app.state.db.read).await.unwrap()
}

#[tokio::test]
async fn an_attempt_without_an_answer_is_kept_and_not_made_again_at_once() {
    let app = scheduled(None).await;
    test_lines(app.state.clone()).await.unwrap();
    app.clock.advance(TimeDelta::hours(5));
    test_lines(app.state.clone()).await.unwrap();
    let rows = kept(&app).await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.uplink.as_deref(), row.failure.as_deref()), (Some("lo"), Some("no_endpoint")));
    assert!(!row.valid && !row.is_outage && row.download_mbps.is_none(), "{row:?}");
    app.clock.advance(TimeDelta::hours(1));
    test_lines(app.state.clone()).await.unwrap();
    assert_eq!(kept(&app).await.len(), 2);
}

#[tokio::test]
async fn a_busy_line_is_not_tested_and_that_is_kept() {
    let app = scheduled(None).await;
    let pass = app.state.speed.admit_own(&app.state).map_err(|_| "full").unwrap();
    test_lines(app.state.clone()).await.unwrap();
    drop(pass);
    let rows = kept(&app).await;
    assert_eq!((rows.len(), rows[0].failure.as_deref(), rows[0].valid), (1, Some("line_busy"), false));
}

#[tokio::test]
async fn nothing_begins_in_quiet_hours_or_unasked() {
    // The tests' clock shows 09:00 UTC.
    let quiet = scheduled(Some("22:00-09:30")).await;
    test_lines(quiet.state.clone()).await.unwrap();
    assert!(kept(&quiet).await.is_empty());
    quiet.clock.advance(TimeDelta::minutes(30));
    test_lines(quiet.state.clone()).await.unwrap();
    assert_eq!(kept(&quiet).await.len(), 1);

    let unasked =
        TestApp::with(|config| config.speed.endpoints = vec!["http://127.0.0.1:1".to_owned()]).await;
    test_lines(unasked.state.clone()).await.unwrap();
    assert!(kept(&unasked).await.is_empty());
}
