//! The durable part of a test: the server's own log, against which a late result is judged.

use domain::speed_tests::ServerLog;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{test::Test, token::RESULT_DAYS};
use crate::{
    AppState,
    db::time::to_ms,
    entities::{device_key, speed_session},
    error::AppResult,
    measurements::service::StoredProvider,
};

/// What stands in the row's `byte_log`.
#[derive(Serialize, Deserialize)]
struct Body {
    log: ServerLog,
    /// Slug and name of the provider of the address that asked for the token.
    provider: Option<(String, String)>,
}

/// Writes the log of a test that has ended; only then is its result accepted.
pub async fn keep_log(state: &AppState, test: &Test) -> AppResult<()> {
    let log = test.server_log(state.clock.now());
    if log.points.is_empty() {
        // Nothing flowed: no result can ever rest on it.
        return Ok(());
    }
    let body = Body { log, provider: test.ticket.provider.clone() };
    let bytes = serde_json::to_vec(&body).map_err(anyhow::Error::from)?;
    let ticket = test.ticket.clone();
    let issued_at = to_ms(ticket.issued_at);
    let key = ticket.device.0.to_vec();
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                // A device that has stored nothing yet has no row, and then no data to be deleted with either.
                let device = device_key::Entity::find_by_id(key).one(tx).await?;
                let row = speed_session::ActiveModel {
                    token_id: Set(ticket.id.to_vec()),
                    device_id: Set(device.map(|key| key.device_id)),
                    kind: Set(ticket.kind.as_str().to_owned()),
                    provider_id: Set(0),
                    household: Set(Some(ticket.household.0.to_vec())),
                    issued_at: Set(issued_at),
                    expires_at: Set(issued_at + RESULT_DAYS * 86_400_000),
                    byte_log: Set(Some(bytes)),
                    ..Default::default()
                };
                speed_session::Entity::insert(row).exec_without_returning(tx).await?;
                Ok(())
            })
        })
        .await
}

/// A kept log.
pub struct Kept {
    pub row: speed_session::Model,
    pub log: ServerLog,
    pub provider: Option<StoredProvider>,
}

/// The log of a token, if this server has seen bytes of its test.
pub async fn find_log(state: &AppState, id: &[u8; 16]) -> AppResult<Option<Kept>> {
    let query = speed_session::Entity::find().filter(speed_session::Column::TokenId.eq(id.to_vec()));
    let Some(row) = query.one(&state.db.read).await? else { return Ok(None) };
    let Some(bytes) = &row.byte_log else { return Ok(None) };
    let body: Body = serde_json::from_slice(bytes).map_err(anyhow::Error::from)?;
    let provider = body.provider.map(|(slug, name)| StoredProvider { slug, name });
    Ok(Some(Kept { row, log: body.log, provider }))
}
