//! The line against its promise and its price.

use axum::extract::State;
use domain::history::{
    CostQuery, SlaQuery,
    contract::{CostCalculation, SlaAnswer, analyze_sla as judge_sla, cost},
};

use super::{subject::Subject, windows::Window};
use crate::{
    AppState,
    error::AppResult,
    http::{Caller, Json, Query},
};

/// The prices of a Mbit/s are of the last 30 days (api.md §1).
const COST_DAYS: u32 = 30;

/// What a promised and a delivered Mbit/s cost.
#[utoipa::path(get, path = "/api/cost-calculator", tag = "history", params(CostQuery),
    responses((status = 200, body = CostCalculation)))]
pub async fn get_cost_calculator(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<CostQuery>,
) -> AppResult<Json<CostCalculation>> {
    let subject = Subject::find(&state, caller.device).await?;
    let facts = subject.window(Window::last_days(subject.now, COST_DAYS)).await?;
    Ok(Json(cost(&query, &facts)))
}

/// The line against what was promised.
#[utoipa::path(get, path = "/api/sla/analyze", tag = "history", params(SlaQuery),
    responses((status = 200, body = SlaAnswer)))]
pub async fn analyze_sla(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<SlaQuery>,
) -> AppResult<Json<SlaAnswer>> {
    let subject = Subject::find(&state, caller.device).await?;
    let facts = subject.window(Window::last_days(subject.now, query.window_days)).await?;
    Ok(Json(judge_sla(&query, &facts)))
}
