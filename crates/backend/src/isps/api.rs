//! Handlers of the community's figures.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::isps::{
    CommunityFacts, DeviceFigures, IspReliability, IspReliabilityQuery, ProviderFacts, Status,
    community_status, list_reliability,
};

use super::community::{self, Snapshot};
use crate::{
    AppError, AppState,
    buildings::{self, Asker},
    error::AppResult,
    http::{Caller, Json, Query},
    self_health,
};

/// `/api/status` looks at seven days and at the last one.
const WEEK_HOURS: u32 = 168;
const DAY_HOURS: u32 = 24;

/// Providers by reliability.
///
/// Figures are null where fewer than k households (the caller's own not counted) took part.
#[utoipa::path(get, path = "/api/isp-reliability", tag = "isps", params(IspReliabilityQuery),
    responses((status = 200, body = Vec<IspReliability>)))]
pub async fn list_isp_reliability(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<IspReliabilityQuery>,
) -> AppResult<Response> {
    let snapshot = community::snapshot(&state, query.hours).await?;
    let viewer = snapshot.viewer(caller.household.0);
    let k = u64::from(state.config.privacy.k);
    let answer = snapshot.answer("reliability", viewer, || {
        let list = list_reliability(&providers(&snapshot), viewer.as_ref(), k);
        serde_json::to_string(&list).map_err(|e| AppError::Internal(e.into()))
    })?;
    Ok(json(answer))
}

/// The community's state.
#[utoipa::path(get, path = "/api/status", tag = "isps", responses((status = 200, body = Status)))]
pub async fn get_status(State(state): State<AppState>, asker: Asker) -> AppResult<Response> {
    let caller = asker.caller;
    let week = community::snapshot(&state, WEEK_HOURS).await?;
    let day = community::snapshot(&state, DAY_HOURS).await?;
    let viewer = week.viewer(caller.household.0).or_else(|| day.viewer(caller.household.0));
    let k = u64::from(state.config.privacy.k);
    let answer = week.answer("status", viewer, || {
        let facts = CommunityFacts {
            last_day: last_day(&day),
            days: days(&week),
            active_outages: None,
            open_reports: None,
        };
        let status = community_status(&facts, viewer.as_ref(), k, week.made_at);
        serde_json::to_string(&status).map_err(|e| AppError::Internal(e.into()))
    })?;
    // What is kept is for every viewer of a household; the visitor is this one's alone, and what a fault of this server
    // impairs is told as it is now.
    let visitor = buildings::visitor_of_only_building(&state, &asker).await?;
    let monitor = self_health::recent(&state).await.affected.clone();
    if visitor.is_none() && monitor.is_empty() {
        return Ok(json(answer));
    }
    let status: Status = serde_json::from_str(&answer).map_err(|e| AppError::Internal(e.into()))?;
    Ok(Json(Status { visitor, monitor, ..status }).into_response())
}

/// A device without a household (forgotten after 30 days, or never told) takes part in nothing.
fn providers(snapshot: &Snapshot) -> Vec<ProviderFacts> {
    let of = |provider: &community::ProviderFacts| ProviderFacts {
        name: provider.name.clone(),
        slug: provider.slug.clone(),
        devices: provider
            .devices
            .values()
            .filter_map(|device| Some(DeviceFigures::new(device.household?, &device.facts)))
            .collect(),
    };
    let known = snapshot.providers.iter().filter(|p| p.id != crate::measurements::rows::UNKNOWN_PROVIDER);
    known.map(of).collect()
}

fn last_day(snapshot: &Snapshot) -> Vec<DeviceFigures> {
    let devices = snapshot.providers.iter().flat_map(|provider| provider.devices.values());
    devices.filter_map(|device| Some(DeviceFigures::new(device.household?, &device.facts))).collect()
}

fn days(snapshot: &Snapshot) -> Vec<(chrono::NaiveDate, Vec<DeviceFigures>)> {
    let of = |devices: &std::collections::BTreeMap<i64, community::DeviceDay>| {
        let figures = devices.values();
        figures.filter_map(|day| Some(DeviceFigures::new(day.household?, &day.facts))).collect()
    };
    // Seven days back begin in an eighth, cut one: it is left out.
    let cut = snapshot.days.len().saturating_sub(7);
    snapshot.days.iter().skip(cut).map(|(day, devices)| (*day, of(devices))).collect()
}

fn json(body: Arc<str>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
