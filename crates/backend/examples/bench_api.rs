//! `bench api [ROWS…]`: requests a second on figures over 10^5 and 10^6 tests, and whether the figures are right.
//!
//! Requests go through the whole router (limits off) without a socket, so that it is the answering that is measured.
//! Before that, answers are compared with a walk over the raw rows. Each line ends with the ratio to the goal of
//! requests a second (3,000 for `/api/stats` over 1,000 devices in turn, 500 for the community's figures).
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use axum::{Router, body::Body, http::Request};
use backend::{
    AppState,
    clock::{Clock, SystemClock, TestClock},
    config::Config,
    http::api_router,
    seed::{SeedPlan, device_id, seed},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{history::stats::Stats, isps::IspReliability};
use http_body_util::BodyExt;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use serde::de::DeserializeOwned;
use tower::ServiceExt;

const DEVICES: u32 = 1_000;
const PROVIDERS: u32 = 5;
const DAYS: u32 = 90;
/// Devices whose figures are compared.
const COMPARED: u32 = 25;
const WORKERS: usize = 8;
const WARM_UP: Duration = Duration::from_secs(1);
const WINDOW: Duration = Duration::from_secs(5);
/// A median from a histogram is right to 1 %.
const MEDIAN_TOLERANCE: f64 = 0.011;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut sizes: Vec<u32> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    for rows in sizes {
        bench(rows).await.with_context(|| format!("{rows} rows"))?;
    }
    Ok(())
}

async fn bench(rows: u32) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    config.limits.enabled = false;
    config.uplinks.enabled = false;
    let clock = TestClock::at(SystemClock.now());
    let state = AppState::build(config, Arc::new(clock.clone())).await?;
    let plan = SeedPlan { measurements: rows, devices: DEVICES, providers: PROVIDERS, days: DAYS, seed: 1 };
    let begun = Instant::now();
    seed(&state, plan).await.map_err(|e| anyhow::anyhow!("{e:?}"))?;
    println!("{rows} rows: seeded in {:.1} s", begun.elapsed().as_secs_f64());
    let api = Api(api_router(state.clone()));
    let compared = compare(&state, &api).await.context("compare the answers")?;
    println!("{rows} rows: {compared} figures equal those of the raw rows");
    for (uri, goal) in [
        ("/api/stats?hours=24", 3000.0),
        ("/api/stats?hours=168", 3000.0),
        ("/api/status", 500.0),
        ("/api/isp-reliability", 500.0),
    ] {
        measure(&api, &clock, rows, uri, goal).await?;
    }
    state.db.close().await?;
    Ok(())
}

/// The router, called as a client would.
#[derive(Clone)]
struct Api(Router);

impl Api {
    async fn get(&self, uri: &str, device: u32) -> anyhow::Result<Vec<u8>> {
        let request =
            Request::get(uri).header("x-client-id", device_id(device).to_string()).body(Body::empty())?;
        let response = self.0.clone().oneshot(request).await?;
        ensure!(response.status().is_success(), "{uri}: {}", response.status());
        Ok(response.into_body().collect().await?.to_bytes().to_vec())
    }

    async fn json<T: DeserializeOwned>(&self, uri: &str, device: u32) -> anyhow::Result<T> {
        Ok(serde_json::from_slice(&self.get(uri, device).await?)?)
    }
}

