//! Taking one's data along, deleting it, joining another browser.

use backend::entities::{device, device_key, household, measurement, pair_code, rollup, sample};
use chrono::TimeDelta;
use domain::{
    ErrorCode,
    me::{CREATE_PAIR_CODE, DELETE_ME, EXPORT_JSON, EXPORT_ME, ExportQuery, JOIN_PAIR, PairPath},
    measurements::{LIST_MEASUREMENTS, MeasurementQuery},
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::app::{
    TestApp, code,
    stored::{failed, good},
};

#[tokio::test]
async fn deleting_leaves_nothing_of_the_device_and_all_of_others() {
    let app = TestApp::new().await;
    let (anna, ben) = (app.device(1), app.device(2));
    for visitor in [&anna, &anna, &ben] {
        app.store(good(&app, visitor, app.now())).await;
    }
    anna.call(CREATE_PAIR_CODE, &()).await.unwrap();
    let deleted = anna.call(DELETE_ME, &()).await.unwrap().deleted;
    let expected = [("devices", 1), ("measurements", 2), ("samples", 2), ("rollups", 1), ("pair_codes", 1)];
    for (table, rows) in expected {
        assert_eq!(deleted.get(table), Some(&rows), "{table} in {deleted:?}");
    }
    let db = &app.state.db.read;
    assert_eq!(device::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(device_key::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(measurement::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(sample::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(rollup::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(household::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(pair_code::Entity::find().count(db).await.unwrap(), 0);
    // Again: there is nothing left, and that is no error.
    assert!(anna.call(DELETE_ME, &()).await.unwrap().deleted.is_empty());
}

#[tokio::test]
async fn what_is_ones_own_needs_a_device() {
    let app = TestApp::new().await;
    assert_eq!(code(app.anyone().call(DELETE_ME, &()).await), ErrorCode::Malformed);
    assert_eq!(code(app.anyone().call(EXPORT_ME, &()).await), ErrorCode::Malformed);
}

#[tokio::test]
async fn the_export_holds_everything_and_no_id() {
    let app = TestApp::new().await;
    let anna = app.device(1);
    for n in 0..3 {
        app.store(good(&app, &anna, app.now() - TimeDelta::hours(n))).await;
    }
    app.store(failed(&app, &anna, app.now() - TimeDelta::hours(9))).await;
    app.store(good(&app, &app.device(2), app.now())).await;
    let export = anna.call(EXPORT_ME, &()).await.unwrap();
    assert_eq!(export.measurements.len(), 4);
    assert_eq!(export.measurements[3].failure.as_deref(), Some("offline"));
    assert!(export.measurements[0].samples.is_some());
    assert_eq!(export.device.unwrap().time_zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(export.providers[0].isp.as_deref(), Some("Example Net"));
    let text = anna.get("/api/me/export").await.text();
    assert!(!text.contains(&anna.device.unwrap().to_string()) && !text.contains("198.51.100.1"));
    let nobody = app.device(9).call(EXPORT_ME, &()).await.unwrap();
    assert!(nobody.device.is_none() && nobody.measurements.is_empty());
}

#[tokio::test]
async fn csv_and_json_hold_the_window() {
    let app = TestApp::new().await;
    let anna = app.device(1);
    let mut formula = good(&app, &anna, app.now());
    formula.measurement.location = Some("=HYPERLINK(\"x\"),Berlin".to_owned());
    app.store(formula).await;
    app.store(failed(&app, &anna, app.now() - TimeDelta::days(2))).await;
    app.store(good(&app, &anna, app.now() - TimeDelta::days(200))).await;
    let json = anna.call(EXPORT_JSON, &ExportQuery { days: 90 }).await.unwrap();
    assert_eq!((json.count, json.measurements.len()), (2, 2));
    assert_eq!(json.measurements[1].download_mbps, None);
    let csv = anna.get("/api/export/csv?days=90").await;
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"speed_tests_20261121.csv\"");
    let text = csv.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], "timestamp,download_mbps,upload_mbps,ping_ms,isp,city,country");
    assert!(lines[1].starts_with("2026-11-21T09:00:00Z,90.0,20.0,12.0,Example Net,\"'=HYPERLINK("), "{text}");
    assert!(lines[2].ends_with(",,,,Example Net,,"), "{text}");
    assert_eq!(anna.get("/api/export/csv?days=0").await.status, 422);
    let nobody = app.anyone().call(EXPORT_JSON, &ExportQuery::default()).await.unwrap();
    assert_eq!(nobody.count, 0);
}

#[tokio::test]
async fn exports_go_on_beyond_a_page() {
    let app = TestApp::new().await;
    let anna = app.device(1);
    // Many at the same instant: pages are cut by instant and id.
    for n in 0..1_003 {
        app.store(good(&app, &anna, app.now() - TimeDelta::minutes(n / 200))).await;
    }
    let json = anna.call(EXPORT_JSON, &ExportQuery::default()).await.unwrap();
    assert_eq!((json.count, json.measurements.len()), (1_003, 1_003));
}

#[tokio::test]
async fn another_browser_joins_and_brings_its_tests() {
    let app = TestApp::new().await;
    let (phone, desk) = (app.device(1), app.device(2));
    app.store(good(&app, &phone, app.now())).await;
    app.store(good(&app, &desk, app.now())).await;
    app.store(good(&app, &desk, app.now() - TimeDelta::hours(1))).await;
    let code_of_phone = phone.call(CREATE_PAIR_CODE, &()).await.unwrap().code;
    let typed = PairPath { code: format!("{}-{}", &code_of_phone[..4], &code_of_phone[4..]).to_lowercase() };
    let paired = desk.call(JOIN_PAIR, &typed).await.unwrap();
    assert_eq!(paired.moved_tests, 2);
    for visitor in [&phone, &desk] {
        assert_eq!(visitor.call(LIST_MEASUREMENTS, &MeasurementQuery::default()).await.unwrap().len(), 3);
    }
    let tests: i32 =
        rollup::Entity::find().all(&app.state.db.read).await.unwrap().iter().map(|row| row.tests).sum();
    assert_eq!(tests, 3, "the rollups moved along");
    assert_eq!(device::Entity::find().count(&app.state.db.read).await.unwrap(), 1);
    assert_eq!(code(app.device(3).call(JOIN_PAIR, &typed).await), ErrorCode::NotFound, "it works once");
}

#[tokio::test]
async fn a_code_ends_after_five_minutes() {
    let app = TestApp::new().await;
    let path = PairPath { code: app.device(1).call(CREATE_PAIR_CODE, &()).await.unwrap().code };
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(code(app.device(2).call(JOIN_PAIR, &path).await), ErrorCode::NotFound);
    let wrong = PairPath { code: "00000000".to_owned() };
    assert_eq!(code(app.device(2).call(JOIN_PAIR, &wrong).await), ErrorCode::NotFound);
}
