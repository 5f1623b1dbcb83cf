//! Whose data a request is about: the device (header or cookie), and the household behind the address.
//!
//! A device id is a secret like a password: it is hashed on arrival and never stored, echoed or logged. Handlers name
//! in their signature what they need: [`Caller`], [`RequiredDevice`] or [`IssuedDevice`].

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use axum_extra::extract::CookieJar;
use domain::{ApiError, ErrorCode};
use http::{HeaderValue, header, request::Parts};
use uuid::Uuid;

use super::client::Client;
use crate::{
    AppError, AppState,
    crypto::{DeviceHash, HouseholdHash},
};

pub const DEVICE_HEADER: &str = domain::error::DEVICE_FIELD;
pub const DEVICE_COOKIE: &str = domain::error::DEVICE_COOKIE;
/// 400 days: the longest that browsers keep a cookie (RFC 6265bis §5.5).
const COOKIE_SECONDS: u32 = 400 * 86_400;

/// A device, known by its hash alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    pub hash: DeviceHash,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    pub device: Option<Device>,
    pub address: IpAddr,
    pub household: HouseholdHash,
    /// A page asks, on behalf of its own client.
    pub in_process: bool,
}

/// A caller's device where the operation makes no sense without one (400 then).
#[derive(Clone, Copy, Debug)]
pub struct RequiredDevice(pub Device);

/// A caller's device for a write: who has none yet is given one, by an HttpOnly cookie.
#[derive(Clone, Copy, Debug)]
pub struct IssuedDevice(pub Device);

impl FromRequestParts<AppState> for Caller {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let client = Client::of(parts, &state.config.http);
        let device = device_id(parts)?.map(|id| Device { hash: state.key.device(id) });
        let household = state.key.household(client.address);
        Ok(Self { device, address: client.address, household, in_process: client.in_process })
    }
}

impl FromRequestParts<AppState> for RequiredDevice {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let id = device_id(parts)?.ok_or_else(ApiError::no_device)?;
        Ok(Self(Device { hash: state.key.device(id) }))
    }
}

impl FromRequestParts<AppState> for IssuedDevice {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let id = match device_id(parts)? {
            Some(id) => id,
            None => parts.extensions.get::<Issued>().map_or_else(Uuid::new_v4, Issued::id),
        };
        Ok(Self(Device { hash: state.key.device(id) }))
    }
}

/// The device id that a request brings: the header wins over the cookie. A header that is no UUID is refused, since
/// it would silently be somebody else's data or none; a damaged cookie counts as none.
pub(super) fn device_id(parts: &Parts) -> Result<Option<Uuid>, ApiError> {
    if let Some(value) = parts.headers.get(DEVICE_HEADER) {
        let id = value.to_str().ok().and_then(|text| text.trim().parse::<Uuid>().ok());
        return id.map(Some).ok_or_else(|| {
            ApiError::new(ErrorCode::Malformed, "X-Client-ID is not a UUID.")
                .with_field(DEVICE_HEADER, "not a UUID")
        });
    }
    let cookie =
        CookieJar::from_headers(&parts.headers).get(DEVICE_COOKIE).and_then(|c| c.value().parse().ok());
    Ok(cookie)
}

/// The place where an extractor leaves the id it issued, for the cookie of the answer.
#[derive(Clone, Debug, Default)]
struct Issued(Arc<OnceLock<Uuid>>);

impl Issued {
    fn id(&self) -> Uuid {
        *self.0.get_or_init(Uuid::new_v4)
    }
}

/// Resolves the client once, and sets the cookie of a device that a handler issued.
pub(super) async fn identify(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let client = Client::of(&parts, &state.config.http);
    let issued = Issued::default();
    // HTTP/2 names the host in the address instead; the Origin check and links want one place for it.
    if let (None, Some(host)) = (parts.headers.get(header::HOST), parts.uri.authority())
        && let Ok(host) = HeaderValue::from_str(host.as_str())
    {
        parts.headers.insert(header::HOST, host);
    }
    parts.extensions.insert(client);
    parts.extensions.insert(issued.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(id) = issued.0.get().filter(|_| response.status().is_success()) {
        let secure = if client.https { "; Secure" } else { "" };
        let cookie =
            format!("{DEVICE_COOKIE}={id}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}
