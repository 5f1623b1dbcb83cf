//! `/metrics`: the program's own counters, and aggregates of what was measured.
//!
//! With a configured token all of it is for its bearer alone. Without one the page is open, and an aggregate is only
//! shown where k households stand behind it.

use std::sync::OnceLock;

use axum::extract::State;
use domain::{ApiError, ErrorCode};
use http::{HeaderMap, HeaderValue, header};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sea_orm::{FromQueryResult, Statement};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use crate::{AppResult, AppState, db::time::to_ms, self_health};

/// The process's recorder of counters.
#[derive(Clone)]
pub struct Recorder(PrometheusHandle);

impl Recorder {
    /// Installs the recorder once; every later state (tests build many) shares it.
    pub fn install() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = HANDLE.get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder was there first");
            }
            handle
        });
        Self(handle.clone())
    }
}

/// Aggregates of what was measured.
#[derive(Debug, Default, FromQueryResult)]
struct Day {
    households: i64,
    download: Option<f64>,
    upload: Option<f64>,
    ping: Option<f64>,
}

#[derive(Debug, Default, FromQueryResult)]
struct Totals {
    tests: i64,
    outages: i64,
}

/// Counters and gauges as Prometheus reads them.
#[utoipa::path(get, path = "/api/metrics", tag = "service", responses(
    (status = 200, description = "Prometheus text.", body = String, content_type = "text/plain"),
    (status = 401, description = "The bearer token is missing or wrong.")))]
pub async fn get_metrics(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> AppResult<([(header::HeaderName, HeaderValue); 1], String)> {
    let by_token = is_bearer(&state, &headers)?;
    let day = find_day(&state).await?;
    let totals = find_totals(&state).await?;
    let health = self_health::recent(&state).await;
    let enough = by_token || day.households >= i64::from(state.config.privacy.k);
    state.metrics.0.run_upkeep();
    let mut text = state.metrics.0.render();
    text.push_str(&render(&totals, enough.then_some(&day), state.live.connected_clients()));
    text.push_str(&self_health::metrics(&health, by_token));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text))
}

/// Whether the caller brought the token; without one configured nobody needs it.
fn is_bearer(state: &AppState, headers: &HeaderMap) -> Result<bool, ApiError> {
    let Some(token) = &state.config.metrics.token else { return Ok(false) };
    let given = headers.get(header::AUTHORIZATION).map_or(&[][..], |value| value.as_bytes());
    let given = given.strip_prefix(b"Bearer ").unwrap_or_default();
    if bool::from(given.ct_eq(token.expose_secret().as_bytes())) {
        return Ok(true);
    }
    Err(ApiError::new(ErrorCode::Unauthenticated, "The metrics need their bearer token (metrics.token)."))
}

async fn find_day(state: &AppState) -> AppResult<Day> {
    let since = to_ms(state.clock.now()) - 86_400_000;
    let sql = "SELECT COUNT(DISTINCT household) AS households, AVG(download_mbps) AS download, \
        AVG(upload_mbps) AS upload, AVG(ping_ms) AS ping FROM measurements \
        WHERE started_at >= $1 AND household IS NOT NULL AND valid";
    Ok(one(state, sql, [since.into()]).await?.unwrap_or_default())
}

async fn find_totals(state: &AppState) -> AppResult<Totals> {
    // From rollups: one row a quarter of an hour and device, not one a test.
    let sql = "SELECT CAST(COALESCE(SUM(tests), 0) AS BIGINT) AS tests, \
        CAST(COALESCE(SUM(outages), 0) AS BIGINT) AS outages FROM rollups";
    Ok(one(state, sql, []).await?.unwrap_or_default())
}

async fn one<T: FromQueryResult, const N: usize>(
    state: &AppState,
    sql: &str,
    values: [sea_orm::Value; N],
) -> AppResult<Option<T>> {
    let db = &state.db.read;
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(T::find_by_statement(statement).one(db).await?)
}

fn render(totals: &Totals, day: Option<&Day>, watchers: usize) -> String {
    let mut lines = vec![
        line("measurements_total", "counter", totals.tests as f64),
        line("outages_total", "counter", totals.outages as f64),
        line("live_clients", "gauge", watchers as f64),
    ];
    let figures = day.map(|day| {
        [
            ("avg_download_mbps_24h", day.download),
            ("avg_upload_mbps_24h", day.upload),
            ("avg_ping_ms_24h", day.ping),
        ]
    });
    for (name, value) in figures.into_iter().flatten() {
        // No data is no line, never 0.
        lines.extend(value.map(|value| line(name, "gauge", value)));
    }
    lines.concat()
}

fn line(name: &str, kind: &str, value: f64) -> String {
    format!("# TYPE steadyline_{name} {kind}\nsteadyline_{name} {value}\n")
}
