//! Facts of windows, local days and local hours, read from rollups.
//!
//! A window's ends rarely fall on a bucket's border: what lies in a bucket cut in two is read from the tests
//! themselves (15 minutes of one device at most), so that figures are exact for the very window that was asked for.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use domain::history::facts::{DayFacts, HourFacts, TestFigures, WindowFacts};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use crate::{
    db::time::{BUCKET_MS, bucket_of, from_ms},
    entities::{
        measurement,
        rollup::{self, Column},
    },
    measurements::rollups::decode,
};

/// The columns of a rollup row that rules look at.
#[derive(FromQueryResult)]
struct Row {
    bucket: i64,
    tests: i32,
    failures: i32,
    outages: i32,
    last_test_at: i64,
    download_histogram: Option<Vec<u8>>,
    upload_histogram: Option<Vec<u8>>,
    ping_histogram: Option<Vec<u8>>,
}

/// The counts of a row alone.
#[derive(FromQueryResult)]
struct Counts {
    bucket: i64,
    tests: i32,
    failures: i32,
    outages: i32,
}

/// A half-open window in Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: i64,
    pub to: i64,
}

impl Window {
    /// The last hours up to and with now. It ends with the running bucket: no test is from the future, so that the
    /// bucket's row holds what belongs in here and need not be cut.
    pub fn last_hours(now: DateTime<Utc>, hours: u32) -> Self {
        let now = now.timestamp_millis();
        Self { from: now - i64::from(hours) * 3_600_000, to: (bucket_of(now) + 1) * BUCKET_MS }
    }

    /// The last days of 24 hours each, up to and with now.
    pub fn last_days(now: DateTime<Utc>, days: u32) -> Self {
        Self::last_hours(now, days.saturating_mul(24))
    }

    /// Between two instants.
    pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self { from: from.timestamp_millis(), to: to.timestamp_millis() }
    }
}

/// Everything counted in a window.
pub async fn window_facts(
    db: &DatabaseConnection,
    device_id: i64,
    window: Window,
) -> Result<WindowFacts, DbErr> {
    let (first, end) = whole_buckets(window);
    let mut facts = WindowFacts::default();
    if first >= end {
        count_tests(db, device_id, window, &mut facts).await?;
        return Ok(facts);
    }
    for (_, row) in bucket_facts(db, device_id, first, end).await? {
        facts.merge(&row);
    }
    let edges = [
        Window { from: window.from, to: first * BUCKET_MS },
        Window { from: end * BUCKET_MS, to: window.to },
    ];
    for edge in edges {
        count_tests(db, device_id, edge, &mut facts).await?;
    }
    Ok(facts)
}

/// The first whole bucket of a window and the first one after its whole ones.
fn whole_buckets(window: Window) -> (i64, i64) {
    (bucket_of(window.from + BUCKET_MS - 1), bucket_of(window.to))
}

/// Each row's facts with its bucket; a bucket comes once for each provider.
pub async fn bucket_facts(
    db: &DatabaseConnection,
    device_id: i64,
    first: i64,
    end: i64,
) -> Result<Vec<(i64, WindowFacts)>, DbErr> {
    let rows = buckets(device_id, first, end)
        .column(Column::LastTestAt)
        .columns([Column::DownloadHistogram, Column::UploadHistogram, Column::PingHistogram])
        .into_model::<Row>()
        .all(db)
        .await?;
    rows.into_iter().map(|row| Ok((row.bucket, row.facts()?))).collect()
}

/// A device's rollup rows from one bucket up to another, with their counts.
fn buckets(device_id: i64, first: i64, end: i64) -> Select<rollup::Entity> {
    rollup::Entity::find()
        .select_only()
        .columns([Column::Bucket, Column::Tests, Column::Failures, Column::Outages])
        .filter(Column::DeviceId.eq(device_id))
        .filter(Column::Bucket.gte(first))
        .filter(Column::Bucket.lt(end))
}

impl Row {
    fn facts(&self) -> Result<WindowFacts, DbErr> {
        Ok(WindowFacts {
            tests: self.tests.unsigned_abs().into(),
            failed: self.failures.unsigned_abs().into(),
            outages: self.outages.unsigned_abs().into(),
            download: decode(self.download_histogram.as_deref())?,
            upload: decode(self.upload_histogram.as_deref())?,
            ping: decode(self.ping_histogram.as_deref())?,
            last_test_at: Some(from_ms(self.last_test_at)),
        })
    }
}

/// Counts the valid tests of a short window one by one.
async fn count_tests(
    db: &DatabaseConnection,
    device_id: i64,
    window: Window,
    facts: &mut WindowFacts,
) -> Result<(), DbErr> {
    use measurement::Column;
    if window.from >= window.to {
        return Ok(());
    }
    let tests = valid_tests(device_id)
        .filter(Column::StartedAt.gte(window.from))
        .filter(Column::StartedAt.lt(window.to));
    for (at, figures) in figures(db, tests).await? {
        facts.record(at, figures);
    }
    Ok(())
}

fn valid_tests(device_id: i64) -> Select<measurement::Entity> {
    use measurement::Column;
    measurement::Entity::find().filter(Column::DeviceId.eq(device_id)).filter(Column::Valid.eq(true))
}

