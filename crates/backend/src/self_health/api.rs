//! The handler, and the same as metrics.

use axum::extract::State;
use domain::self_health::{Check, SelfHealth};
use serde::Serialize;

use super::level;
use crate::{
    AppState,
    http::{Admin, Json},
};

/// How this server itself is, check by check.
#[utoipa::path(get, path = "/api/admin/health", tag = "self_health",
    responses((status = 200, body = SelfHealth), (status = 401, description = "Nobody is signed in.")))]
pub async fn get_self_health(_: Admin, State(state): State<AppState>) -> Json<SelfHealth> {
    Json((*super::examined(&state).await).clone())
}

/// The worst of the checks for everybody, each check and its figures for the operator.
pub fn metrics(health: &SelfHealth, in_full: bool) -> String {
    let mut lines = vec![
        "# HELP steadyline_self_health 0 ok, 1 degraded, 2 failed\n# TYPE steadyline_self_health gauge\n"
            .to_owned(),
        format!("steadyline_self_health {}\n", level(health.status)),
    ];
    if !in_full {
        return lines.concat();
    }
    lines.push("# TYPE steadyline_check gauge\n".to_owned());
    for check in &health.checks {
        lines.push(format!("steadyline_check{{{}}} {}\n", labels(check), level(check.state)));
    }
    lines.push("# TYPE steadyline_check_figure gauge\n".to_owned());
    for check in &health.checks {
        for figure in &check.figures {
            let (what, unit) = (word(&figure.what), word(&figure.unit));
            let labels = format!("{},what=\"{what}\",unit=\"{unit}\"", labels(check));
            lines.push(format!("steadyline_check_figure{{{labels}}} {}\n", figure.value));
        }
    }
    lines.concat()
}

/// What stays while a check's state changes: its group and its subject, and what was looked at.
fn labels(check: &Check) -> String {
    let subject: String = check
        .subject
        .as_deref()
        .unwrap_or_default()
        .chars()
        .filter(|c| !matches!(c, '"' | '\\' | '\n'))
        .collect();
    format!("group=\"{}\",topic=\"{}\",subject=\"{subject}\"", word(&check.group), check.finding.topic())
}

/// The word of an enum as the API has it.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
