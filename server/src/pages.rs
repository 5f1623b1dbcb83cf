//! The pages: leptos draws them over the API router, in process.
//!
//! Threats: what a page may run is bound by a policy with one nonce a request and no inline style; HTML is never kept
//! by a cache, since it is one visitor's and names one build's files.

use app::{App, Operator, api::TransportHandle, preview::Preview, shell};
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Method, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::any,
};
use backend::{
    AppState,
    http::{Client, admits, api_router, complete, compression, is_operator},
};
use domain::admin::access::SIGN_IN_PAGE;
use leptos::{nonce::use_nonce, prelude::provide_context};
use leptos_axum::{
    ResponseOptions, generate_route_list, render_app_async_with_context, render_app_to_stream_with_context,
};
use leptos_router::SsrMode;

use crate::{share, site::Site, transport::Transport};

/// The whole program's router: the API, the built files and, for everything else, the pages.
pub fn router(state: &AppState) -> Router {
    let api = api_router(state.clone());
    let site = Site::open(state.config.http.site_dir.clone());
    let listed = site.clone();
    // A second router over one state (tests) lists the same files.
    let _ = state.evidence.assets.set(Box::new(move |tell| listed.each(tell)));
    let pages = Pages { state: state.clone(), api: api.clone(), site, policy: policy(state) };
    // Every path goes to leptos, which answers unknown ones with the page for what is not there.
    let stream = pages.clone();
    let mut router =
        Router::new().fallback(move |request: Request| answer(stream.clone(), request, Drawing::Stream));
    // A route whose status or head depends on data says so by its mode.
    for listing in generate_route_list(App).iter().filter(|l| *l.mode() == SsrMode::Async) {
        let pages = pages.clone();
        let whole = any(move |request: Request| answer(pages.clone(), request, Drawing::Whole(None)));
        router = router.route(listing.path(), whole);
    }
    complete(api.fallback_service(router.layer(compression())), state)
}

#[derive(Clone)]
struct Pages {
    state: AppState,
    api: Router,
    site: Site,
    /// The content policy with `{nonce}` in place of the nonce.
    policy: String,
}

async fn answer(pages: Pages, request: Request, drawing: Drawing) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/api/") || path == "/api" {
        return backend::AppError::not_found("address").into_response();
    }
    if let Some(file) = pages.site.answer(request.method(), &path, request.headers()) {
        return file;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = axum::http::StatusCode::METHOD_NOT_ALLOWED.into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let (mut parts, body) = request.into_parts();
    // As the built files it is no secret, and the sign-in page shows it too.
    if let Some(file) = pages.state.overlay.file(&path) {
        return file;
    }
    match admits(&pages.state, &mut parts).await {
        Ok(true) => {}
        Ok(false) => return to_the_door(&parts.uri),
        Err(error) => return error.into_response(),
    }
    // Where that cannot be read, the page tells so by what else it asks.
    if matches!(is_operator(&parts, &pages.state).await, Ok(true)) {
        parts.extensions.insert(Operator);
    }
    let client = Client::of(&parts, &pages.state.config.http);
    let transport = Transport::new(pages.api.clone(), &parts.headers, client.address).into_handle();
    let request = Request::from_parts(parts, body);
    match share::shared_path(&path) {
        Some((id, true)) => share::picture(&transport, &pages.site, id).await.into_response(),
        Some((id, false)) => {
            let origin = share::origin(&pages.state, &request, &client);
            let tags = share::tags(&transport, id, &origin).await;
            draw(pages, request, transport, Drawing::Whole(tags)).await
        }
        None => draw(pages, request, transport, drawing).await,
    }
}

/// Who may not see the page may sign in, and comes back to it.
fn to_the_door(asked: &Uri) -> Response {
    let path = asked.path_and_query().map_or("/", |path| path.as_str());
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let mut response = Redirect::to(&format!("{SIGN_IN_PAGE}?next={next}")).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// How a page is sent.
enum Drawing {
    /// As it becomes ready.
    Stream,
    /// At once: its status and its head depend on data.
    Whole(Option<Preview>),
}

async fn draw(pages: Pages, request: Request, transport: TransportHandle, drawing: Drawing) -> Response {
    let (whole, tags) = match drawing {
        Drawing::Stream => (false, None),
        Drawing::Whole(tags) => (true, tags),
    };
    let (assets, policy, face) = (pages.site.assets, pages.policy, pages.state.overlay.face());
    let operator = request.extensions().get::<Operator>().copied();
    let context = move || {
        provide_context(transport.clone());
        if let Some(operator) = operator {
            provide_context(operator);
        }
        provide_context(face.clone());
        if let Some(assets) = assets.clone() {
            provide_context(assets);
        }
        if let Some(tags) = tags.clone() {
            provide_context(tags);
        }
        set_policy(&policy);
    };
    let mut response = if whole {
        render_app_async_with_context(context, shell)(request).await
    } else {
        render_app_to_stream_with_context(context, shell)(request).await
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// The policy with this request's nonce.
fn set_policy(policy: &str) {
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    if let Some(response) = leptos::prelude::use_context::<ResponseOptions>()
        && let Ok(value) = HeaderValue::from_str(&policy.replace("{nonce}", &nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}

fn policy(state: &AppState) -> String {
    let speed = &state.config.speed;
    // Tests by family go to the operator's own second names.
    let hosts = [&speed.host_v4, &speed.host_v6].into_iter().flatten();
    let others = hosts.map(|host| format!(" http://{host} https://{host} ws://{host} wss://{host}"));
    // Names of the operator's zone are looked up to see who asks for them.
    let zone = state.config.dns.iter().map(|dns| format!(" https://*.{}", dns.zone));
    let others = others.chain(zone).collect::<Vec<_>>().concat();
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{{nonce}}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{others}; manifest-src 'self'; \
         worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
