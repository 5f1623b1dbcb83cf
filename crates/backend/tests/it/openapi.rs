//! The contract: the list of typed endpoints and the OpenAPI document are the same, and neither changes unnoticed.

use std::collections::BTreeSet;

use backend::http::openapi;
use domain::{ApiError, EndpointInfo, Method};
use serde_json::Value;

use crate::app::TestApp;

type Operation = (String, String, String);

fn document() -> Value {
    serde_json::to_value(openapi()).unwrap()
}

fn operations(document: &Value) -> BTreeSet<Operation> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| {
                let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
                (method.to_uppercase(), path.clone(), id)
            })
        })
        .collect()
}

#[test]
fn the_typed_endpoints_are_the_document() {
    let listed: BTreeSet<Operation> = domain::endpoints::all()
        .map(|endpoint| {
            (endpoint.method.as_str().to_owned(), endpoint.path.to_owned(), endpoint.operation.to_owned())
        })
        .collect();
    let documented = operations(&document());
    let only_listed: Vec<_> = listed.difference(&documented).collect();
    let only_documented: Vec<_> = documented.difference(&listed).collect();
    assert!(
        only_listed.is_empty() && only_documented.is_empty(),
        "only in domain::endpoints: {only_listed:#?}\nonly in the document: {only_documented:#?}"
    );
}

/// `cargo xtask accept` takes a wanted change; the difference is the review of a public contract.
#[test]
fn the_document_changes_only_on_purpose() {
    insta::assert_json_snapshot!(document());
}

#[test]
fn every_operation_says_what_it_does_and_how_it_fails() {
    let document = document();
    for (method, path, _) in operations(&document) {
        let operation = &document["paths"][&path][method.to_lowercase()];
        assert!(
            operation["summary"].as_str().is_some_and(|text| text.len() <= 72),
            "{method} {path}: {operation}"
        );
        for status in ["400", "422", "429", "503"] {
            let schema = &operation["responses"][status]["content"]["application/json"]["schema"];
            assert_eq!(schema["$ref"], "#/components/schemas/ApiError", "{method} {path} {status}");
        }
    }
}

#[tokio::test]
async fn what_needs_a_device_says_so_in_the_contract() {
    let app = TestApp::new().await;
    // The streams of events do not end, and paths with a name in them ask for more than a device.
    let plain = |endpoint: &EndpointInfo| {
        endpoint.method == Method::Get && !endpoint.path.contains('{') && !endpoint.path.ends_with("/live")
    };
    for endpoint in domain::endpoints::all().filter(plain) {
        let reply = app.anyone().get(endpoint.path).await;
        let refused = reply.status == 400 && reply.json::<ApiError>().needs_device();
        assert_eq!(refused, endpoint.needs_device, "{}", endpoint.path);
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "there is no schema {name}");
    }
}
