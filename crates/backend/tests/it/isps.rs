//! What the community sees of each other: nothing below k households, the viewer not counted.

use chrono::TimeDelta;
use domain::isps::{CommunityStatus, GET_STATUS, IspReliabilityQuery, LIST_ISP_RELIABILITY};

use crate::app::{
    TestApp,
    stored::{failed, good},
};

async fn with_households(count: u8) -> TestApp {
    let app = TestApp::new().await;
    for number in 1..=count {
        for n in 0..12 {
            app.store(good(&app, &app.device(number), app.now() - TimeDelta::minutes(n * 20))).await;
        }
    }
    app
}

#[tokio::test]
async fn three_others_are_told_and_two_are_not() {
    let app = with_households(3).await;
    let query = IspReliabilityQuery::default();
    let outside = app.device(99).call(LIST_ISP_RELIABILITY, &query).await.unwrap();
    assert!(!outside[0].suppressed);
    assert_eq!((outside[0].total_tests, outside[0].devices), (Some(36), Some(3)));
    assert_eq!((outside[0].avg_download, outside[0].uptime_pct), (Some(90.0), Some(100.0)));
    let inside = app.device(1).call(LIST_ISP_RELIABILITY, &query).await.unwrap();
    assert!(inside[0].suppressed, "the viewer's own household does not count");
    assert_eq!((inside[0].total_tests, inside[0].avg_download), (None, None));
    let status = app.device(99).call(GET_STATUS, &()).await.unwrap();
    assert_eq!((status.status, status.total_measurements_7d), (CommunityStatus::Healthy, Some(36)));
    let status = app.device(1).call(GET_STATUS, &()).await.unwrap();
    assert_eq!((status.status, status.avg_download_24h), (CommunityStatus::Unknown, None));
    assert!(status.suppressed && status.daily_summary.iter().all(|day| day.tests.is_none()));
}

#[tokio::test]
async fn devices_of_one_household_are_one_participant() {
    let app = TestApp::new().await;
    for number in 1..=4 {
        app.store(good(&app, &app.device(number).from([192, 0, 2, 1]), app.now())).await;
    }
    let list = app.device(99).call(LIST_ISP_RELIABILITY, &IspReliabilityQuery::default()).await.unwrap();
    assert!(list[0].suppressed);
}

#[tokio::test]
async fn one_households_failures_say_nothing_of_the_provider() {
    let app = with_households(4).await;
    for n in 0..10 {
        app.store(failed(&app, &app.device(1), app.now() - TimeDelta::minutes(n * 15))).await;
    }
    let query = IspReliabilityQuery::default();
    let list = app.device(99).call(LIST_ISP_RELIABILITY, &query).await.unwrap();
    assert_eq!((list[0].outage_tests, list[0].total_tests), (Some(0), Some(48)));
    // Two other households fail in the same quarter of an hour: now all three count.
    for number in [2, 3] {
        app.store(failed(&app, &app.device(number), app.now())).await;
    }
    app.clock.advance(TimeDelta::minutes(6));
    let list = app.device(99).call(LIST_ISP_RELIABILITY, &query).await.unwrap();
    assert!(list[0].outage_tests.unwrap() >= 3, "{list:?}");
}

#[tokio::test]
async fn deleted_data_is_gone_from_the_figures_at_once() {
    let app = with_households(3).await;
    let query = IspReliabilityQuery::default();
    assert!(!app.device(99).call(LIST_ISP_RELIABILITY, &query).await.unwrap()[0].suppressed);
    app.device(2).call(domain::me::DELETE_ME, &()).await.unwrap();
    let list = app.device(99).call(LIST_ISP_RELIABILITY, &query).await.unwrap();
    assert!(list[0].suppressed && list[0].total_tests.is_none());
}

#[tokio::test]
async fn nobody_is_an_empty_list() {
    let app = TestApp::new().await;
    let list = app.anyone().call(LIST_ISP_RELIABILITY, &IspReliabilityQuery::default()).await.unwrap();
    assert!(list.is_empty());
    let status = app.anyone().call(GET_STATUS, &()).await.unwrap();
    assert_eq!((status.status, status.active_outages), (CommunityStatus::Unknown, None));
}
