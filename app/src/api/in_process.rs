//! The server's body of `api::call`: a transport from context, which `server` implements over the axum router.
//!
//! Without one in context (route-list generation and fallbacks run so: leptos #1812, #2341, #3013) the answer is
//! `Unavailable`, never a panic.

use std::{future::Future, pin::Pin, sync::Arc};

use domain::{ApiError, ErrorCode, endpoint::Call};
use leptos::prelude::use_context;
use serde::de::DeserializeOwned;

/// The answer of a transport: status and whole body.
pub type Answer = Pin<Box<dyn Future<Output = Result<(u16, Vec<u8>), ApiError>> + Send>>;

/// What carries a call to the API during server-side rendering.
pub trait Transport: Send + Sync {
    fn send(&self, call: Call) -> Answer;
}

/// The transport of one page request, put into context by the server (or by a test, with canned answers).
#[derive(Clone)]
pub struct TransportHandle(pub Arc<dyn Transport>);

pub(super) fn send<O: DeserializeOwned>(
    call: Result<Call, ApiError>,
) -> impl Future<Output = Result<O, ApiError>> + Send + 'static {
    let transport = use_context::<TransportHandle>();
    async move {
        let Some(TransportHandle(transport)) = transport else {
            return Err(ApiError::new(ErrorCode::Unavailable, "The page was drawn outside a request."));
        };
        let (status, body) = transport.send(call?).await?;
        super::read(status, &body)
    }
}