async fn measure(
    api: &Api,
    clock: &TestClock,
    rows: u32,
    uri: &'static str,
    goal: f64,
) -> anyhow::Result<()> {
    let turn = AtomicU32::new(0);
    let begun = Instant::now();
    let worker = async || -> anyhow::Result<Vec<Duration>> {
        let mut times = Vec::new();
        while begun.elapsed() < WARM_UP + WINDOW {
            let asked = Instant::now();
            api.get(uri, turn.fetch_add(1, Ordering::Relaxed) % DEVICES).await?;
            if begun.elapsed() > WARM_UP {
                times.push(asked.elapsed());
            }
        }
        Ok(times)
    };
    // The state's clock runs three times as fast, so that the community's snapshot is made anew within the window.
    let tick = async {
        while begun.elapsed() < WARM_UP + WINDOW {
            tokio::time::sleep(Duration::from_millis(100)).await;
            clock.advance(TimeDelta::milliseconds(300));
        }
    };
    let mut times = Vec::new();
    let workers = futures::future::join_all((0..WORKERS).map(|_| worker()));
    for done in futures::future::join(workers, tick).await.0 {
        times.extend(done?);
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let rate = times.len() as f64 / WINDOW.as_secs_f64();
    println!(
        "{rows} rows: {uri}: {rate:.0} req/s, p50 {:.2} ms, p99 {:.2} ms; goal {goal:.0}; ratio {:.2}",
        at(0.5),
        at(0.99),
        rate / goal
    );
    Ok(())
}

/// One valid test as the raw rows tell it.
struct Test {
    device: i64,
    at: i64,
    outage: bool,
    download: Option<f64>,
}

async fn compare(state: &AppState, api: &Api) -> anyhow::Result<u32> {
    let now = state.clock.now();
    let mut figures = 0;
    for device in 0..COMPARED {
        for hours in [1, 24, 168] {
            let stats: Stats = api.json(&format!("/api/stats?hours={hours}"), device).await?;
            figures += same_stats(state, &stats, device, now - TimeDelta::hours(hours)).await?;
        }
    }
    let list: Vec<IspReliability> = api.json("/api/isp-reliability?hours=168", DEVICES).await?;
    ensure!(list.len() == PROVIDERS as usize, "{} providers", list.len());
    for isp in list.iter().filter(|isp| !isp.suppressed) {
        figures += same_provider(state, isp, now - TimeDelta::hours(168)).await?;
    }
    Ok(figures)
}

async fn same_stats(
    state: &AppState,
    stats: &Stats,
    device: u32,
    from: DateTime<Utc>,
) -> anyhow::Result<u32> {
    let hash = state.key.device(device_id(device)).0.to_vec();
    let sql = "SELECT m.device_id, m.started_at, m.is_outage, m.download_mbps FROM measurements m \
               JOIN device_keys k ON k.device_id = m.device_id \
               WHERE k.hash = ? AND m.started_at >= ? AND m.valid";
    let tests = read(state, sql, [hash.into(), from.timestamp_millis().into()]).await?;
    let downloads: Vec<f64> = tests.iter().filter_map(|test| test.download).collect();
    ensure!(stats.total_tests == tests.len() as u64, "tests: {stats:?} and {}", tests.len());
    let outages = tests.iter().filter(|test| test.outage).count() as u64;
    ensure!(stats.total_outages == outages, "outages: {stats:?} and {outages}");
    let mean = (!downloads.is_empty()).then(|| downloads.iter().sum::<f64>() / downloads.len() as f64);
    near("mean download", stats.avg_download_mbps, mean, 0.001)?;
    near("median download", stats.median_download_mbps, median(downloads), MEDIAN_TOLERANCE)?;
    let last = tests.iter().map(|test| test.at).max();
    ensure!(stats.last_test_at.map(|at| at.timestamp_millis()) == last, "last test: {stats:?} and {last:?}");
    Ok(5)
}

/// The community's windows begin with a whole quarter of an hour.
async fn same_provider(state: &AppState, isp: &IspReliability, from: DateTime<Utc>) -> anyhow::Result<u32> {
    const QUARTER_MS: i64 = 900_000;
    let from = from.timestamp_millis().div_euclid(QUARTER_MS) * QUARTER_MS;
    let sql = "SELECT m.device_id, m.started_at, m.is_outage, m.download_mbps FROM measurements m \
               JOIN providers p ON p.id = m.provider_id WHERE p.slug = ? AND m.started_at >= ? AND m.valid";
    let tests = read(state, sql, [isp.slug.clone().into(), from.into()]).await?;
    let mut by_device: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for test in &tests {
        by_device.entry(test.device).or_default().extend(test.download);
    }
    let medians: Vec<f64> = by_device.into_values().filter_map(median).collect();
    near("median of device medians", isp.avg_download, median(medians), 2.0 * MEDIAN_TOLERANCE)?;
    Ok(1)
}

async fn read(state: &AppState, sql: &str, values: [Value; 2]) -> anyhow::Result<Vec<Test>> {
    let statement = Statement::from_sql_and_values(state.db.read.get_database_backend(), sql, values);
    let rows = state.db.read.query_all_raw(statement).await?;
    let test = |row: &QueryResult| -> Result<Test, sea_orm::DbErr> {
        Ok(Test {
            device: row.try_get_by_index(0)?,
            at: row.try_get_by_index(1)?,
            outage: row.try_get_by_index(2)?,
            download: row.try_get_by_index(3)?,
        })
    };
    Ok(rows.iter().map(test).collect::<Result<_, _>>()?)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(f64::midpoint(values[last / 2], values[last.div_ceil(2)]))
}

fn near(what: &str, got: Option<f64>, expected: Option<f64>, tolerance: f64) -> anyhow::Result<()> {
    let close = match (got, expected) {
        // Answers are rounded to two digits.
        (Some(got), Some(expected)) => (got - expected).abs() <= expected * tolerance + 0.006,
        (got, expected) => got == expected,
    };
    ensure!(close, "{what}: {got:?} instead of {expected:?}");
    Ok(())
}
