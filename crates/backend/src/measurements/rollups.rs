//! Rollup rows: adding one test to its row, and reading windows as facts for the rules.

use domain::histogram::LogHistogram;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QuerySelect};

use crate::{
    db::time::bucket_of,
    entities::{measurement, rollup},
};

/// bit/s in a Mbit/s, and µs in a ms: sums are kept as whole numbers.
const BITS: f64 = 1e6;
const MICROS: f64 = 1e3;

/// Counts a valid test of a device into its row, inside the unit that stores it.
pub async fn add<C: ConnectionTrait>(db: &C, device_id: i64, test: &measurement::Model) -> Result<(), DbErr> {
    let key = (device_id, test.provider_id, bucket_of(test.started_at));
    let existing = rollup::Entity::find_by_id(key).lock_exclusive().one(db).await?;
    let is_new = existing.is_none();
    let mut row = existing.unwrap_or_else(|| empty(key));
    count(&mut row, test)?;
    if is_new {
        rollup::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    } else {
        row.into_active_model().reset_all().update(db).await?;
    }
    Ok(())
}

/// A row without a test.
pub fn empty((device_id, provider_id, bucket): (i64, i64, i64)) -> rollup::Model {
    rollup::Model {
        device_id,
        provider_id,
        bucket,
        tests: 0,
        failures: 0,
        outages: 0,
        last_test_at: i64::MIN,
        download_count: 0,
        download_sum: 0,
        upload_count: 0,
        upload_sum: 0,
        ping_count: 0,
        ping_sum: 0,
        download_histogram: None,
        upload_histogram: None,
        ping_histogram: None,
        jitter_histogram: None,
        loaded_down_histogram: None,
        loaded_up_histogram: None,
    }
}

/// Counts one test into a row. A failed test has no figures: it lowers uptime and no mean.
pub fn count(row: &mut rollup::Model, test: &measurement::Model) -> Result<(), DbErr> {
    row.tests += 1;
    row.failures += i32::from(test.failure.is_some());
    row.outages += i32::from(test.is_outage);
    row.last_test_at = row.last_test_at.max(test.started_at);
    let main = [
        (test.download_mbps, BITS, &mut row.download_count, &mut row.download_sum),
        (test.upload_mbps, BITS, &mut row.upload_count, &mut row.upload_sum),
        (test.ping_ms, MICROS, &mut row.ping_count, &mut row.ping_sum),
    ];
    for (value, unit, count, sum) in main {
        let Some(value) = value.filter(|v| v.is_finite() && *v >= 0.0) else { continue };
        *count += 1;
        *sum = sum.saturating_add((value * unit).round() as i64);
    }
    let histograms = [
        (test.download_mbps, &mut row.download_histogram),
        (test.upload_mbps, &mut row.upload_histogram),
        (test.ping_ms, &mut row.ping_histogram),
        (test.jitter_ms, &mut row.jitter_histogram),
        (test.loaded_ping_down_ms, &mut row.loaded_down_histogram),
        (test.loaded_ping_up_ms, &mut row.loaded_up_histogram),
    ];
    for (value, bytes) in histograms {
        let Some(value) = value else { continue };
        let mut histogram = decode(bytes.as_deref())?;
        if histogram.record(value) {
            *bytes = Some(histogram.to_bytes());
        }
    }
    Ok(())
}

/// A stored histogram; none is an empty one.
pub fn decode(bytes: Option<&[u8]>) -> Result<LogHistogram, DbErr> {
    bytes.map_or_else(
        || Ok(LogHistogram::new()),
        |bytes| LogHistogram::from_bytes(bytes).map_err(|e| DbErr::Custom(format!("a rollup row: {e}"))),
    )
}
