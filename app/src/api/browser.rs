//! The browser's body of `api::call`: fetch, aborted when the owner that asked is gone.

use domain::{ApiError, ErrorCode, Method, endpoint::Call};
use gloo_net::http::{Request, RequestBuilder};
use leptos::prelude::{Owner, on_cleanup};
use serde::de::DeserializeOwned;

pub(super) async fn send<O: DeserializeOwned>(call: Call) -> Result<O, ApiError> {
    let controller = web_sys::AbortController::new().ok();
    if Owner::current().is_some() {
        let controller = send_wrapper::SendWrapper::new(controller.clone());
        on_cleanup(move || {
            if let Some(controller) = controller.take() {
                controller.abort();
            }
        });
    }
    let signal = controller.as_ref().map(web_sys::AbortController::signal);
    let builder = builder(&call).abort_signal(signal.as_ref());
    let unreachable = |e: gloo_net::Error| {
        ApiError::new(ErrorCode::Unreachable, format!("The server did not answer ({e})."))
    };
    let response = match call.body {
        Some(body) => {
            let body = String::from_utf8(body).unwrap_or_default();
            let request =
                builder.header("content-type", "application/json").body(body).map_err(unreachable)?;
            request.send().await
        }
        None => builder.send().await,
    }
    .map_err(unreachable)?;
    let body = response.binary().await.map_err(unreachable)?;
    super::read(response.status(), &body)
}

fn builder(call: &Call) -> RequestBuilder {
    match call.method {
        Method::Get => Request::get(&call.uri),
        Method::Post => Request::post(&call.uri),
        Method::Put => Request::put(&call.uri),
        Method::Patch => Request::patch(&call.uri),
        Method::Delete => Request::delete(&call.uri),
    }
}
