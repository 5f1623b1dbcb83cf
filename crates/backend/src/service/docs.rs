//! `/api/openapi.json`, and `/api/docs`: the same document as a page for people.
//!
//! A page of our own instead of Swagger UI: that one needs inline styles, which the content policy forbids, and a
//! megabyte of script for what is a table.

use std::fmt::Write;

use axum::{
    Json,
    response::{Html, IntoResponse},
};
use http::header;
use utoipa::openapi::{
    OpenApi, RefOr, Required,
    path::{Operation, ParameterIn, PathItem},
};

use crate::http::{openapi, public_document};

pub async fn get_document() -> Json<OpenApi> {
    Json(public_document(openapi()))
}

pub async fn get_page() -> impl IntoResponse {
    let policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page(public_document(openapi()))))
}

pub async fn get_style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem}\
h2{margin-top:2.5rem;text-transform:capitalize}\
summary{padding:.6rem 0;cursor:pointer;min-height:44px;box-sizing:border-box}\
summary code{font-weight:600}\
table{border-collapse:collapse;margin:.5rem 0 1rem}\
td,th{border:1px solid #8886;padding:.3rem .6rem;text-align:left;vertical-align:top}\
details{border-top:1px solid #8884;padding-left:.5rem}\
.wide{overflow-x:auto}";

fn page(document: OpenApi) -> String {
    let mut out = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Steadyline API</title><link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><main>\
         <h1>Steadyline API</h1><p>The machine-readable form is <a href=\"/api/openapi.json\">openapi.json</a>. \
         Errors are always <code>{detail, code, fields}</code>; a device is named by the header \
         <code>X-Client-ID</code> (a UUID, kept secret) or by its cookie.</p>",
    );
    let mut rows: Vec<(String, String)> = Vec::new();
    for (path, item) in document.paths.paths {
        for (method, operation) in methods(item) {
            let tag = operation.tags.as_ref().and_then(|tags| tags.first()).cloned().unwrap_or_default();
            rows.push((tag, entry(method, &path, &operation)));
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let mut last = None;
    for (tag, row) in rows {
        if last.as_ref() != Some(&tag) {
            let _ = write!(out, "<h2>{}</h2>", escape(&tag.replace('_', " ")));
            last = Some(tag);
        }
        out.push_str(&row);
    }
    out.push_str("</main></body></html>");
    out
}

fn methods(item: PathItem) -> impl Iterator<Item = (&'static str, Operation)> {
    let all = [
        ("GET", item.get),
        ("POST", item.post),
        ("PUT", item.put),
        ("PATCH", item.patch),
        ("DELETE", item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation?)))
}

fn entry(method: &str, path: &str, operation: &Operation) -> String {
    let text = |text: &Option<String>| escape(text.as_deref().unwrap_or_default());
    let mut out = format!(
        "<details><summary><code>{method} {}</code> {}</summary><p>{}</p>",
        escape(path),
        text(&operation.summary),
        text(&operation.description)
    );
    let parameters = operation.parameters.iter().flatten();
    let parameters: Vec<_> = parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .collect();
    if !parameters.is_empty() {
        out.push_str("<div class=\"wide\"><table><tr><th>Parameter</th><th>In</th><th>Needed</th><th>Meaning</th></tr>");
        for parameter in parameters {
            let place = match parameter.parameter_in {
                ParameterIn::Path => "path",
                ParameterIn::Header => "header",
                ParameterIn::Cookie => "cookie",
                _ => "query",
            };
            let needed = if parameter.required == Required::True { "yes" } else { "" };
            let _ = write!(
                out,
                "<tr><td><code>{}</code></td><td>{place}</td><td>{needed}</td><td>{}</td></tr>",
                escape(&parameter.name),
                text(&parameter.description)
            );
        }
        out.push_str("</table></div>");
    }
    out.push_str("<div class=\"wide\"><table><tr><th>Status</th><th>Meaning</th></tr>");
    for (status, response) in &operation.responses.responses {
        if let RefOr::T(response) = response {
            let _ = write!(out, "<tr><td>{status}</td><td>{}</td></tr>", escape(&response.description));
        }
    }
    out.push_str("</table></div></details>");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
