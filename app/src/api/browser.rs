//! The browser's body of `api::call`: fetch, aborted when the owner that asked is gone.
//!
//! What needs a device is not asked for before there is one: the browser would log each refusal as a failure. The
//! device's cookie cannot be read here, so the server marks the document, and so does the first write that is taken.

use domain::{ApiError, ErrorCode, Method, endpoint::Call};
use gloo_net::http::{Request, RequestBuilder};
use leptos::prelude::{Owner, document, on_cleanup};
use serde::de::DeserializeOwned;

/// The document's mark of a browser that has a device.
const HAS_DEVICE: &str = "data-device";

pub(super) async fn send<O: DeserializeOwned>(call: Call, needs_device: bool) -> Result<O, ApiError> {
    if needs_device && !document().document_element().is_some_and(|root| root.has_attribute(HAS_DEVICE)) {
        return Err(ApiError::no_device());
    }
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
    if call.method != Method::Get && response.ok() {
        note_device();
    }
    let body = response.binary().await.map_err(unreachable)?;
    super::read(response.status(), &body)
}

pub(super) async fn send_file<O: DeserializeOwned>(
    path: &str,
    chosen: Option<web_sys::HtmlInputElement>,
) -> Result<O, ApiError> {
    let file = chosen.and_then(|input| input.files()?.get(0));
    let file = file.ok_or_else(|| ApiError::new(ErrorCode::Malformed, "No file is chosen."))?;
    let unreachable = |e: gloo_net::Error| {
        ApiError::new(ErrorCode::Unreachable, format!("The server did not answer ({e})."))
    };
    let request = Request::post(path).header("content-type", "application/zip").body(file);
    let response = request.map_err(unreachable)?.send().await.map_err(unreachable)?;
    let body = response.binary().await.map_err(unreachable)?;
    super::read(response.status(), &body)
}

/// A write was taken: whoever made it has a device from now on.
pub fn note_device() {
    if let Some(root) = document().document_element() {
        // Cannot fail: the name is a constant.
        let _ = root.set_attribute(HAS_DEVICE, "");
    }
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
