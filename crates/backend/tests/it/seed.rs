//! Invented data: as much as was asked for, the same for the same number, and readable as real tests are.

use backend::{
    entities::{device, measurement, rollup},
    seed::{SeedPlan, UPLINK, device_id, seed, seed_uplink},
};
use domain::{
    measurements::{LIST_MEASUREMENTS, MeasurementQuery},
    uplinks::{GET_UPLINK_HISTORY, UplinkHistoryInput, UplinkRange, UplinkTotals},
};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};

use crate::app::TestApp;

const PLAN: SeedPlan = SeedPlan { measurements: 600, devices: 5, providers: 2, days: 10, seed: 7 };

async fn seeded(plan: SeedPlan) -> (TestApp, Vec<measurement::Model>) {
    let app = TestApp::new().await;
    seed(&app.state, plan).await.unwrap_or_else(|e| panic!("{e:?}"));
    let rows = measurement::Entity::find().order_by_asc(measurement::Column::Id);
    let rows = rows.all(&app.state.db.read).await.unwrap();
    (app, rows)
}

#[tokio::test]
async fn the_plan_is_what_is_there() {
    let (app, rows) = seeded(PLAN).await;
    let db = &app.state.db.read;
    assert_eq!((rows.len(), device::Entity::find().count(db).await.unwrap()), (600, 5));
    let rollups = rollup::Entity::find().all(db).await.unwrap();
    let counted: i32 = rollups.iter().map(|row| row.tests).sum();
    assert_eq!(counted as usize, rows.iter().filter(|row| row.valid).count());
    let mut first = app.anyone();
    first.device = Some(device_id(0));
    let query = MeasurementQuery { limit: 500, ..MeasurementQuery::default() };
    let mine = first.call(LIST_MEASUREMENTS, &query).await.unwrap();
    assert!(mine.len() >= 60, "a tenth is the first device's: {}", mine.len());
}

#[tokio::test]
async fn the_same_number_invents_the_same_tests() {
    let (_one, first) = seeded(PLAN).await;
    let (_two, second) = seeded(PLAN).await;
    let (_three, other) = seeded(SeedPlan { seed: 8, ..PLAN }).await;
    assert_eq!(first, second);
    assert_ne!(first, other);
}

#[tokio::test]
async fn seeding_again_adds_tests_to_the_same_devices() {
    let (app, _) = seeded(PLAN).await;
    seed(&app.state, SeedPlan { seed: 8, ..PLAN }).await.unwrap_or_else(|e| panic!("{e:?}"));
    let db = &app.state.db.read;
    assert_eq!(measurement::Entity::find().count(db).await.unwrap(), 1200);
    assert_eq!(device::Entity::find().count(db).await.unwrap(), 5);
}

#[tokio::test]
async fn an_invented_line_has_minutes_sums_and_faults_with_paths() {
    let app = TestApp::new().await;
    seed_uplink(&app.state, 8, 1).await.unwrap_or_else(|e| panic!("{e:?}"));
    let input = UplinkHistoryInput { name: UPLINK.into(), range: UplinkRange::Week };
    let past = app.anyone().call(GET_UPLINK_HISTORY, &input).await.unwrap();
    let UplinkTotals { up, degraded, down, no_data } = past.totals;
    // The running hour is 60 minutes to come.
    assert_eq!(up + degraded + down + no_data, 7 * 24 * 60 - 60);
    assert!(up > 9_000 && past.days.len() == 8, "{:?}", past.totals);
    assert!(past.points[..167].iter().all(|point| point.up == 0 || point.rtt_deciles.len() == 9));
    assert!(
        !past.faults.is_empty()
            && past.faults.iter().all(|fault| fault.trace.is_some() && fault.to.is_some())
    );
}
