//! Later delivery: a finished run whose POST failed, and attempts that failed (measurement.md §1).
//!
//! They wait in local storage and are handed in once: each keeps its idempotency key, so that an answer that got
//! lost, or a second tab, doubles nothing.

use std::cell::Cell;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ApiError, ErrorCode,
    measurements::{CREATE_MEASUREMENT, FailedAttempt, NewMeasurement},
};
use gloo_net::http::Request;
use leptos::{prelude::window, task::spawn_local};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::Value;

/// The shelf in local storage.
const SHELF: &str = "steadyline.later";
/// When the last failed attempt was kept.
const LAST_ATTEMPT: &str = "steadyline.attempt";
/// One failed attempt in this time.
const ONE_ATTEMPT_IN: TimeDelta = TimeDelta::minutes(10);
/// The server takes nothing older.
const KEPT: TimeDelta = TimeDelta::days(7);
/// A browser that is offline for a week keeps the newest of them.
const MOST: usize = 100;

/// Something to hand in. Its body is plain JSON: every page delivers, and the readers of a run's wire types weigh more than
/// all the rest of that.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Later {
    /// The idempotency key.
    key: String,
    at: DateTime<Utc>,
    body: Value,
}

/// A failure that passes by itself: the same body may succeed later.
pub fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Unreachable
            | ErrorCode::Unavailable
            | ErrorCode::TooMany
            | ErrorCode::TimedOut
            | ErrorCode::Internal
    )
}

impl Later {
    pub fn new(body: &NewMeasurement) -> Self {
        let body = serde_json::to_value(body).expect("numbers and strings under string keys");
        Self { key: key(), at: wall_clock(), body }
    }

    /// Hands it in; the answer is the stored result.
    pub async fn post<R: DeserializeOwned>(&self) -> Result<R, ApiError> {
        let lost = |e: gloo_net::Error| ApiError::new(ErrorCode::Unreachable, e.to_string());
        let mut body = self.body.clone();
        // Only a failed attempt says how old it is.
        if let Some(age) = body.get_mut("age_ms") {
            *age = (wall_clock() - self.at).num_milliseconds().max(0).into();
        }
        let path = CREATE_MEASUREMENT.info().path;
        let request = Request::post(path).header("idempotency-key", &self.key).json(&body).map_err(lost)?;
        let response = request.send().await.map_err(lost)?;
        if response.ok() {
            crate::api::note_device();
        }
        let bytes = response.binary().await.map_err(lost)?;
        crate::api::read(response.status(), &bytes)
    }

    /// Puts it on the shelf.
    pub fn keep(self) {
        let mut shelf = shelf();
        shelf.retain(|other| other.key != self.key);
        shelf.push(self);
        let from = shelf.len().saturating_sub(MOST);
        store(&shelf[from..]);
    }
}

/// Remembers that an attempt failed, one in ten minutes.
pub fn keep_attempt() {
    let now = wall_clock();
    let last = storage().and_then(|s| s.get_item(LAST_ATTEMPT).ok()?).and_then(|at| at.parse().ok());
    if last.is_some_and(|last: DateTime<Utc>| now - last < ONE_ATTEMPT_IN && last <= now) {
        return;
    }
    if let Some(storage) = storage() {
        let _ = storage.set_item(LAST_ATTEMPT, &now.to_rfc3339());
    }
    let online = window().navigator().on_line();
    Later::new(&NewMeasurement::Failed(FailedAttempt { started_at: now, age_ms: 0, online })).keep();
}

thread_local! {
    /// A delivery is on its way: a page that opens and a line that comes back may ask for one at the same time.
    static DELIVERING: Cell<bool> = const { Cell::new(false) };
}

/// Hands in what waits, unless that is being done.
pub fn deliver_later() {
    if DELIVERING.replace(true) {
        return;
    }
    spawn_local(async {
        deliver().await;
        DELIVERING.set(false);
    });
}

/// Oldest first; stops at the first that the server cannot take now.
async fn deliver() {
    for later in shelf() {
        if wall_clock() - later.at < KEPT {
            match later.post::<IgnoredAny>().await {
                Err(error) if is_passing(error.code) => return,
                // Stored, or refused for good: either way it need not be sent again.
                Ok(_) | Err(_) => {}
            }
        }
        let rest: Vec<Later> = shelf().into_iter().filter(|other| other.key != later.key).collect();
        store(&rest);
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn shelf() -> Vec<Later> {
    let text = storage().and_then(|storage| storage.get_item(SHELF).ok()?);
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn store(shelf: &[Later]) {
    let Some(storage) = storage() else { return };
    // A full or forbidden storage loses what waits; there is no other place in a browser.
    let _ = match serde_json::to_string(shelf) {
        Ok(text) if !shelf.is_empty() => storage.set_item(SHELF, &text),
        _ => storage.remove_item(SHELF),
    };
}

/// The browser's own clock, which may be wrong; only differences of it are used by the server.
fn wall_clock() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

fn key() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
