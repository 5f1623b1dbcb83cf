//! Handlers of the verdict slice.

use axum::{Json, extract::State};
use chrono::TimeDelta;
use domain::verdict::{Usual, Verdict, VerdictFacts, verdict};

use super::queries::{list_lately_tested, list_own_tests};
use crate::{
    AppResult, AppState, buildings,
    history::windows::{Window, window_facts},
    http::Caller,
    measurements::devices::find_device,
    uplinks,
};

/// This long ago own tests still say how it is now.
const NOW: TimeDelta = TimeDelta::hours(1);
/// What is usual is learnt from these days before.
const USUAL_DAYS: i64 = 30;

/// Where the fault is, for the caller.
#[utoipa::path(get, path = "/api/verdict", tag = "verdict", responses((status = 200, body = Verdict)))]
pub async fn get_verdict(State(state): State<AppState>, caller: Caller) -> AppResult<Json<Verdict>> {
    let now = state.clock.now();
    let mut facts = VerdictFacts::nothing(now, u64::from(state.config.privacy.k));
    let device = match caller.device {
        Some(device) => find_device(&state.db.read, device.hash).await?,
        None => None,
    };
    if let Some(device) = &device {
        facts.own_tests = list_own_tests(&state.db.read, device.id, now - NOW).await?;
        let before = Window::between(now - TimeDelta::days(USUAL_DAYS), now - NOW);
        let usual = window_facts(&state.db.read, device.id, before).await?;
        facts.usual = (usual.tests > 0).then(|| Usual {
            download: usual.download.median(),
            ping: usual.ping.median(),
            tests: usual.tests,
        });
    }
    let provider = state.providers.find(caller.address);
    let lately = list_lately_tested(&state, &caller, device.map(|device| device.id), now).await?;
    let slug = provider.as_ref().map(|provider| provider.slug.as_str());
    facts.provider = slug.and_then(|slug| lately.group(|other| other == slug));
    facts.other_providers = slug.and_then(|slug| lately.group(|other| other != slug && other != "unknown"));
    facts.building = buildings::neighbours(&state, &caller).await?;
    facts.uplinks = uplinks::facts(&state).await?;
    facts.provider_name = provider.map(|provider| provider.name);
    Ok(Json(verdict(&facts)))
}
