//! What changed: weeks, windows of choice, the week in words.

use axum::extract::State;
use chrono::TimeDelta;
use domain::history::{
    BeforeAfterQuery, SpeedTrendQuery,
    change::{BeforeAfter, Comparison, SpeedTrend, before_after, comparison, speed_trend},
    weekly::{WeekFacts, WeeklyReport, weekly_report},
};

use super::{
    subject::Subject,
    windows::{Window, day_start},
};
use crate::{
    AppState,
    error::AppResult,
    http::{Caller, Json, Query},
};

const WEEK: TimeDelta = TimeDelta::days(7);

/// The last seven days beside the seven before.
#[utoipa::path(get, path = "/api/comparison", tag = "history", responses((status = 200, body = Comparison)))]
pub async fn get_comparison(State(state): State<AppState>, caller: Caller) -> AppResult<Json<Comparison>> {
    let subject = Subject::find(&state, caller.device).await?;
    let this_week = Window::last_days(subject.now, 7);
    let last_week = Window { from: this_week.from - WEEK.num_milliseconds(), to: this_week.from };
    let (this_week, last_week) = (subject.window(this_week).await?, subject.window(last_week).await?);
    Ok(Json(comparison(&this_week, &last_week, subject.now)))
}

/// Two windows of choice beside each other.
#[utoipa::path(get, path = "/api/comparison/before-after", tag = "history", params(BeforeAfterQuery),
    responses((status = 200, body = BeforeAfter)))]
pub async fn get_before_after(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<BeforeAfterQuery>,
) -> AppResult<Json<BeforeAfter>> {
    let subject = Subject::find(&state, caller.device).await?;
    let (before, after) = query.periods(subject.now)?;
    let facts_before = subject.window(Window::between(before.start, before.end)).await?;
    let facts_after = subject.window(Window::between(after.start, after.end)).await?;
    Ok(Json(before_after((before, &facts_before), (after, &facts_after))))
}

/// Week by week.
#[utoipa::path(get, path = "/api/speed-trend", tag = "history", params(SpeedTrendQuery),
    responses((status = 200, body = SpeedTrend)))]
pub async fn get_speed_trend(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<SpeedTrendQuery>,
) -> AppResult<Json<SpeedTrend>> {
    let subject = Subject::find(&state, caller.device).await?;
    let first = subject.days_ago(query.weeks.saturating_mul(7).saturating_sub(1));
    let days = subject.days(first).await?;
    Ok(Json(speed_trend(query.weeks, subject.today(), &days)))
}

/// The week in words.
#[utoipa::path(get, path = "/api/reports/weekly", tag = "history",
    responses((status = 200, body = WeeklyReport)))]
pub async fn get_weekly_report(
    State(state): State<AppState>,
    caller: Caller,
) -> AppResult<Json<WeeklyReport>> {
    let subject = Subject::find(&state, caller.device).await?;
    // Seven local days, today among them, and the seven before.
    let begin = day_start(subject.zone, subject.days_ago(6));
    let earlier = day_start(subject.zone, subject.days_ago(13));
    let week = Window::between(begin, subject.now + TimeDelta::milliseconds(1));
    let facts = (
        subject.window(week).await?,
        subject.window(Window::between(earlier, begin)).await?,
        subject.hours(week).await?,
    );
    Ok(Json(weekly_report(WeekFacts {
        this_week: &facts.0,
        last_week: &facts.1,
        hours: &facts.2,
        today: subject.today(),
        now: subject.now,
    })))
}
