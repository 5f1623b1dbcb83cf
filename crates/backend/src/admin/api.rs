//! Handlers of signing in and of sessions.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Method, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use domain::admin::{AdminSession, AdminSessionPath, Ended, NewAdminSession, SignedInAs};

use super::{
    audit,
    sessions::{self, Open},
    sign_in,
};
use crate::{
    AppState,
    db::time::to_ms,
    error::AppResult,
    http::{Admin, Json, Path, SESSION_COOKIE, SignedIn, Visit, check_own_origin},
};

/// The cookie of a session, or (without a token) what takes it away.
fn cookie(
    visit: &Visit,
    token: Option<&str>,
    seconds: i64,
) -> AppendHeaders<[(header::HeaderName, HeaderValue); 1]> {
    // Over plain HTTP a browser drops Secure cookies, and a LAN host could not sign in.
    let secure = if visit.https { "; Secure" } else { "" };
    let (token, seconds) = token.map_or(("", 0), |token| (token, seconds));
    let text =
        format!("{SESSION_COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let value = HeaderValue::from_str(&text).expect("a token is base64");
    AppendHeaders([(header::SET_COOKIE, value)])
}

/// Signs in with name, password and a code; the session is a cookie.
#[utoipa::path(post, path = "/api/admin/session", tag = "admin", request_body = NewAdminSession,
    responses((status = 200, body = SignedInAs), (status = 401, description = "Name, password or code is wrong.")))]
pub async fn sign_in(
    State(state): State<AppState>,
    visit: Visit,
    headers: HeaderMap,
    Json(asked): Json<NewAdminSession>,
) -> AppResult<Response> {
    check_own_origin(&Method::POST, &headers, &state.config.http)?;
    let token = sign_in::sign_in(&state, asked, &visit).await?;
    let open = sessions::find(&state, &token).await?.ok_or_else(crate::http::not_signed_in)?;
    let lifetime = state.config.admin.lifetime.whole.num_seconds();
    Ok((cookie(&visit, Some(&token), lifetime), Json(sessions::signed_in_as(&state, &open).await?))
        .into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/admin/session", tag = "admin",
    responses((status = 200, body = SignedInAs), (status = 401, description = "Nobody is signed in.")))]
pub async fn get_admin_session(
    State(state): State<AppState>,
    SignedIn(open): SignedIn,
) -> AppResult<Json<SignedInAs>> {
    Ok(Json(sessions::signed_in_as(&state, &open).await?))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/admin/session", tag = "admin",
    responses((status = 200, body = Ended), (status = 401, description = "Nobody is signed in.")))]
pub async fn sign_out(
    State(state): State<AppState>,
    visit: Visit,
    SignedIn(Open { id, account, .. }): SignedIn,
) -> AppResult<Response> {
    let actor = audit::Actor { name: account.name, address: Some(visit.address) };
    let now = to_ms(state.clock.now());
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                sessions::end(tx, id).await?;
                Ok(audit::insert_act(tx, now, &actor, "session.delete", None).await?)
            })
        })
        .await?;
    Ok((cookie(&visit, None, 0), Json(Ended { ended: 1 })).into_response())
}

/// All open sessions, newest first.
#[utoipa::path(get, path = "/api/admin/sessions", tag = "admin", responses((status = 200, body = Vec<AdminSession>),
    (status = 401, description = "Nobody is signed in.")))]
pub async fn list_admin_sessions(
    State(state): State<AppState>,
    admin: Admin,
) -> AppResult<Json<Vec<AdminSession>>> {
    Ok(Json(sessions::list(&state, admin.session.as_ref().map(|open| open.id)).await?))
}

/// Ends one's own other sessions; by `X-Admin-Key`, all.
#[utoipa::path(delete, path = "/api/admin/sessions", tag = "admin",
    responses((status = 200, body = Ended), (status = 401, description = "Nobody is signed in.")))]
pub async fn end_other_admin_sessions(State(state): State<AppState>, admin: Admin) -> AppResult<Json<Ended>> {
    let now = to_ms(state.clock.now());
    Ok(Json(Ended {
        ended: state
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let own = admin.session.as_ref();
                    let ended =
                        sessions::end_others(tx, own.map(|open| open.account.id), own.map(|open| open.id))
                            .await?;
                    let subject = format!("{ended} others");
                    audit::insert_act(tx, now, &admin.actor, "session.delete", Some(&subject)).await?;
                    Ok(ended)
                })
            })
            .await?,
    }))
}

/// Ends one session.
#[utoipa::path(delete, path = "/api/admin/sessions/{id}", tag = "admin", params(AdminSessionPath),
    responses((status = 200, body = Ended), (status = 401, description = "Nobody is signed in.")))]
pub async fn end_admin_session(
    State(state): State<AppState>,
    admin: Admin,
    Path(path): Path<AdminSessionPath>,
) -> AppResult<Json<Ended>> {
    let now = to_ms(state.clock.now());
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let whose = sessions::end(tx, path.id).await?;
                Ok(audit::insert_act(tx, now, &admin.actor, "session.delete", Some(&whose)).await?)
            })
        })
        .await?;
    Ok(Json(Ended { ended: 1 }))
}
