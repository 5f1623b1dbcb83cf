//! The operations of the building check (api.md §12).

use super::wire::{
    AdminBuilding, AdminEndpoint, BuildingDashboard, BuildingEvent, BuildingMetrics, BuildingPath,
    BuildingSummary, BuildingVisitor, EndpointPath, JoinBuilding, JoinInput, Left, NewBuilding, NewEndpoint,
};
use crate::{
    buildings::BuildingSettings,
    endpoint::{Endpoint, EndpointInfo},
};

/// The buildings that are shown to everybody.
pub const LIST_BUILDINGS: Endpoint<(), Vec<BuildingSummary>> =
    Endpoint::get("list_buildings", "/api/buildings");
/// The visitor: provider, whether it may join and why not, whether it did.
pub const GET_BUILDING_STATUS: Endpoint<BuildingPath, BuildingVisitor> =
    Endpoint::get("get_building_status", "/api/buildings/{slug}/status");
/// Joins the asking address.
pub const JOIN_BUILDING: Endpoint<JoinInput, BuildingVisitor> =
    Endpoint::post("join_building", "/api/buildings/{slug}/register");
/// Leaves; the address is deleted at once.
pub const LEAVE_BUILDING: Endpoint<BuildingPath, Left> =
    Endpoint::delete("leave_building", "/api/buildings/{slug}/register");
/// Provider by provider, with the last 60 minutes.
pub const GET_BUILDING_DASHBOARD: Endpoint<BuildingPath, BuildingDashboard> =
    Endpoint::get("get_building_dashboard", "/api/buildings/{slug}/dashboard");
/// Outages and their ends, newest first.
pub const LIST_BUILDING_EVENTS: Endpoint<BuildingPath, Vec<BuildingEvent>> =
    Endpoint::get("list_building_events", "/api/buildings/{slug}/events");
/// The same for a host of one building.
pub const JOIN_ONLY_BUILDING: Endpoint<JoinBuilding, BuildingVisitor> =
    Endpoint::post("join_only_building", "/api/register");
/// The same for a host of one building.
pub const LEAVE_ONLY_BUILDING: Endpoint<(), Left> = Endpoint::delete("leave_only_building", "/api/register");
/// The same for a host of one building.
pub const GET_DASHBOARD: Endpoint<(), BuildingDashboard> = Endpoint::get("get_dashboard", "/api/dashboard");
/// The same for a host of one building.
pub const LIST_EVENTS: Endpoint<(), Vec<BuildingEvent>> = Endpoint::get("list_events", "/api/events");
/// All buildings.
pub const LIST_ADMIN_BUILDINGS: Endpoint<(), Vec<AdminBuilding>> =
    Endpoint::get("list_admin_buildings", "/api/admin/buildings");
/// Makes one.
pub const CREATE_BUILDING: Endpoint<NewBuilding, AdminBuilding> =
    Endpoint::post("create_building", "/api/admin/buildings");
/// Deletes one with all of its endpoints.
pub const DELETE_BUILDING: Endpoint<BuildingPath, Left> =
    Endpoint::delete("delete_building", "/api/admin/buildings/{slug}");
/// All endpoints, without the addresses of residents.
pub const LIST_ADMIN_ENDPOINTS: Endpoint<(), Vec<AdminEndpoint>> =
    Endpoint::get("list_admin_endpoints", "/api/admin/endpoints");
/// Adds one by hand.
pub const CREATE_ADMIN_ENDPOINT: Endpoint<NewEndpoint, AdminEndpoint> =
    Endpoint::post("create_admin_endpoint", "/api/admin/endpoints");
/// Removes one.
pub const DELETE_ADMIN_ENDPOINT: Endpoint<EndpointPath, Left> =
    Endpoint::delete("delete_admin_endpoint", "/api/admin/endpoints/{id}");
/// Counts, and how the last cycle went.
pub const GET_ADMIN_METRICS: Endpoint<(), BuildingMetrics> =
    Endpoint::get("get_admin_metrics", "/api/admin/metrics");
/// The settings of the check.
pub const GET_ADMIN_SETTINGS: Endpoint<(), BuildingSettings> =
    Endpoint::get("get_admin_settings", "/api/admin/settings");
/// Changes them; they hold from the next cycle on.
pub const UPDATE_ADMIN_SETTINGS: Endpoint<BuildingSettings, BuildingSettings> =
    Endpoint::put("update_admin_settings", "/api/admin/settings");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[
    CREATE_ADMIN_ENDPOINT.info(),
    CREATE_BUILDING.info(),
    DELETE_ADMIN_ENDPOINT.info(),
    DELETE_BUILDING.info(),
    GET_ADMIN_METRICS.info(),
    GET_ADMIN_SETTINGS.info(),
    GET_BUILDING_DASHBOARD.info(),
    GET_BUILDING_STATUS.info(),
    GET_DASHBOARD.info(),
    JOIN_BUILDING.info(),
    JOIN_ONLY_BUILDING.info(),
    LEAVE_BUILDING.info(),
    LEAVE_ONLY_BUILDING.info(),
    LIST_ADMIN_BUILDINGS.info(),
    LIST_ADMIN_ENDPOINTS.info(),
    LIST_BUILDING_EVENTS.info(),
    LIST_BUILDINGS.info(),
    LIST_EVENTS.info(),
    UPDATE_ADMIN_SETTINGS.info(),
];
