//! What runs by itself: retention, gaps, the lock.

use backend::{
    entities::{household, job, measurement, sample, server_gap},
    jobs,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};

use crate::app::{TestApp, stored::good};

#[tokio::test]
async fn samples_and_households_go_after_thirty_days_and_tests_stay() {
    let app = TestApp::new().await;
    app.store(good(&app, &app.device(1), app.now())).await;
    app.clock.advance(TimeDelta::days(31));
    app.store(good(&app, &app.device(1), app.now())).await;
    app.clock.advance(TimeDelta::hours(1));
    jobs::retain(app.state.clone()).await.unwrap();
    let db = &app.state.db.read;
    assert_eq!(sample::Entity::find().count(db).await.unwrap(), 1);
    let tests = measurement::Entity::find().order_by_asc(measurement::Column::Id).all(db).await.unwrap();
    assert_eq!(tests.iter().map(|t| t.household.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(household::Entity::find().count(db).await.unwrap(), 1);
    app.clock.advance(TimeDelta::days(31));
    jobs::retain(app.state.clone()).await.unwrap();
    assert_eq!(household::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(measurement::Entity::find().count(db).await.unwrap(), 2);
}

#[tokio::test]
async fn each_due_job_runs_once_and_again_when_due() {
    let app = TestApp::new().await;
    jobs::run_due(&app.state, "a").await;
    let finished = || async {
        let rows = job::Entity::find().all(&app.state.db.read).await.unwrap();
        rows.into_iter().map(|row| (row.name, row.finished_at, row.last_error)).collect::<Vec<_>>()
    };
    let first = finished().await;
    assert_eq!(first.len(), 8);
    assert!(first.iter().all(|(_, at, error)| *at == Some(app.now().timestamp_millis()) && error.is_none()));
    app.clock.advance(TimeDelta::seconds(1));
    jobs::run_due(&app.state, "b").await;
    assert_eq!(finished().await, first, "nothing was due");
    app.clock.advance(TimeDelta::hours(25));
    jobs::run_due(&app.state, "b").await;
    assert!(finished().await.iter().all(|(_, at, _)| *at == Some(app.now().timestamp_millis())));
}

#[tokio::test]
async fn being_away_leaves_a_gap() {
    let app = TestApp::new().await;
    jobs::note_start(&app.state).await.unwrap();
    jobs::run_due(&app.state, "a").await;
    let away = app.now() + TimeDelta::minutes(5);
    app.clock.advance(TimeDelta::minutes(10));
    jobs::note_start(&app.state).await.unwrap();
    assert_eq!(server_gap::Entity::find().count(&app.state.db.read).await.unwrap(), 1);
    let gap_at =
        async |at: DateTime<Utc>| jobs::find_gap(&app.state.db.read, at.timestamp_millis()).await.unwrap();
    assert!(gap_at(away).await);
    assert!(!gap_at(app.now() + TimeDelta::minutes(1)).await);
}
