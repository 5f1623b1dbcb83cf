//! The table of contents: one line a slice.

use axum::{Router, extract::DefaultBodyLimit, middleware};
use http::{HeaderName, Method, header};
use tower_http::{
    compression::{CompressionLayer, predicate::Predicate},
    cors::{AllowOrigin, CorsLayer},
};
use utoipa::{OpenApi, openapi::OpenApi as Document};
use utoipa_axum::router::OpenApiRouter;

use super::{access, caller, document, limits, origin, stack};
use crate::{
    AppState, admin, bgp, buildings, canary, diagnostics, evidence, history, isps, librespeed, live, me,
    measurements, ndt7, overlay, providers, self_health, service, speed_tests, uplinks, verdict,
};

#[derive(OpenApi)]
#[openapi(info(title = "Steadyline", description = "Is it me, my building, my provider, or the internet?"))]
struct Head;

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Head::openapi())
        .merge(buildings::routes())
        .merge(diagnostics::routes())
        .merge(admin::routes())
        .merge(evidence::routes())
        .merge(bgp::routes())
        .merge(canary::routes())
        .merge(history::routes())
        .merge(isps::routes())
        .merge(live::routes())
        .merge(me::routes())
        .merge(measurements::routes())
        .merge(overlay::routes())
        .merge(providers::routes())
        .merge(self_health::routes())
        .merge(service::routes())
        .merge(speed_tests::routes())
        .merge(uplinks::routes())
        .merge(verdict::routes())
}

/// All API routes, ready to serve.
pub fn api_router(state: AppState) -> Router {
    let (router, _) = routes().split_for_parts();
    // Byte paths have caps of bytes, seconds and concurrency instead of limits of calls and bodies.
    let (bytes, _) = speed_tests::byte_routes().split_for_parts();
    let http = &state.config.http;
    router
        .merge(service::aliases())
        .layer(DefaultBodyLimit::max(http.json_limit_bytes))
        .layer(middleware::from_fn_with_state(state.clone(), origin::guard))
        .layer(middleware::from_fn_with_state(state.clone(), limits::count))
        .layer(compression())
        .layer(middleware::from_fn_with_state(state.clone(), stack::in_time))
        .layer(cors(&http.cors_origins))
        .layer(middleware::from_fn_with_state(state.clone(), stack::observe))
        .layer(middleware::from_fn_with_state(state.clone(), caller::identify))
        .merge(bytes)
        .merge(ndt7::routes())
        .merge(librespeed::routes())
        .layer(middleware::from_fn_with_state(state.clone(), access::guard))
        .fallback(stack::not_found)
        .with_state(state)
}

/// The OpenAPI document of the same routes.
pub fn openapi() -> Document {
    document::finished(routes().merge(speed_tests::byte_routes()).split_for_parts().1)
}

/// JSON and other text; never what is bytes, a picture or a stream of events.
#[derive(Clone, Copy)]
struct Text;

impl Predicate for Text {
    fn should_compress<B: http_body::Body>(&self, response: &http::Response<B>) -> bool {
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let text = |kind: &str| kind.starts_with("application/json") || kind.starts_with("text/");
        let large = response.body().size_hint().exact().is_none_or(|bytes| bytes > SMALL);
        large && kind.is_some_and(|kind| text(kind) && !kind.starts_with("text/event-stream"))
    }
}

/// Below this the header of a compressed answer outweighs what it saves.
const SMALL: u64 = 512;

/// Compression of text; the pages use it too. gzip alone: brotli on the fly costs more time than it saves bytes, and a megabyte
/// of tables in the binary. (Built files are packed by brotli beforehand.)
pub fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().compress_when(Text)
}

/// The operator's origins; others get no CORS header at all.
fn cors(origins: &[http::HeaderValue]) -> CorsLayer {
    if origins.is_empty() {
        return CorsLayer::new();
    }
    let names = ["x-client-id", "x-admin-key", "idempotency-key"].map(HeaderName::from_static);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(
            [header::CONTENT_TYPE, header::AUTHORIZATION].into_iter().chain(names).collect::<Vec<_>>(),
        )
}
