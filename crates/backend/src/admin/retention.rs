//! Letting go of sessions that are over, of failures that are forgotten, and of old entries of the audit log.

use anyhow::Context;
use domain::admin::lockout::FORGET;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::{
    AppError, AppState,
    db::time::to_ms,
    entities::{admin_session, audit, lockout},
};

/// The hourly job; few rows, so that one unit does it.
pub async fn retain(state: AppState) -> anyhow::Result<()> {
    let (now, rule) = (state.clock.now(), state.config.admin.lifetime);
    let acts = now - chrono::TimeDelta::days(i64::from(state.config.retention.audit_days));
    let ended = Condition::any()
        .add(admin_session::Column::SeenAt.lte(to_ms(now - rule.idle)))
        .add(admin_session::Column::CreatedAt.lte(to_ms(now - rule.whole)));
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                admin_session::Entity::delete_many().filter(ended).exec(tx).await?;
                let forgotten = lockout::Column::FailedAt.lte(to_ms(now - FORGET));
                lockout::Entity::delete_many().filter(forgotten).exec(tx).await?;
                audit::Entity::delete_many().filter(audit::Column::At.lt(to_ms(acts))).exec(tx).await?;
                Ok(())
            })
        })
        .await
        .map_err(AppError::into_anyhow)
        .context("sessions and acts")
}
