//! Storing, listing and deleting tests.

use backend::{
    entities::{household, measurement, rollup, sample},
    measurements::{rebuild, service::store},
};
use chrono::TimeDelta;
use domain::{
    ErrorCode,
    measurements::{
        DELETE_MEASUREMENTS, FIND_LATEST_RESULT, FIND_SHARED_RESULT, LIST_MEASUREMENTS, LIST_OUTAGES,
        LIST_RECENT_MEASUREMENTS, MeasurementQuery, OutageQuery, RecentQuery, SharedPath,
    },
};
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};

use crate::app::{
    TestApp, code,
    stored::{failed, good, idempotent, with_download},
};

#[tokio::test]
async fn a_stored_test_comes_back_and_only_to_its_device() {
    let app = TestApp::new().await;
    let (anna, ben) = (app.device(1), app.device(2));
    let stored = app.store(good(&app, &anna, app.now())).await.result;
    let mine = anna.call(LIST_MEASUREMENTS, &MeasurementQuery::default()).await.unwrap();
    assert_eq!(mine, std::slice::from_ref(&stored.measurement));
    assert_eq!(mine[0].isp.as_deref(), Some("Example Net"));
    assert_eq!(mine[0].latitude, Some(48.14), "places are kept to 0.01 degrees");
    for other in [ben, app.anyone()] {
        assert_eq!(other.call(LIST_MEASUREMENTS, &MeasurementQuery::default()).await.unwrap(), []);
        assert_eq!(other.call(FIND_LATEST_RESULT, &()).await.unwrap().result, None);
    }
    assert_eq!(anna.call(FIND_LATEST_RESULT, &()).await.unwrap().result, Some(stored.clone()));
    let path = SharedPath { id: stored.share_id.clone().unwrap() };
    assert_eq!(app.anyone().call(FIND_SHARED_RESULT, &path).await.unwrap(), stored);
    let missing = SharedPath { id: "nothing".to_owned() };
    assert_eq!(code(app.anyone().call(FIND_SHARED_RESULT, &missing).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_second_delivery_changes_nothing() {
    let app = TestApp::new().await;
    let anna = app.device(1);
    let new = || idempotent(good(&app, &anna, app.now()), "once", 1);
    let first = app.store(new()).await;
    let second = app.store(new()).await;
    assert!(!first.replayed && second.replayed);
    assert_eq!(first.result, second.result);
    let other_body = idempotent(good(&app, &anna, app.now()), "once", 2);
    assert!(store(&app.state, other_body).await.is_err());
    let of_another_device = idempotent(good(&app, &app.device(2), app.now()), "once", 3);
    assert!(!app.store(of_another_device).await.replayed);
    assert_eq!(measurement::Entity::find().count(&app.state.db.read).await.unwrap(), 2);
    let rollups = rollup::Entity::find().all(&app.state.db.read).await.unwrap();
    assert_eq!(rollups.iter().map(|row| row.tests).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn a_token_is_spent_once() {
    let app = TestApp::new().await;
    let spent = || {
        let mut new = good(&app, &app.device(1), app.now());
        new.token_id = Some([9; 16]);
        new
    };
    app.store(spent()).await;
    assert!(store(&app.state, spent()).await.is_err());
    assert_eq!(measurement::Entity::find().count(&app.state.db.read).await.unwrap(), 1);
}

#[tokio::test]
async fn an_invalid_run_is_kept_and_counted_nowhere() {
    let app = TestApp::new().await;
    let anna = app.device(1);
    let mut hidden = good(&app, &anna, app.now());
    hidden.measurement.valid = false;
    hidden.invalid_reason = Some("hidden_tab".to_owned());
    app.store(hidden).await;
    let all = anna.call(LIST_MEASUREMENTS, &MeasurementQuery::default()).await.unwrap();
    assert!(!all[0].valid);
    assert_eq!(rollup::Entity::find().count(&app.state.db.read).await.unwrap(), 0);
    assert_eq!(household::Entity::find().count(&app.state.db.read).await.unwrap(), 0);
}

#[tokio::test]
async fn a_test_without_a_device_is_in_nobodys_figures() {
    let app = TestApp::new().await;
    app.store(good(&app, &app.anyone(), app.now())).await;
    assert_eq!(measurement::Entity::find().count(&app.state.db.read).await.unwrap(), 1);
    assert_eq!(rollup::Entity::find().count(&app.state.db.read).await.unwrap(), 0);
}

#[tokio::test]
async fn rebuilt_rollups_equal_the_kept_ones() {
    let app = TestApp::new().await;
    for n in 0..40_u32 {
        let visitor = app.device((n % 3) as u8);
        let at = app.now() - TimeDelta::minutes(i64::from(n * 7 % 95));
        let mut new = match n % 8 {
            0 => failed(&app, &visitor, at),
            1 => with_download(&app, &visitor, at, 0.3),
            _ => with_download(&app, &visitor, at, 40.0 + f64::from(n) / 3.0),
        };
        new.measurement.valid = n % 11 != 0;
        if n % 5 == 0 {
            new.provider = None;
        }
        app.store(new).await;
    }
    let read = || async {
        let rows = rollup::Entity::find()
            .order_by_asc(rollup::Column::DeviceId)
            .order_by_asc(rollup::Column::ProviderId)
            .order_by_asc(rollup::Column::Bucket);
        rows.all(&app.state.db.read).await.unwrap()
    };
    let kept = read().await;
    assert!(kept.len() > 10);
    for _ in 0..2 {
        assert_eq!(rebuild::rebuild_all(&app.state.db).await.unwrap(), 3);
        assert_eq!(read().await, kept);
    }
}

#[tokio::test]
async fn lists_are_newest_first_and_bounded() {
    let app = TestApp::new().await;
    let anna = app.device(1);
    for hours in [30, 1, 5, 3] {
        app.store(good(&app, &anna, app.now() - TimeDelta::hours(hours))).await;
    }
    app.store(failed(&app, &anna, app.now() - TimeDelta::hours(2))).await;
    app.store(with_download(&app, &anna, app.now() - TimeDelta::hours(4), 0.2)).await;
    let ages = |list: Vec<domain::measurements::Measurement>| -> Vec<i64> {
        list.iter().map(|m| (app.now() - m.timestamp).num_hours()).collect()
    };
    let page = MeasurementQuery { skip: 1, limit: 3 };
    assert_eq!(ages(anna.call(LIST_MEASUREMENTS, &page).await.unwrap()), [2, 3, 4]);
    let recent = anna.call(LIST_RECENT_MEASUREMENTS, &RecentQuery { hours: 4 }).await.unwrap();
    assert_eq!(ages(recent), [1, 2, 3, 4]);
    let outages = anna.call(LIST_OUTAGES, &OutageQuery::default()).await.unwrap();
    assert_eq!(outages.iter().map(|m| m.download_speed).collect::<Vec<_>>(), [None, Some(0.2)]);
}

#[rstest]
#[case::skip_below_zero("/api/measurements?skip=-1", 422)]
#[case::limit_zero("/api/measurements?limit=0", 422)]
#[case::limit_too_large("/api/measurements?limit=501", 422)]
#[case::no_number("/api/measurements?limit=many", 400)]
#[case::hours_too_many("/api/measurements/recent?hours=169", 422)]
#[case::outages_too_many("/api/outages?limit=201", 422)]
#[tokio::test]
async fn out_of_bounds_is_refused(#[case] uri: &str, #[case] status: u16) {
    let app = TestApp::new().await;
    let reply = app.device(1).get(uri).await;
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
}

#[tokio::test]
async fn a_device_id_that_is_no_uuid_is_refused() {
    let app = TestApp::new().await;
    let reply = app.anyone().header("x-client-id", "me").get("/api/measurements").await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn deleting_needs_the_operators_key() {
    let closed = TestApp::new().await;
    assert_eq!(code(closed.device(1).call(DELETE_MEASUREMENTS, &()).await), ErrorCode::Unavailable);
    let app = TestApp::with(|config| config.admin.key = Some("operator".to_owned().into())).await;
    assert_eq!(code(app.device(1).call(DELETE_MEASUREMENTS, &()).await), ErrorCode::Forbidden);
    let wrong = app.device(1).header("x-admin-key", "operato");
    assert_eq!(code(wrong.call(DELETE_MEASUREMENTS, &()).await), ErrorCode::Forbidden);
}

#[tokio::test]
async fn deleting_takes_one_device_or_all() {
    let app = TestApp::with(|config| config.admin.key = Some("operator".to_owned().into())).await;
    for device in [1, 1, 2, 3] {
        app.store(good(&app, &app.device(device), app.now())).await;
    }
    let one = app.device(1).header("x-admin-key", "operator");
    assert_eq!(one.call(DELETE_MEASUREMENTS, &()).await.unwrap().deleted, 2);
    assert_eq!(rollup::Entity::find().count(&app.state.db.read).await.unwrap(), 2);
    let unknown = app.device(9).header("x-admin-key", "operator");
    assert_eq!(unknown.call(DELETE_MEASUREMENTS, &()).await.unwrap().deleted, 0);
    let all = app.anyone().header("x-admin-key", "operator");
    assert_eq!(all.call(DELETE_MEASUREMENTS, &()).await.unwrap().deleted, 2);
    for count in [
        measurement::Entity::find().count(&app.state.db.read).await.unwrap(),
        rollup::Entity::find().count(&app.state.db.read).await.unwrap(),
        sample::Entity::find().count(&app.state.db.read).await.unwrap(),
    ] {
        assert_eq!(count, 0);
    }
}
