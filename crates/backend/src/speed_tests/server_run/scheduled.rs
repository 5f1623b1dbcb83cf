//! Tests of this server's own lines that nobody asks for. Each attempt is kept as a measurement of its line, also where
//! the line was busy or no endpoint answered: then without figures, and counted nowhere.

use domain::{
    measurements::{Measurement, ResultDetail, Source},
    speed_tests::{
        ServerTestQuery,
        schedule::{Due, due},
    },
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{NewStored, run, store};
use crate::{
    AppError, AppResult, AppState,
    db::time::{from_ms, to_ms},
    entities::measurement,
    history::windows::{day_of, day_start},
    uplinks,
};

/// The job: one line after the other, each where it is due.
pub async fn test_lines(state: AppState) -> anyhow::Result<()> {
    let Some(schedule) = state.config.uplinks.speed_tests else { return Ok(()) };
    if state.config.speed.endpoints.is_empty() {
        return Ok(());
    }
    let work = async {
        for line in uplinks::interfaces(&state) {
            let (now, zone) = (state.clock.now(), state.config.time_zone);
            let today = day_start(zone, day_of(zone, now));
            let db = &state.db.read;
            let spent = spent_bytes(db, to_ms(today)).await?;
            let last = last_test(db, &line).await?.map(from_ms);
            match due(&schedule, last, now, now.with_timezone(&zone).time(), spent) {
                Due::Now => test_line(&state, line).await?,
                not => tracing::debug!(uplink.name = line, due = ?not, "no test of this line"),
            }
        }
        Ok(())
    };
    work.await.map_err(AppError::into_anyhow)
}

async fn test_line(state: &AppState, line: String) -> AppResult<()> {
    let began = state.clock.now();
    let failure = if state.speed.running() > 0 {
        "line_busy"
    } else {
        match run(state.clone(), ServerTestQuery::default(), Some(line.clone())).await {
            Ok(_) => return Ok(()),
            Err(refusal) => {
                tracing::warn!(uplink.name = line, reason = refusal.why, "a scheduled test gave no result");
                "no_endpoint"
            }
        }
    };
    let measurement =
        Measurement { valid: false, ..Measurement::unmeasured(began, Source::Server, "scheduled") };
    let new = NewStored {
        device: None,
        household: None,
        provider: None,
        time_zone: None,
        measurement,
        invalid_reason: Some(failure.to_owned()),
        detail: ResultDetail::default(),
        kind: "server".to_owned(),
        failure: Some(failure.to_owned()),
        duration_ms: (state.clock.now() - began).num_milliseconds(),
        concurrent_tests: state.speed.running(),
        uplink: Some(line),
        token_id: None,
        idempotency: None,
        samples: None,
    };
    store(state, new).await.map(drop)
}

/// When the last test of a line began.
async fn last_test<C: ConnectionTrait>(db: &C, line: &str) -> Result<Option<i64>, DbErr> {
    use measurement::Column;
    measurement::Entity::find()
        .select_only()
        .column(Column::StartedAt)
        .filter(Column::DeviceId.is_null())
        .filter(Column::Uplink.eq(line))
        .order_by_desc(Column::StartedAt)
        .limit(1)
        .into_tuple()
        .one(db)
        .await
}

/// Bytes that this server's own tests moved since an instant.
async fn spent_bytes<C: ConnectionTrait>(db: &C, since: i64) -> Result<u64, DbErr> {
    use measurement::Column;
    let used: Vec<i64> = measurement::Entity::find()
        .select_only()
        .column(Column::BytesUsed)
        .filter(Column::DeviceId.is_null())
        .filter(Column::Source.eq(Source::Server.as_str()))
        .filter(Column::StartedAt.gte(since))
        .into_tuple()
        .all(db)
        .await?;
    Ok(used.iter().sum::<i64>().cast_unsigned())
}