/// What rules look at of the tests that a query finds.
async fn figures(
    db: &DatabaseConnection,
    tests: Select<measurement::Entity>,
) -> Result<Vec<(DateTime<Utc>, TestFigures)>, DbErr> {
    use measurement::Column;
    let tests: Vec<(i64, Option<String>, _, _, _)> = tests
        .select_only()
        .columns([Column::StartedAt, Column::Failure])
        .columns([Column::DownloadMbps, Column::UploadMbps, Column::PingMs])
        .into_tuple()
        .all(db)
        .await?;
    let figures = |(at, failure, download, upload, ping): (i64, Option<String>, _, _, _)| {
        (from_ms(at), TestFigures { failed: failure.is_some(), download, upload, ping })
    };
    Ok(tests.into_iter().map(figures).collect())
}

/// The first instant of a local day. Where the clock skips midnight, the day begins when it goes on.
pub fn day_start(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    for hours in 0..24 {
        if let Some(at) = zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(hours))).earliest() {
            return at.with_timezone(&Utc);
        }
    }
    // A whole day that the calendar skipped (Samoa, 30 December 2011).
    Utc.from_utc_datetime(&midnight)
}

/// The local day of an instant.
pub fn day_of(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// Whole local days from `first` to `last`, each with tests, oldest first.
pub async fn day_facts(
    db: &DatabaseConnection,
    device_id: i64,
    zone: Tz,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<DayFacts>, DbErr> {
    let (from, to) = buckets_of_days(zone, first, last);
    let mut days: BTreeMap<NaiveDate, WindowFacts> = BTreeMap::new();
    for (bucket, facts) in bucket_facts(db, device_id, from, to).await? {
        days.entry(day_of(zone, from_ms(bucket * BUCKET_MS))).or_default().merge(&facts);
    }
    Ok(days.into_iter().map(|(date, facts)| DayFacts { date, facts }).collect())
}

/// As [`day_facts`], with counts alone: a calendar of ten years decodes nothing.
pub async fn day_counts(
    db: &DatabaseConnection,
    device_id: i64,
    zone: Tz,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<DayFacts>, DbErr> {
    let (from, to) = buckets_of_days(zone, first, last);
    let rows = buckets(device_id, from, to).into_model::<Counts>().all(db).await?;
    let mut days: BTreeMap<NaiveDate, WindowFacts> = BTreeMap::new();
    for row in rows {
        let day = days.entry(day_of(zone, from_ms(row.bucket * BUCKET_MS))).or_default();
        day.tests += u64::from(row.tests.unsigned_abs());
        day.failed += u64::from(row.failures.unsigned_abs());
        day.outages += u64::from(row.outages.unsigned_abs());
    }
    Ok(days.into_iter().map(|(date, facts)| DayFacts { date, facts }).collect())
}

fn buckets_of_days(zone: Tz, first: NaiveDate, last: NaiveDate) -> (i64, i64) {
    let end = last.succ_opt().unwrap_or(last);
    let bucket = |day| bucket_of(day_start(zone, day).timestamp_millis());
    (bucket(first), bucket(end))
}

/// The hours of the day in a window, by local time; only those with tests.
pub async fn hour_facts(
    db: &DatabaseConnection,
    device_id: i64,
    zone: Tz,
    window: Window,
) -> Result<Vec<HourFacts>, DbErr> {
    let mut hours: BTreeMap<u8, WindowFacts> = BTreeMap::new();
    let (first, end) = (bucket_of(window.from), bucket_of(window.to - 1) + 1);
    for (bucket, facts) in bucket_facts(db, device_id, first, end).await? {
        let hour = from_ms(bucket * BUCKET_MS).with_timezone(&zone).hour();
        hours.entry(hour as u8).or_default().merge(&facts);
    }
    Ok(hours.into_iter().map(|(hour, facts)| HourFacts { hour, facts }).collect())
}

/// Rollup rows between two instants on bucket borders, each with its beginning.
pub async fn rows_between(
    db: &DatabaseConnection,
    device_id: i64,
    window: Window,
) -> Result<Vec<(DateTime<Utc>, WindowFacts)>, DbErr> {
    let rows = bucket_facts(db, device_id, bucket_of(window.from), bucket_of(window.to)).await?;
    Ok(rows.into_iter().map(|(bucket, facts)| (from_ms(bucket * BUCKET_MS), facts)).collect())
}

/// A device's newest valid tests, newest first.
pub async fn newest_tests(
    db: &DatabaseConnection,
    device_id: i64,
    limit: u64,
) -> Result<Vec<(DateTime<Utc>, TestFigures)>, DbErr> {
    let newest = valid_tests(device_id).order_by_desc(measurement::Column::StartedAt).limit(limit);
    figures(db, newest).await
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::on_borders(0, 2 * BUCKET_MS, (0, 2))]
    #[case::cut_at_both_ends(1, 3 * BUCKET_MS - 1, (1, 2))]
    #[case::inside_one(5, 9, (1, 0))]
    fn only_whole_buckets_come_from_rollups(#[case] from: i64, #[case] to: i64, #[case] whole: (i64, i64)) {
        assert_eq!(whole_buckets(Window { from, to }), whole);
    }

    #[rstest]
    #[case::plain("Europe/Berlin", "2026-11-21", "2026-11-20T23:00:00Z")]
    #[case::spring("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z")]
    #[case::half_hour("Asia/Kolkata", "2026-11-21", "2026-11-20T18:30:00Z")]
    #[case::midnight_is_skipped("America/Asuncion", "2022-10-02", "2022-10-02T04:00:00Z")]
    #[case::three_quarters("Asia/Kathmandu", "2026-11-21", "2026-11-20T18:15:00Z")]
    fn local_days_begin(#[case] zone: Tz, #[case] day: NaiveDate, #[case] start: DateTime<Utc>) {
        assert_eq!(day_start(zone, day), start);
    }
}
