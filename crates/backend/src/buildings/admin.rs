//! Handlers of the building check for the operator.

use std::{collections::BTreeMap, net::IpAddr};

use axum::extract::State;
use domain::{
    ApiError,
    buildings::{
        AdminBuilding, AdminEndpoint, BuildingMetrics, BuildingPath, BuildingSettings, EndpointPath, Left,
        LineState, NewBuilding, NewEndpoint, ProviderChoice, Refusal,
    },
    providers::slug,
    public_target::not_public,
};
use http::StatusCode;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, Set};

use super::{
    api::find,
    join::{self, NewLine, refused},
    notes, queries, store,
};
use crate::{
    AppError, AppResult, AppState,
    db::time::{from_ms, to_ms},
    entities::{building, building_endpoint},
    http::{Admin, Json, Path},
};

fn admin_building(row: &building::Model, endpoints: &BTreeMap<i64, u64>) -> AdminBuilding {
    AdminBuilding {
        slug: row.slug.clone(),
        name: row.name.clone(),
        listed: row.listed,
        providers: queries::offered(row),
        endpoints: endpoints.get(&row.id).copied().unwrap_or(0),
    }
}

/// All buildings.
#[utoipa::path(get, path = "/api/admin/buildings", tag = "admin", responses((status = 200, body = Vec<AdminBuilding>)))]
pub async fn list_admin_buildings(
    State(state): State<AppState>,
    _: Admin,
) -> AppResult<Json<Vec<AdminBuilding>>> {
    let endpoints = queries::count_endpoints(&state.db.read).await?;
    let all = queries::list_buildings(&state.db.read).await?;
    Ok(Json(all.iter().map(|row| admin_building(row, &endpoints)).collect()))
}

/// Makes a building.
#[utoipa::path(post, path = "/api/admin/buildings", tag = "admin", request_body = NewBuilding,
    responses((status = 201, body = AdminBuilding), (status = 409, description = "The slug is taken.")))]
pub async fn create_building(
    State(state): State<AppState>,
    _: Admin,
    Json(new): Json<NewBuilding>,
) -> AppResult<(StatusCode, Json<AdminBuilding>)> {
    let mut providers: Vec<ProviderChoice> = Vec::new();
    for name in new.providers {
        let slug = slug(&name);
        if slug.is_empty() || providers.iter().any(|known| known.slug == slug) {
            return Err(ApiError::invalid("providers", format!("`{name}` is no name, or there twice")).into());
        }
        providers.push(ProviderChoice { slug, name });
    }
    let text = serde_json::to_string(&providers).map_err(|error| AppError::Internal(error.into()))?;
    let row = building::ActiveModel {
        slug: Set(new.slug),
        name: Set(new.name),
        listed: Set(new.listed),
        providers: Set(text),
        created_at: Set(to_ms(state.clock.now())),
        ..Default::default()
    };
    let row = state.db.write(move |tx| Box::pin(async move { Ok(row.insert(tx).await?) })).await?;
    Ok((StatusCode::CREATED, Json(admin_building(&row, &BTreeMap::new()))))
}

/// Deletes a building with its endpoints and its past.
#[utoipa::path(delete, path = "/api/admin/buildings/{slug}", tag = "admin", params(BuildingPath),
    responses((status = 200, body = Left)))]
pub async fn delete_building(
    State(state): State<AppState>,
    _: Admin,
    Path(path): Path<BuildingPath>,
) -> AppResult<Json<Left>> {
    let row = find(&state, &path.slug).await?;
    let deleted = join::delete(&state, of_building(row.id)).await?;
    // What joined in between goes by cascade.
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                building::Entity::delete_by_id(row.id).exec(tx).await?;
                Ok(())
            })
        })
        .await?;
    store::forget(&state).await;
    Ok(Json(Left { deleted }))
}

fn of_building(id: i64) -> Condition {
    Condition::all().add(building_endpoint::Column::BuildingId.eq(id))
}

/// All endpoints, newest first, without the addresses of residents.
#[utoipa::path(get, path = "/api/admin/endpoints", tag = "admin", responses((status = 200, body = Vec<AdminEndpoint>)))]
pub async fn list_admin_endpoints(
    State(state): State<AppState>,
    _: Admin,
) -> AppResult<Json<Vec<AdminEndpoint>>> {
    let db = &state.db.read;
    let slugs: BTreeMap<i64, String> =
        queries::list_buildings(db).await?.into_iter().map(|row| (row.id, row.slug)).collect();
    let rows = queries::list_newest_endpoints(db).await?;
    let slug = |row: &building_endpoint::Model| slugs.get(&row.building_id).cloned().unwrap_or_default();
    Ok(Json(rows.into_iter().map(|row| admin_endpoint(&state, slug(&row), row)).collect()))
}

