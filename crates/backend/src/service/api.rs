//! Handlers of the service slice.

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    self_health::Affected,
    service::{Health, HealthState, PartHealth, SystemInfo},
};
use sea_orm::ConnectionTrait;

use crate::{AppError, AppState, self_health};

/// The program's health, part by part.
#[utoipa::path(get, path = "/api/health", tag = "service", responses((status = 200, body = Health)))]
pub async fn get_health(State(state): State<AppState>) -> Json<Health> {
    let mut parts = vec![database(&state).await, providers(&state)];
    parts.extend(self_health::recent(&state).await.affected.iter().map(|affected| impaired(*affected)));
    let status = if parts.iter().all(|part| part.ok) { HealthState::Ok } else { HealthState::Degraded };
    Json(Health {
        status,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        timestamp: state.clock.now(),
        environment: state.config.environment.clone(),
        database: state.db.kind().to_owned(),
        parts,
    })
}

fn impaired(affected: Affected) -> PartHealth {
    let (name, problem) = self_health::public_words(affected);
    PartHealth { name: name.to_owned(), ok: false, problem: Some(problem.to_owned()) }
}

async fn database(state: &AppState) -> PartHealth {
    let answered = state.db.read.execute_unprepared("SELECT 1").await;
    if let Err(error) = &answered {
        tracing::error!(error = %error, "the database does not answer");
    }
    let problem = answered.is_err().then(|| "The database does not answer.".to_owned());
    PartHealth { name: "database".to_owned(), ok: problem.is_none(), problem }
}

fn providers(state: &AppState) -> PartHealth {
    // A server without tables is whole; it says "unknown provider" where one would stand.
    let problem = (!state.providers.is_configured()).then(|| "No provider table is configured.".to_owned());
    PartHealth { name: "providers".to_owned(), ok: true, problem }
}

/// The process runs; nothing else is asked.
pub async fn get_alive() -> &'static str {
    "ok"
}

/// Requests can be served: the database answers and no stop is under way.
pub async fn get_ready(State(state): State<AppState>) -> Result<&'static str, AppError> {
    if state.stop.is_cancelled() {
        return Err(AppError::unavailable("The program is stopping.", 10));
    }
    match database(&state).await.problem {
        Some(problem) => Err(AppError::unavailable(problem, 5)),
        None => Ok("ready"),
    }
}

/// What this service is and can do.
#[utoipa::path(get, path = "/api/system/info", tag = "service", responses((status = 200, body = SystemInfo)))]
pub async fn get_system_info(State(state): State<AppState>) -> (StatusCode, Json<SystemInfo>) {
    let capabilities = ["speed_test", "ndt7", "librespeed", "live", "verdict", "history"].map(str::to_owned);
    let info = SystemInfo {
        service_type: "steadyline".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: "Steadyline".to_owned(),
        instance_id: state.instance_id.clone(),
        capabilities: capabilities.into(),
    };
    (StatusCode::OK, Json(info))
}
