//! What operators did: written in the unit of the act where that is a change of ours, else right after it.

use std::net::IpAddr;

use domain::admin::{AuditEntry, AuditPage, AuditQuery};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use crate::{
    AppState,
    db::time::{from_ms, to_ms},
    entities::audit,
    error::AppResult,
};

/// Who acts, and from where.
#[derive(Clone, Debug)]
pub struct Actor {
    /// An account's name, [`Self::KEY`] or [`Self::CLI`].
    pub name: String,
    pub address: Option<IpAddr>,
}

impl Actor {
    /// Whoever brings the operator's key.
    pub const KEY: &str = "X-Admin-Key";
    /// Whoever may run the program beside its database.
    pub const CLI: &str = "command line";

    pub fn cli() -> Self {
        Self { name: Self::CLI.to_owned(), address: None }
    }
}

/// Longer subjects are cut.
const SUBJECT_CHARS: usize = 200;

/// Notes an act, in the unit that does it.
pub async fn insert_act<C: ConnectionTrait>(
    tx: &C,
    at: i64,
    actor: &Actor,
    act: &str,
    subject: Option<&str>,
) -> Result<(), DbErr> {
    let row = audit::ActiveModel {
        at: Set(at),
        who: Set(actor.name.clone()),
        act: Set(act.to_owned()),
        subject: Set(subject.map(|subject| subject.chars().take(SUBJECT_CHARS).collect())),
        address: Set(actor.address.map(|address| address.to_canonical().to_string())),
        ..Default::default()
    };
    audit::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes an act of another slice.
pub async fn note(
    state: &AppState,
    actor: &Actor,
    act: &'static str,
    subject: Option<String>,
) -> AppResult<()> {
    let (actor, at) = (actor.clone(), to_ms(state.clock.now()));
    state
        .db
        .write(move |tx| {
            Box::pin(async move { Ok(insert_act(tx, at, &actor, act, subject.as_deref()).await?) })
        })
        .await
}

/// A page of the log, newest first.
pub async fn list<C: ConnectionTrait>(db: &C, query: AuditQuery) -> Result<AuditPage, DbErr> {
    let mut select = audit::Entity::find().order_by_desc(audit::Column::Id).limit(query.limit + 1);
    if let Some(after) = query.after {
        select = select.filter(audit::Column::Id.lt(after));
    }
    let mut rows = select.all(db).await?;
    let more = rows.len() as u64 > query.limit;
    rows.truncate(query.limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    let items = rows
        .into_iter()
        .map(|row| AuditEntry {
            id: row.id,
            at: from_ms(row.at),
            who: row.who,
            act: row.act,
            subject: row.subject,
            address: row.address,
        })
        .collect();
    Ok(AuditPage { items, next })
}
