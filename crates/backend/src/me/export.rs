//! Exports as streams: a page of rows at a time, so that memory stays small and no reader holds SQLite's checkpoint.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    diagnostics::LossPoint,
    me::{DeviceFacts, ExportedMeasurement, ExportedTest, ProviderSeen},
};
use futures::{StreamExt, stream};
use http::header;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;

use crate::{
    AppError, AppState,
    crypto::DeviceHash,
    db::time::{from_ms, to_ms},
    diagnostics,
    entities::{device_key, household, measurement, provider, sample},
    error::AppResult,
    http::Device,
    measurements::{devices, queries, rows},
};

/// Rows in a page.
const PAGE: u64 = 500;

type Row = (measurement::Model, Option<provider::Model>);

/// The tests as CSV.
pub async fn csv(state: &AppState, device: Option<Device>, days: u32) -> AppResult<Response> {
    let head = "timestamp,download_mbps,upload_mbps,ping_ms,isp,city,country\r\n";
    let now = state.clock.now();
    let rows = pages(state, find(state, device).await?, since(now, days));
    let lines = rows.map(|page| page.map(|rows| csv_lines(&rows)));
    let name = format!("speed_tests_{}.csv", now.format("%Y%m%d"));
    respond("text/csv; charset=utf-8", Some(&name), head.into(), lines, |_| String::new())
}

/// The tests as JSON.
pub async fn json(state: &AppState, device: Option<Device>, days: u32) -> AppResult<Response> {
    let now = state.clock.now();
    let head = format!("{{\"exported_at\":{},\"measurements\":[", text(&now)?);
    let rows = pages(state, find(state, device).await?, since(now, days));
    let items = rows.map(|page| page.map(|rows| rows.iter().map(exported).collect::<Vec<_>>()));
    respond("application/json", None, head, joined(items), |count| format!("],\"count\":{count}}}"))
}

/// Everything of a device.
pub async fn everything(state: &AppState, hash: DeviceHash) -> AppResult<Response> {
    let device = devices::find_device(&state.db.read, hash).await?;
    let id = device.as_ref().map(|device| device.id);
    let facts = match device {
        Some(device) => {
            let keys = device_key::Entity::find().filter(device_key::Column::DeviceId.eq(device.id));
            Some(DeviceFacts {
                time_zone: device.time_zone,
                created_at: from_ms(device.created_at),
                last_seen_at: from_ms(device.last_seen_at),
                browsers: keys.count(&state.db.read).await?,
            })
        }
        None => None,
    };
    let head = format!(
        "{{\"exported_at\":{},\"device\":{},\"providers\":{},\"packet_loss\":{},\"measurements\":[",
        text(&state.clock.now())?,
        text(&facts)?,
        text(&providers_seen(state, id).await?)?,
        text(&loss_runs(state, id).await?)?,
    );
    let reader = state.clone();
    let items = pages(state, id, i64::MIN).then(move |page| with_samples(reader.clone(), page));
    respond("application/json", Some("steadyline.json"), head, joined(items), |_| "]}".to_owned())
}

async fn find(state: &AppState, device: Option<Device>) -> AppResult<Option<i64>> {
    let Some(device) = device else { return Ok(None) };
    Ok(devices::find_device(&state.db.read, device.hash).await?.map(|device| device.id))
}

fn since(now: DateTime<Utc>, days: u32) -> i64 {
    to_ms(now - TimeDelta::days(i64::from(days)))
}

/// A device's tests, newest first, a page at a time.
fn pages(
    state: &AppState,
    device_id: Option<i64>,
    since: i64,
) -> impl futures::Stream<Item = Result<Vec<Row>, DbErr>> + use<> {
    let state = state.clone();
    stream::try_unfold(Some(None), move |place: Option<Option<(i64, i64)>>| {
        let state = state.clone();
        async move {
            let (Some(before), Some(device_id)) = (place, device_id) else { return Ok(None) };
            let rows = queries::list_before(&state.db.read, device_id, since, before, PAGE).await?;
            let Some((last, _)) = rows.last() else { return Ok(None) };
            let next = (rows.len() as u64 == PAGE).then_some(Some((last.started_at, last.id)));
            Ok(Some((rows, next)))
        }
    })
}