fn admin_endpoint(state: &AppState, building: String, row: building_endpoint::Model) -> AdminEndpoint {
    let by_hand = row.device.is_none();
    AdminEndpoint {
        id: row.id,
        building,
        label: join::open_label(state, &row),
        address: join::open_address(state, &row).filter(|_| by_hand).map(|address| address.to_string()),
        isp: row.provider_name,
        self_declared: row.self_declared,
        method: row.method,
        state: LineState::from_word(&row.state),
        since: row.since.map(from_ms),
        last_seen: row.last_seen.map(from_ms),
        created_at: from_ms(row.created_at),
    }
}

/// Adds an endpoint by hand; its address must answer.
#[utoipa::path(post, path = "/api/admin/endpoints", tag = "admin", request_body = NewEndpoint,
    responses((status = 201, body = AdminEndpoint)))]
pub async fn create_admin_endpoint(
    State(state): State<AppState>,
    _: Admin,
    Json(new): Json<NewEndpoint>,
) -> AppResult<(StatusCode, Json<AdminEndpoint>)> {
    let building = find(&state, &new.building).await?;
    let address: IpAddr =
        new.address.trim().parse().map_err(|_| ApiError::invalid("address", "not an IP address"))?;
    if let Some(kind) = not_public(address) {
        let why = format!("{kind} addresses cannot be asked");
        return Err(ApiError::invalid("address", why).with_field("reason", Refusal::NotPublic.word()).into());
    }
    let found = state.providers.find(address);
    let self_declared = found.is_none();
    let provider = match (found, new.provider) {
        (Some(found), _) => ProviderChoice { slug: found.slug, name: found.name },
        (None, Some(name)) if !slug(&name).is_empty() => known(&building, name),
        (None, _) => return Err(refused(Refusal::UnknownProvider)),
    };
    let label = new.label.filter(|label| !label.trim().is_empty());
    let line = NewLine { address, provider, self_declared, device: None, label };
    let id = join::add(&state, &building, line).await?;
    let row = building_endpoint::Entity::find_by_id(id).one(&state.db.read).await?;
    let row = row.ok_or_else(|| AppError::not_found("endpoint"))?;
    Ok((StatusCode::CREATED, Json(admin_endpoint(&state, building.slug, row))))
}

/// The building's own name of a provider, where it has one.
fn known(building: &building::Model, name: String) -> ProviderChoice {
    let slug = slug(&name);
    let offered = queries::offered(building).into_iter().find(|choice| choice.slug == slug);
    offered.unwrap_or(ProviderChoice { slug, name })
}

/// Removes an endpoint.
#[utoipa::path(delete, path = "/api/admin/endpoints/{id}", tag = "admin", params(EndpointPath),
    responses((status = 200, body = Left)))]
pub async fn delete_admin_endpoint(
    State(state): State<AppState>,
    _: Admin,
    Path(path): Path<EndpointPath>,
) -> AppResult<Json<Left>> {
    let which = Condition::all().add(building_endpoint::Column::Id.eq(path.id));
    match join::delete(&state, which).await? {
        0 => Err(AppError::not_found("endpoint")),
        deleted => Ok(Json(Left { deleted })),
    }
}

/// Counts of the building check, and how its last cycle went.
#[utoipa::path(get, path = "/api/admin/metrics", tag = "admin", responses((status = 200, body = BuildingMetrics)))]
pub async fn get_admin_metrics(State(state): State<AppState>, _: Admin) -> AppResult<Json<BuildingMetrics>> {
    let db = &state.db.read;
    let lines = queries::list_lines(db, None).await?;
    let count = |wanted: LineState| lines.iter().filter(|row| row.state == wanted.word()).count() as u64;
    Ok(Json(BuildingMetrics {
        buildings: queries::count_buildings(db).await?,
        endpoints: lines.len() as u64,
        up: count(LineState::Up),
        down: count(LineState::Down),
        unknown: count(LineState::Unknown),
        open_outages: queries::list_open_outages(db).await?.len() as u64,
        cycle: notes::cycle(db).await?,
    }))
}

/// The settings of the building check.
#[utoipa::path(get, path = "/api/admin/settings", tag = "admin", responses((status = 200, body = BuildingSettings)))]
pub async fn get_admin_settings(
    State(state): State<AppState>,
    _: Admin,
) -> AppResult<Json<BuildingSettings>> {
    Ok(Json(notes::settings(&state.db.read).await?))
}

/// Changes them; they hold from the next cycle on.
#[utoipa::path(put, path = "/api/admin/settings", tag = "admin", request_body = BuildingSettings,
    responses((status = 200, body = BuildingSettings)))]
pub async fn update_admin_settings(
    State(state): State<AppState>,
    _: Admin,
    Json(settings): Json<BuildingSettings>,
) -> AppResult<Json<BuildingSettings>> {
    notes::write_settings(&state, settings).await?;
    state.buildings.changed.notify_one();
    Ok(Json(settings))
}
