//! Handlers of the building check for residents.

use axum::extract::State;
use domain::buildings::{
    BuildingDashboard, BuildingEvent, BuildingPath, BuildingSummary, BuildingVisitor, JoinBuilding, Left,
    Visitor,
};

use super::{asker::Asker, join, queries, view};
use crate::{
    AppError, AppResult, AppState,
    entities::building,
    http::{IssuedDevice, Json, Path},
};

pub async fn find(state: &AppState, slug: &str) -> AppResult<building::Model> {
    queries::find_building(&state.db.read, slug).await?.ok_or_else(|| AppError::not_found("building"))
}

/// The building of a host that has one.
async fn only(state: &AppState) -> AppResult<building::Model> {
    queries::find_only_building(&state.db.read).await?.ok_or_else(|| AppError::not_found("building"))
}

/// The buildings that are shown to everybody.
#[utoipa::path(get, path = "/api/buildings", tag = "buildings", responses((status = 200, body = Vec<BuildingSummary>)))]
pub async fn list_buildings(State(state): State<AppState>) -> AppResult<Json<Vec<BuildingSummary>>> {
    let all = queries::list_buildings(&state.db.read).await?;
    Ok(Json(all.iter().filter(|building| building.listed).map(view::summary).collect()))
}

/// The visitor: provider, whether it may join and why not.
#[utoipa::path(get, path = "/api/buildings/{slug}/status", tag = "buildings", params(BuildingPath),
    responses((status = 200, body = BuildingVisitor)))]
pub async fn get_building_status(
    State(state): State<AppState>,
    Path(path): Path<BuildingPath>,
    asker: Asker,
) -> AppResult<Json<BuildingVisitor>> {
    let building = find(&state, &path.slug).await?;
    Ok(Json(view::visitor(&state, &building, &asker).await?))
}

/// Joins the asking address, which is asked at once.
#[utoipa::path(post, path = "/api/buildings/{slug}/register", tag = "buildings", params(BuildingPath),
    request_body = JoinBuilding, responses((status = 200, body = BuildingVisitor)))]
pub async fn join_building(
    State(state): State<AppState>,
    Path(path): Path<BuildingPath>,
    asker: Asker,
    IssuedDevice(device): IssuedDevice,
    Json(wish): Json<JoinBuilding>,
) -> AppResult<Json<BuildingVisitor>> {
    let building = find(&state, &path.slug).await?;
    join::join(&state, &building, &asker, device.hash, wish).await?;
    Ok(Json(view::visitor(&state, &building, &asker).await?))
}

/// Leaves: the address is deleted at once.
///
/// Whoever comes from the household's address may, and the device that joined.
#[utoipa::path(delete, path = "/api/buildings/{slug}/register", tag = "buildings", params(BuildingPath),
    responses((status = 200, body = Left)))]
pub async fn leave_building(
    State(state): State<AppState>,
    Path(path): Path<BuildingPath>,
    asker: Asker,
) -> AppResult<Json<Left>> {
    let building = find(&state, &path.slug).await?;
    leave(&state, &building, &asker).await
}

async fn leave(state: &AppState, building: &building::Model, asker: &Asker) -> AppResult<Json<Left>> {
    let deleted = join::delete(state, join::own(state, building.id, asker)).await?;
    Ok(Json(Left { deleted }))
}

/// Up and down per provider, with the last 60 minutes.
///
/// Figures are null where fewer than k households (the caller's own not counted) take part.
#[utoipa::path(get, path = "/api/buildings/{slug}/dashboard", tag = "buildings", params(BuildingPath),
    responses((status = 200, body = BuildingDashboard)))]
pub async fn get_building_dashboard(
    State(state): State<AppState>,
    Path(path): Path<BuildingPath>,
    asker: Asker,
) -> AppResult<Json<BuildingDashboard>> {
    let building = find(&state, &path.slug).await?;
    Ok(Json(view::dashboard(&state, &building, &asker).await?))
}

/// Outages and their ends, newest first.
#[utoipa::path(get, path = "/api/buildings/{slug}/events", tag = "buildings", params(BuildingPath),
    responses((status = 200, body = Vec<BuildingEvent>)))]
pub async fn list_building_events(
    State(state): State<AppState>,
    Path(path): Path<BuildingPath>,
    asker: Asker,
) -> AppResult<Json<Vec<BuildingEvent>>> {
    let building = find(&state, &path.slug).await?;
    Ok(Json(view::events(&state, &building, &asker).await?))
}

/// Joins the one building of this host.
#[utoipa::path(post, path = "/api/register", tag = "buildings", request_body = JoinBuilding,
    responses((status = 200, body = BuildingVisitor)))]
pub async fn join_only_building(
    State(state): State<AppState>,
    asker: Asker,
    IssuedDevice(device): IssuedDevice,
    Json(wish): Json<JoinBuilding>,
) -> AppResult<Json<BuildingVisitor>> {
    let building = only(&state).await?;
    join::join(&state, &building, &asker, device.hash, wish).await?;
    Ok(Json(view::visitor(&state, &building, &asker).await?))
}

/// Leaves the one building of this host.
#[utoipa::path(delete, path = "/api/register", tag = "buildings", responses((status = 200, body = Left)))]
pub async fn leave_only_building(State(state): State<AppState>, asker: Asker) -> AppResult<Json<Left>> {
    let building = only(&state).await?;
    leave(&state, &building, &asker).await
}

/// The dashboard of the one building of this host.
#[utoipa::path(get, path = "/api/dashboard", tag = "buildings", responses((status = 200, body = BuildingDashboard)))]
pub async fn get_dashboard(
    State(state): State<AppState>,
    asker: Asker,
) -> AppResult<Json<BuildingDashboard>> {
    let building = only(&state).await?;
    Ok(Json(view::dashboard(&state, &building, &asker).await?))
}

/// Events of the one building of this host.
#[utoipa::path(get, path = "/api/events", tag = "buildings", responses((status = 200, body = Vec<BuildingEvent>)))]
pub async fn list_events(State(state): State<AppState>, asker: Asker) -> AppResult<Json<Vec<BuildingEvent>>> {
    let building = only(&state).await?;
    Ok(Json(view::events(&state, &building, &asker).await?))
}

/// What of the visitor stands beside the global figures; `None` on a host of no building, or of several.
pub async fn visitor_of_only_building(state: &AppState, asker: &Asker) -> AppResult<Option<Visitor>> {
    let Some(building) = queries::find_only_building(&state.db.read).await? else { return Ok(None) };
    Ok(Some(view::visitor(state, &building, asker).await?.into()))
}
