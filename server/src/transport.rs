//! The in-process transport of pages: `api::call` during rendering goes through the same router, with the cookie,
//! language and address of the page's own request, and the whole middleware stack.

use std::{net::IpAddr, sync::Arc};

use app::api::{Answer, TransportHandle};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, header},
};
use backend::http::InProcess;
use domain::{ApiError, ErrorCode, endpoint::Call};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// Carries the calls of one page request.
pub struct Transport {
    api: Router,
    headers: HeaderMap,
    address: IpAddr,
}

/// What of the page's request the API needs to know who asks.
const CARRIED: [header::HeaderName; 3] = [header::COOKIE, header::ACCEPT_LANGUAGE, header::AUTHORIZATION];

impl Transport {
    pub fn new(api: Router, page: &HeaderMap, address: IpAddr) -> Self {
        let mut headers = HeaderMap::new();
        for name in CARRIED {
            for value in page.get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        Self { api, headers, address }
    }

    pub fn into_handle(self) -> TransportHandle {
        TransportHandle(Arc::new(self))
    }

    fn request(&self, call: Call) -> Result<Request, axum::http::Error> {
        let mut request = Request::builder().method(call.method.as_str()).uri(call.uri);
        if call.body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let mut request = request.body(call.body.map_or_else(Body::empty, Body::from))?;
        request.headers_mut().extend(self.headers.clone());
        request.extensions_mut().insert(InProcess(self.address));
        Ok(request)
    }
}

impl app::api::Transport for Transport {
    fn send(&self, call: Call) -> Answer {
        let api = self.api.clone();
        let request = self.request(call);
        Box::pin(async move {
            let fault = |e: String| ApiError::new(ErrorCode::Internal, e);
            let request = request.map_err(|e| fault(e.to_string()))?;
            let response = match api.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.map_err(|e| fault(e.to_string()))?.to_bytes();
            Ok((status, body.to_vec()))
        })
    }
}
