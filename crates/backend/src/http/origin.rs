//! The Origin check: a browser's cookie may act only for pages of this server or of origins the operator listed.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::{ApiError, ErrorCode};
use http::{HeaderMap, HeaderValue, Method, header};

use super::caller::DEVICE_HEADER;
use crate::{AppError, AppState, config::HttpConfig};

/// Refuses a request that another site's page makes. Without an Origin it is no browser's cross-site request.
pub fn check_origin(headers: &HeaderMap, config: &HttpConfig) -> Result<(), ApiError> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    if config.cors_origins.contains(origin) {
        return Ok(());
    }
    if is_own(origin, headers, config) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::Forbidden,
        "This origin may not call the API (http.cors_origins lists who may).",
    ))
}

/// For what an operator's cookie does: no other origin may act by it, listed or not, and where a browser sends no Origin
/// its own word (Fetch Metadata) counts.
pub fn check_own_origin(method: &Method, headers: &HeaderMap, config: &HttpConfig) -> Result<(), ApiError> {
    if is_safe(method) {
        return Ok(());
    }
    let foreign = match headers.get(header::ORIGIN) {
        Some(origin) => !is_own(origin, headers, config),
        None => headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none"),
    };
    if foreign {
        return Err(ApiError::new(ErrorCode::Forbidden, "Another site's page may not act for the operator."));
    }
    Ok(())
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_own(origin: &HeaderValue, headers: &HeaderMap, config: &HttpConfig) -> bool {
    let text = origin.to_str().unwrap_or_default();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = text.split_once("://").is_some_and(|(_, from)| Some(from) == host);
    own || config.public_url.as_deref() == Some(text)
}

/// Guards unsafe methods that a cookie authenticates; a header or key of its own cannot be sent by a foreign page.
pub(super) async fn guard(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let headers = request.headers();
    let by_cookie = headers.contains_key(header::COOKIE) && !headers.contains_key(DEVICE_HEADER);
    if !is_safe(request.method()) && by_cookie {
        check_origin(headers, &state.config.http)?;
    }
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
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

    #[rstest]
    #[case::no_browser(None, None, true)]
    #[case::our_own_page(Some("https://line.example"), None, true)]
    #[case::a_listed_one_may_not(Some("chrome-extension://abc"), None, false)]
    #[case::another_site(Some("https://evil.example"), None, false)]
    #[case::its_own_word(None, Some("cross-site"), false)]
    #[case::another_port_of_the_host(None, Some("same-site"), false)]
    #[case::typed_by_hand(None, Some("none"), true)]
    fn an_operators_cookie(#[case] origin: Option<&str>, #[case] site: Option<&str>, #[case] fine: bool) {
        let vars = Vars::from([("http.cors_origins".into(), "chrome-extension://abc".into())]);
        let config = Config::from_vars(&vars).unwrap().http;
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("line.example"));
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                headers.insert(name, HeaderValue::from_str(value).unwrap());
            }
        }
        assert_eq!(check_own_origin(&Method::POST, &headers, &config).is_ok(), fine);
        assert!(check_own_origin(&Method::GET, &headers, &config).is_ok());
    }
}
