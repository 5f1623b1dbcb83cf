//! How the newest tests spread: bins, percentiles, hours and weekdays. At most 2,000 tests are read (api.md §7).

use axum::extract::State;
use chrono::{Datelike, Timelike};
use domain::history::{
    DistributionQuery,
    distribution::{
        CORRELATION_LAST, Correlation, DISTRIBUTION_LAST, Distribution, LocalTest, Percentiles, correlation,
        distribution, percentiles, single_values,
    },
    facts::TestFigures,
};

use super::subject::Subject;
use crate::{
    AppState,
    error::AppResult,
    http::{Json, Query, RequiredDevice},
};

/// How often which download speed.
#[utoipa::path(get, path = "/api/history/distribution", tag = "history", params(DistributionQuery),
    responses((status = 200, body = Distribution)))]
pub async fn get_distribution(
    State(state): State<AppState>,
    RequiredDevice(device): RequiredDevice,
    Query(query): Query<DistributionQuery>,
) -> AppResult<Json<Distribution>> {
    let tests = Subject::find(&state, Some(device)).await?.newest(DISTRIBUTION_LAST).await?;
    let downloads: Vec<f64> = tests.iter().filter_map(|(_, test)| test.download).collect();
    Ok(Json(distribution(&single_values(&downloads), query.bins)))
}

/// The percentiles of download, upload and latency.
#[utoipa::path(get, path = "/api/history/percentiles", tag = "history",
    responses((status = 200, body = Percentiles)))]
pub async fn get_percentiles(
    State(state): State<AppState>,
    RequiredDevice(device): RequiredDevice,
) -> AppResult<Json<Percentiles>> {
    let tests = Subject::find(&state, Some(device)).await?.newest(DISTRIBUTION_LAST).await?;
    let values = |figure: fn(&TestFigures) -> Option<f64>| {
        single_values(&tests.iter().filter_map(|(_, test)| figure(test)).collect::<Vec<_>>())
    };
    let (download, upload, ping) = (values(|t| t.download), values(|t| t.upload), values(|t| t.ping));
    Ok(Json(percentiles(&download, &upload, &ping, tests.len() as u64)))
}

/// Speed by local hour and weekday, and how the figures hang together.
#[utoipa::path(get, path = "/api/history/correlation", tag = "history",
    responses((status = 200, body = Correlation)))]
pub async fn get_correlation(
    State(state): State<AppState>,
    RequiredDevice(device): RequiredDevice,
) -> AppResult<Json<Correlation>> {
    let subject = Subject::find(&state, Some(device)).await?;
    let tests = subject.newest(CORRELATION_LAST).await?;
    let local = tests.into_iter().map(|(at, figures)| {
        let at = at.with_timezone(&subject.zone);
        LocalTest { hour: at.hour() as u8, weekday: at.weekday(), figures }
    });
    Ok(Json(correlation(&local.collect::<Vec<_>>())))
}
