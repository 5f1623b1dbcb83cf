//! Draws a page as the server does.

use std::sync::{Arc, Mutex};

use app::{
    App,
    api::{Answer, Transport, TransportHandle},
    shell,
};
use axum::{body::Body, extract::Request};
use domain::endpoint::Call;
use http_body_util::BodyExt;
use leptos::prelude::provide_context;

use super::answers::{World, answer};

struct Canned {
    world: World,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Transport for Canned {
    fn send(&self, call: Call) -> Answer {
        let answer = answer(self.world, &call.uri);
        self.asked.lock().unwrap().push(call.uri);
        Box::pin(async move { answer })
    }
}

/// What came out.
pub struct Page {
    pub status: u16,
    pub title: String,
    pub html: String,
    /// The words of `<main>`, one run of text a line, without drawings.
    pub text: String,
    /// The calls that the page made.
    pub asked: Vec<String>,
}

pub async fn draw(path: &str, world: World, cookie: &str) -> Page {
    draw_with(path, world, cookie, || {}).await
}

/// As [`draw`], with more in context.
pub async fn draw_with(
    path: &str,
    world: World,
    cookie: &str,
    more: impl Fn() + Clone + Send + Sync + 'static,
) -> Page {
    let request = Request::builder().uri(path).header("cookie", cookie).body(Body::empty()).unwrap();
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let transport = TransportHandle(Arc::new(Canned { world, asked: Arc::clone(&asked) }));
    let context = move || {
        provide_context(transport.clone());
        more();
    };
    // The list of routes starts the executor, as in the server.
    let _ = leptos_axum::generate_route_list(App);
    let response = leptos_axum::render_app_async_with_context(context, shell)(request).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let html = String::from_utf8(body.to_vec()).unwrap();
    let title = between(&html, "<title>", "</title>").to_owned();
    let text = words(between(&html, "<main", "</main>"));
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    Page { status, title, html, text, asked }
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).map_or(0, |at| at + from.len());
    let end = text[start..].find(to).map_or(text.len(), |at| start + at);
    &text[start..end]
}

/// The text between tags; drawings, tables behind charts and invisible marks are left out.
fn words(html: &str) -> String {
    let mut out = Vec::new();
    let mut hidden = 0_usize;
    for part in html.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        let name = tag.split([' ', '/']).find(|s| !s.is_empty()).unwrap_or_default();
        if matches!(name, "svg" | "tbody" | "script") {
            hidden = if tag.starts_with('/') {
                hidden.saturating_sub(1)
            } else {
                hidden + usize::from(!tag.ends_with('/'))
            };
        }
        let text = text.trim();
        if hidden == 0 && !text.is_empty() && !tag.starts_with("!--")
            || (hidden == 0 && tag.starts_with("!--") && !text.is_empty())
        {
            out.push(text.to_owned());
        }
    }
    out.join("\n")
}
