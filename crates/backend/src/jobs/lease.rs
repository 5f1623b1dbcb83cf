//! A row of `jobs` as a lease, for work that runs beside the list of jobs: of several instances one holds it.

use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use crate::{
    AppResult, AppState,
    db::time::to_ms,
    entities::job::{self, Column},
};

/// Takes or keeps a lease; whether `holder` has it now. It ends by itself.
pub async fn hold(state: &AppState, name: &'static str, holder: &str, lasts: TimeDelta) -> AppResult<bool> {
    let now = state.clock.now();
    let (until, now) = (to_ms(now + lasts), to_ms(now));
    let holder = holder.to_owned();
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = job::ActiveModel {
                    name: Set(name.to_owned()),
                    due_at: Set(0),
                    failures: Set(0),
                    ..Default::default()
                };
                job::Entity::insert(row)
                    .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
                    .exec_without_returning(tx)
                    .await?;
                let free = Condition::any()
                    .add(Column::LockedBy.eq(holder.clone()))
                    .add(Column::LockedUntil.is_null())
                    .add(Column::LockedUntil.lte(now));
                let taken = job::Entity::update_many()
                    .col_expr(Column::LockedBy, Expr::value(holder))
                    .col_expr(Column::LockedUntil, Expr::value(until))
                    .col_expr(Column::FinishedAt, Expr::value(now))
                    .filter(Column::Name.eq(name))
                    .filter(free)
                    .exec(tx)
                    .await?;
                Ok(taken.rows_affected == 1)
            })
        })
        .await
}
