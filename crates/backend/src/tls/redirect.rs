//! Plain HTTP leads to HTTPS, but for what machines ask about this program's health.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use crate::{AppState, http::Client};

/// A load balancer or a container's health check follows no redirect.
const STAYS: [&str; 6] = ["/health", "/livez", "/readyz", "/metrics", "/api/health", "/api/metrics"];

/// A layer: to the same address by HTTPS, at the port where that is listened on.
pub async fn to_https(
    State((state, port)): State<(AppState, u16)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let stays = STAYS.contains(&parts.uri.path()) || Client::of(&parts, &state.config.http).https;
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).and_then(host_alone);
    let place = host.filter(|_| !stays).and_then(|host| {
        let port = if port == 443 { String::new() } else { format!(":{port}") };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        HeaderValue::from_str(&format!("https://{host}{port}{path}")).ok()
    });
    let Some(place) = place else { return next.run(Request::from_parts(parts, body)).await };
    let kept_by_nobody = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place), kept_by_nobody]).into_response()
}

/// The host without its port; none where it is no host.
fn host_alone(text: &str) -> Option<String> {
    let authority: http::uri::Authority = text.parse().ok()?;
    (!text.contains('@') && !authority.host().is_empty()).then(|| authority.host().to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("line.example", Some("line.example"))]
    #[case("line.example:3000", Some("line.example"))]
    #[case("192.0.2.7:3000", Some("192.0.2.7"))]
    #[case("[2001:db8::1]:3000", Some("[2001:db8::1]"))]
    #[case("a@evil.example", None)]
    #[case("evil.example/path", None)]
    #[case("", None)]
    fn hosts(#[case] text: &str, #[case] host: Option<&str>) {
        assert_eq!(host_alone(text).as_deref(), host);
    }
}