async fn providers_seen(state: &AppState, device_id: Option<i64>) -> Result<Vec<ProviderSeen>, DbErr> {
    let Some(device_id) = device_id else { return Ok(Vec::new()) };
    let db = &state.db.read;
    let seen = household::Entity::find().filter(household::Column::DeviceId.eq(device_id)).all(db).await?;
    let mut providers = Vec::with_capacity(seen.len());
    for sighting in seen {
        let row = provider::Entity::find_by_id(sighting.provider_id).one(db).await?;
        let isp = row.filter(|row| row.id != rows::UNKNOWN_PROVIDER).map(|row| row.name);
        providers.push(ProviderSeen { isp, seen_at: from_ms(sighting.seen_at) });
    }
    Ok(providers)
}

async fn loss_runs(state: &AppState, device_id: Option<i64>) -> Result<Vec<LossPoint>, DbErr> {
    let Some(device_id) = device_id else { return Ok(Vec::new()) };
    diagnostics::all_kept(&state.db.read, device_id).await
}

async fn with_samples(
    state: AppState,
    page: Result<Vec<Row>, DbErr>,
) -> Result<Vec<ExportedMeasurement>, DbErr> {
    let rows = page?;
    let ids: Vec<i64> = rows.iter().map(|(row, _)| row.id).collect();
    let kept =
        sample::Entity::find().filter(sample::Column::MeasurementId.is_in(ids)).all(&state.db.read).await?;
    let mut samples: std::collections::HashMap<i64, Vec<u8>> =
        kept.into_iter().map(|sample| (sample.measurement_id, sample.body)).collect();
    Ok(rows
        .iter()
        .map(|(row, provider)| ExportedMeasurement {
            result: rows::result(row, provider.as_ref()),
            failure: row.failure.clone(),
            samples: samples.remove(&row.id).and_then(|body| serde_json::from_slice(&body).ok()),
        })
        .collect())
}

fn exported((row, provider): &Row) -> ExportedTest {
    let m = rows::measurement(row, provider.as_ref());
    ExportedTest {
        timestamp: m.timestamp,
        download_mbps: m.download_speed,
        upload_mbps: m.upload_speed,
        ping_ms: m.ping,
        isp: m.isp,
        city: m.location,
        country: None,
    }
}

fn csv_lines(rows: &[Row]) -> (String, u64) {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        let mut test = exported(row);
        test.isp = test.isp.map(harmless);
        test.city = test.city.map(harmless);
        // Writing to memory cannot fail, and every field has a plain form.
        let _ = writer.serialize(test);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    (String::from_utf8_lossy(&bytes).into_owned(), rows.len() as u64)
}

/// A spreadsheet runs what begins like a formula (OWASP, CSV injection): such text gets an apostrophe in front.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn text<T: Serialize>(value: &T) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|e| AppError::Internal(e.into()))
}

/// Pages of items as JSON with commas between, and how many items each has.
fn joined<T: Serialize>(
    pages: impl futures::Stream<Item = Result<Vec<T>, DbErr>>,
) -> impl futures::Stream<Item = Result<(String, u64), DbErr>> {
    let mut first = true;
    pages.map(move |page| {
        let mut out = String::new();
        let items = page?;
        for item in &items {
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            out.push_str(&serde_json::to_string(item).map_err(|e| DbErr::Json(e.to_string()))?);
        }
        Ok((out, items.len() as u64))
    })
}

/// Head, parts, tail; a fault midway breaks the connection, so that nobody takes a part for the whole.
fn respond<S, F>(kind: &str, name: Option<&str>, head: String, parts: S, tail: F) -> AppResult<Response>
where
    S: futures::Stream<Item = Result<(String, u64), DbErr>> + Send + 'static,
    F: FnOnce(u64) -> String + Send + 'static,
{
    let count = Arc::new(AtomicU64::new(0));
    let counted = count.clone();
    let parts = parts.map(move |part| {
        part.map(|(text, items)| {
            counted.fetch_add(items, Ordering::Relaxed);
            Bytes::from(text)
        })
        .inspect_err(|e| tracing::error!(error = %e, "an export broke off"))
    });
    let tail = stream::once(async move { Ok(Bytes::from(tail(count.load(Ordering::Relaxed)))) });
    let body = stream::once(std::future::ready(Ok(Bytes::from(head)))).chain(parts).chain(tail);
    let mut response =
        Response::builder().header(header::CONTENT_TYPE, kind).header(header::CACHE_CONTROL, "no-store");
    if let Some(name) = name {
        response = response.header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
    }
    response.body(Body::from_stream(body)).map_err(|e| AppError::Internal(e.into()))
}
