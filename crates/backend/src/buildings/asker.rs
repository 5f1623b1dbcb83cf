//! Who stands before a building's page: the address that counts, the device, and what shows a proxy.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{
    AppError, AppState,
    http::{Caller, Client},
};

/// The asker.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub caller: Caller,
    /// The address is a proxy's.
    pub is_proxy: bool,
}

impl FromRequestParts<AppState> for Asker {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let is_proxy = Client::of(parts, &state.config.http).is_proxy(parts, &state.config.http);
        Ok(Self { caller, is_proxy })
    }
}
