//! Counting refused sign-ins by name and by network; rows survive a restart.

use std::net::IpAddr;

use domain::admin::lockout::{Lock, counted, wait_s};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set, sea_query::OnConflict,
};

use crate::{
    AppState,
    db::time::{from_ms, to_ms},
    entities::lockout,
    error::AppResult,
    http::network,
};

/// Rows beyond this push the oldest out: some megabytes, whatever is tried.
const MOST_ROWS: u64 = 50_000;

/// What a trial is counted under.
#[derive(Clone, Debug)]
pub struct Trial([(Lock, Vec<u8>); 2]);

impl Trial {
    pub fn new(state: &AppState, name: &str, address: IpAddr) -> Self {
        let hash = |label: &str, of: &[u8]| state.key.sign(label, of)[..16].to_vec();
        Self([
            (Lock::Name, hash("lock-out of a name", name.as_bytes())),
            (Lock::Address, hash("lock-out of a network", &network(address).to_be_bytes())),
        ])
    }

    /// Forgets an account's trials, for who set it right by the command line.
    pub async fn forget_name<C: ConnectionTrait>(state: &AppState, tx: &C, name: &str) -> Result<(), DbErr> {
        let Self([(_, hash), _]) = Self::new(state, name, IpAddr::from([0, 0, 0, 0]));
        lockout::Entity::delete_by_id(hash).exec(tx).await?;
        Ok(())
    }

    /// Takes the trial back: it succeeded.
    pub async fn forget<C: ConnectionTrait>(&self, tx: &C) -> Result<(), DbErr> {
        let hashes = self.0.iter().map(|(_, hash)| hash.clone());
        lockout::Entity::delete_many().filter(lockout::Column::Hash.is_in(hashes)).exec(tx).await?;
        Ok(())
    }

    /// Counts the trial as refused, before it is looked at; or the seconds to wait, and nothing is counted.
    pub async fn count(&self, state: &AppState) -> AppResult<Option<i64>> {
        let (trial, now) = (self.clone(), state.clock.now());
        state.db.write(move |tx| Box::pin(async move { Ok(trial.count_at(tx, to_ms(now)).await?) })).await
    }

    async fn count_at(&self, tx: &DatabaseTransaction, now: i64) -> Result<Option<i64>, DbErr> {
        let mut changed = Vec::new();
        let mut wait = None;
        for (lock, hash) in &self.0 {
            let found = lockout::Entity::find_by_id(hash.clone()).one(tx).await?;
            let (failures, last) = found.map_or((0, now), |row| (row.failures as u32, row.failed_at));
            let (last, at) = (from_ms(last), from_ms(now));
            let failures = counted(failures, last, at);
            // A day without a failure ends a wait as well.
            wait = wait.max(wait_s(*lock, failures - 1, last, at));
            changed.push(lockout::ActiveModel {
                hash: Set(hash.clone()),
                failures: Set(i64::from(failures)),
                failed_at: Set(now),
            });
        }
        if wait.is_none() {
            use lockout::Column;
            let again = OnConflict::column(Column::Hash)
                .update_columns([Column::Failures, Column::FailedAt])
                .to_owned();
            lockout::Entity::insert_many(changed).on_conflict(again).exec_without_returning(tx).await?;
            bound(tx).await?;
        }
        Ok(wait)
    }
}

async fn bound(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    let rows = lockout::Entity::find().count(tx).await?;
    if let Some(beyond) = rows.checked_sub(MOST_ROWS).filter(|beyond| *beyond > 0) {
        let oldest: Vec<Vec<u8>> = lockout::Entity::find()
            .select_only()
            .column(lockout::Column::Hash)
            .order_by_asc(lockout::Column::FailedAt)
            .limit(beyond)
            .into_tuple()
            .all(tx)
            .await?;
        lockout::Entity::delete_many().filter(lockout::Column::Hash.is_in(oldest)).exec(tx).await?;
    }
    Ok(())
}
