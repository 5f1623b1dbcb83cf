//! The API client: one function, two bodies. In the browser it fetches; on the server it hands the request to a
//! [`Transport`] from context, which calls the same axum router in process. Pages cannot tell the difference.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "ssr")]
mod in_process;

use std::future::Future;

#[cfg(feature = "hydrate")]
pub(crate) use browser::note_device;
use domain::{ApiError, Endpoint};
#[cfg(feature = "ssr")]
pub use in_process::{Answer, Transport, TransportHandle};
use leptos::web_sys;
use serde::{Serialize, de::DeserializeOwned};

/// Calls an endpoint of the contract.
///
/// Call it synchronously in a reactive owner (a resource's fetcher, an action): on the server the transport is
/// taken from context before the first await.
pub fn call<I, O>(endpoint: Endpoint<I, O>, input: I) -> impl Future<Output = Result<O, ApiError>> + Send
where
    I: Serialize + Send + 'static,
    O: DeserializeOwned + Send + 'static,
{
    let call = endpoint.call(&input);
    #[cfg(feature = "hydrate")]
    let needs_device = endpoint.info().needs_device;
    #[cfg(feature = "hydrate")]
    return send_wrapper::SendWrapper::new(async move { browser::send(call?, needs_device).await });
    #[cfg(all(feature = "ssr", not(feature = "hydrate")))]
    return in_process::send(call);
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    return async move { call.and_then(|_| Err(ApiError::new(domain::ErrorCode::Unavailable, "No transport."))) };
}

/// Sends the file that was chosen in a form, in place of JSON. In the browser alone: where forms are drawn, nobody
/// chooses.
pub fn send_file<O>(
    endpoint: Endpoint<(), O>,
    chosen: Option<web_sys::HtmlInputElement>,
) -> impl Future<Output = Result<O, ApiError>>
where
    O: DeserializeOwned + 'static,
{
    #[cfg(feature = "hydrate")]
    return async move { browser::send_file(endpoint.info().path, chosen).await };
    #[cfg(not(feature = "hydrate"))]
    return async move {
        let _ = (endpoint, chosen);
        Err(ApiError::new(domain::ErrorCode::Unavailable, "No transport."))
    };
}

/// Reads the body of a success, or the error that another status carries.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub(crate) fn read<O: DeserializeOwned>(status: u16, body: &[u8]) -> Result<O, ApiError> {
    use domain::ErrorCode;
    if (200..300).contains(&status) {
        let body = if body.is_empty() { b"null" } else { body };
        return text(body)
            .map_err(|e| ApiError::new(ErrorCode::Internal, format!("The answer could not be read: {e}")));
    }
    Err(text(body).unwrap_or_else(|_| {
        ApiError::new(ErrorCode::from_status(status), format!("The server answered with status {status}."))
    }))
}

/// Reads JSON from a string, as the resources of the hydrated page do: from bytes, every wire type's reader would
/// travel to the browser twice.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
fn text<O: DeserializeOwned>(body: &[u8]) -> Result<O, serde_json::Error> {
    serde_json::from_str(std::str::from_utf8(body).map_err(<serde_json::Error as serde::de::Error>::custom)?)
}
