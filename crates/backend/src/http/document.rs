//! What every operation of the OpenAPI document has in common, written once: the errors of the middleware, and the
//! public document without what is for our own pages alone.

use domain::ApiError;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder, path::Operation},
};

/// Operations with this extension are for our own pages.
pub const INTERNAL: &str = "x-internal";

/// What any operation may answer, by the stack around it.
const ANY: &[(&str, &str)] = &[
    ("400", "Not readable as what this operation takes."),
    ("403", "Another site's page may not do this."),
    ("404", "There is no such thing."),
    ("422", "Readable, but out of bounds or impossible."),
    ("429", "Too many requests: Retry-After says when to come again."),
    ("503", "Not now: Retry-After says when to come again."),
];

/// What an operation with a body may answer beside these.
const WITH_BODY: &[(&str, &str)] = &[("413", "The body is too large."), ("415", "The body must be JSON.")];

/// Completes the document.
pub(super) fn finished(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    components.schemas.insert(ApiError::name().into_owned(), ApiError::schema());
    let mut parts = Vec::new();
    ApiError::schemas(&mut parts);
    components.schemas.extend(parts);
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            add_errors(operation);
        }
    }
    document
}

/// The document as other people see it.
pub fn public(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        for slot in [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete] {
            let internal = |operation: &Operation| {
                operation.extensions.as_ref().is_some_and(|extensions| extensions.contains_key(INTERNAL))
            };
            if slot.as_ref().is_some_and(internal) {
                *slot = None;
            }
        }
    }
    document.paths.paths.retain(|_, item| operations(item).next().is_some());
    document
}

pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn add_errors(operation: &mut Operation) {
    let body: &[_] = if operation.request_body.is_some() { WITH_BODY } else { &[] };
    for (status, why) in ANY.iter().chain(body) {
        let slot = operation.responses.responses.entry((*status).to_owned());
        slot.or_insert_with(|| RefOr::T(problem(why)));
    }
    // An error that a handler documents by its sentence alone has the same body as all others.
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.content.is_empty()
            && (status.starts_with('4') || status.starts_with('5'))
        {
            *response = problem(&response.description);
        }
    }
}

fn problem(why: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ApiError::name()))).build();
    ResponseBuilder::new().description(why).content("application/json", content).build()
}
