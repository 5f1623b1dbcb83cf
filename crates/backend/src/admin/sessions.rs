//! Sessions: opened by a sign-in, found by the hash of the cookie's token, ended by hand or by time.

use domain::admin::{AdminSession, Role, SignedInAs, session::NOTE_EVERY};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
    sea_query::Expr,
};

use super::accounts;
use crate::{
    AppError, AppState,
    db::time::{from_ms, to_ms},
    entities::{admin, admin_recovery_code, admin_session},
    error::AppResult,
    http::Visit,
};

/// A session that is open, with its account.
#[derive(Clone)]
pub struct Open {
    pub id: i64,
    pub account: admin::Model,
    pub role: Role,
    pub created_at: i64,
    pub seen_at: i64,
}

/// Hashes and ciphertexts stay out of what is printed.
impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("id", &self.id).field("name", &self.account.name).finish_non_exhaustive()
    }
}

/// A session's row by a cookie's token.
pub fn hash(state: &AppState, token: &str) -> Vec<u8> {
    state.key.sign("admin session", token.as_bytes()).to_vec()
}

/// The row of a session that begins now.
pub fn begin(state: &AppState, admin_id: i64, token: &str, visit: &Visit) -> admin_session::ActiveModel {
    let now = to_ms(state.clock.now());
    admin_session::ActiveModel {
        hash: Set(hash(state, token)),
        admin_id: Set(admin_id),
        created_at: Set(now),
        seen_at: Set(now),
        ip_version: Set(if visit.address.to_canonical().is_ipv4() { 4 } else { 6 }),
        agent: Set(visit.agent.clone()),
        ..Default::default()
    }
}

/// The open session of a token, its use noted.
pub async fn find(state: &AppState, token: &str) -> AppResult<Option<Open>> {
    let found = admin_session::Entity::find().filter(admin_session::Column::Hash.eq(hash(state, token)));
    let Some(row) = found.one(&state.db.read).await? else { return Ok(None) };
    let now = state.clock.now();
    if state.config.admin.lifetime.is_over(from_ms(row.created_at), from_ms(row.seen_at), now) {
        return Ok(None);
    }
    let account = admin::Entity::find_by_id(row.admin_id).one(&state.db.read).await?;
    let Some(account) = account else { return Ok(None) };
    let mut open = Open {
        id: row.id,
        role: accounts::role(&account)?,
        account,
        created_at: row.created_at,
        seen_at: row.seen_at,
    };
    if now - from_ms(row.seen_at) >= NOTE_EVERY {
        open.seen_at = to_ms(now);
        // Its use is seen with the next request as well; a database that is busy signs nobody out.
        if let Err(error) = state
            .db
            .write(move |tx| {
                Box::pin(async move {
                    admin_session::Entity::update_many()
                        .col_expr(admin_session::Column::SeenAt, Expr::value(to_ms(now)))
                        .filter(admin_session::Column::Id.eq(row.id))
                        .exec(tx)
                        .await?;
                    Ok(())
                })
            })
            .await
        {
            tracing::warn!(error = ?error, "the use of a session was not noted");
        }
    }
    Ok(Some(open))
}

/// Who is signed in by it.
pub async fn signed_in_as(state: &AppState, open: &Open) -> AppResult<SignedInAs> {
    let left = admin_recovery_code::Entity::find()
        .filter(admin_recovery_code::Column::AdminId.eq(open.account.id))
        .count(&state.db.read)
        .await?;
    let (created, seen) = (from_ms(open.created_at), from_ms(open.seen_at));
    Ok(SignedInAs {
        name: open.account.name.clone(),
        role: open.role,
        created_at: created,
        expires_at: state.config.admin.lifetime.ends_at(created, seen),
        recovery_codes: left,
    })
}

/// All that are open, the newest first.
pub async fn list(state: &AppState, current: Option<i64>) -> AppResult<Vec<AdminSession>> {
    let rows = admin_session::Entity::find()
        .find_also_related(admin::Entity)
        .order_by_desc(admin_session::Column::Id)
        .all(&state.db.read)
        .await?;
    let (rule, now) = (state.config.admin.lifetime, state.clock.now());
    let shown = |(row, account): (admin_session::Model, Option<admin::Model>)| {
        let (created, seen) = (from_ms(row.created_at), from_ms(row.seen_at));
        (!rule.is_over(created, seen, now)).then_some(AdminSession {
            id: row.id,
            name: account?.name,
            agent: row.agent,
            ip_version: row.ip_version as u8,
            created_at: created,
            seen_at: seen,
            expires_at: rule.ends_at(created, seen),
            current: current == Some(row.id),
        })
    };
    Ok(rows.into_iter().filter_map(shown).collect())
}

/// Ends one; whose it was.
pub async fn end<C: ConnectionTrait>(tx: &C, id: i64) -> AppResult<String> {
    let found = admin_session::Entity::find_by_id(id).find_also_related(admin::Entity).one(tx).await?;
    let Some((row, account)) = found else { return Err(AppError::not_found("session")) };
    admin_session::Entity::delete_by_id(row.id).exec(tx).await?;
    Ok(account.map(|account| account.name).unwrap_or_default())
}

/// Ends all of an account (of all accounts) but one.
pub async fn end_others<C: ConnectionTrait>(
    tx: &C,
    admin_id: Option<i64>,
    but: Option<i64>,
) -> Result<u64, DbErr> {
    use admin_session::Column;
    let mut others = admin_session::Entity::delete_many();
    if let Some(id) = admin_id {
        others = others.filter(Column::AdminId.eq(id));
    }
    if let Some(id) = but {
        others = others.filter(Column::Id.ne(id));
    }
    Ok(others.exec(tx).await?.rows_affected)
}
