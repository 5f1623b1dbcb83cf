//! Handlers of accounts and of the audit log.

use axum::{extract::State, http::StatusCode};
use domain::admin::{AdminUser, AdminUserPath, AuditPage, AuditQuery, Ended, Enrolment, NewAdminUser};

use super::{accounts, audit};
use crate::{
    AppState,
    error::AppResult,
    http::{Admin, Json, Path, Query},
};

/// Who may sign in.
#[utoipa::path(get, path = "/api/admin/users", tag = "admin", responses((status = 200, body = Vec<AdminUser>),
    (status = 401, description = "Nobody is signed in.")))]
pub async fn list_admin_users(State(state): State<AppState>, _: Admin) -> AppResult<Json<Vec<AdminUser>>> {
    Ok(Json(accounts::list(&state).await?))
}

/// Makes an account; its second factor is told here and never again.
#[utoipa::path(post, path = "/api/admin/users", tag = "admin", request_body = NewAdminUser,
    responses((status = 201, body = Enrolment), (status = 401, description = "Nobody is signed in."),
    (status = 409, description = "This name is taken.")))]
pub async fn create_admin_user(
    State(state): State<AppState>,
    admin: Admin,
    Json(new): Json<NewAdminUser>,
) -> AppResult<(StatusCode, Json<Enrolment>)> {
    let made = accounts::create(&state, &admin.actor, &new.name, new.role, new.password).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Removes an account with its sessions.
#[utoipa::path(delete, path = "/api/admin/users/{name}", tag = "admin", params(AdminUserPath),
    responses((status = 200, body = Ended), (status = 401, description = "Nobody is signed in."),
    (status = 409, description = "This is the last admin.")))]
pub async fn delete_admin_user(
    State(state): State<AppState>,
    admin: Admin,
    Path(path): Path<AdminUserPath>,
) -> AppResult<Json<Ended>> {
    accounts::remove(&state, &admin.actor, &path.name).await?;
    Ok(Json(Ended { ended: 1 }))
}

/// Makes a new second factor for an account; its sessions end.
#[utoipa::path(post, path = "/api/admin/users/{name}/totp", tag = "admin", params(AdminUserPath),
    responses((status = 200, body = Enrolment), (status = 401, description = "Nobody is signed in.")))]
pub async fn reset_admin_totp(
    State(state): State<AppState>,
    admin: Admin,
    Path(path): Path<AdminUserPath>,
) -> AppResult<Json<Enrolment>> {
    Ok(Json(accounts::reset_totp(&state, &admin.actor, &path.name).await?))
}

/// What operators did, newest first.
#[utoipa::path(get, path = "/api/admin/audit", tag = "admin", params(AuditQuery),
    responses((status = 200, body = AuditPage), (status = 401, description = "Nobody is signed in.")))]
pub async fn list_audit(
    State(state): State<AppState>,
    _: Admin,
    Query(query): Query<AuditQuery>,
) -> AppResult<Json<AuditPage>> {
    Ok(Json(audit::list(&state.db.read, query).await?))
}
