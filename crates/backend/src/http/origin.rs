//! The Origin check: a browser's cookie may act only for pages of this server or of origins the operator listed.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::{ApiError, ErrorCode};
use http::{HeaderMap, Method, header};

use super::caller::DEVICE_HEADER;
use crate::{AppError, AppState, config::HttpConfig};

/// Refuses a request that another site's page makes. Without an Origin it is no browser's cross-site request.
pub fn check_origin(headers: &HeaderMap, config: &HttpConfig) -> Result<(), ApiError> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    if config.cors_origins.contains(origin) {
        return Ok(());
    }
    let text = origin.to_str().unwrap_or_default();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = text.split_once("://").is_some_and(|(_, from)| Some(from) == host);
    if own || config.public_url.as_deref() == Some(text) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::Forbidden,
        "This origin may not call the API (http.cors_origins lists who may).",
    ))
}

/// Guards unsafe methods that a cookie authenticates; a header or key of its own cannot be sent by a foreign page.
pub(super) async fn guard(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    let by_cookie = headers.contains_key(header::COOKIE) && !headers.contains_key(DEVICE_HEADER);
    if !safe && by_cookie {
        check_origin(headers, &state.config.http)?;
    }
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use rstest::rstest;

    use super::*;
    use crate::config::{Config, Vars};

    #[rstest]
    #[case::no_browser(None, true)]
    #[case::our_own_page(Some("https://line.example"), true)]
    #[case::listed(Some("chrome-extension://abc"), true)]
    #[case::another_site(Some("https://evil.example"), false)]
    #[case::our_name_in_front(Some("https://line.example.evil.example"), false)]
    #[case::a_sandboxed_page(Some("null"), false)]
    fn origins(#[case] origin: Option<&str>, #[case] fine: bool) {
        let vars = Vars::from([("http.cors_origins".into(), "chrome-extension://abc".into())]);
        let config = Config::from_vars(&vars).unwrap().http;
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("line.example"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        assert_eq!(check_origin(&headers, &config).is_ok(), fine);
    }
}
