//! Endpoints as typed values: method, path, input and output in one line, used by handler tests and pages alike.
//!
//! A `{name}` in the path is filled from the input's field of that name; what is left of the input goes into
//! the query string (GET, DELETE) or the JSON body (POST, PUT, PATCH).

use std::{fmt::Write, marker::PhantomData};

use serde::Serialize;
use serde_json::Value;

use crate::error::{ApiError, ErrorCode};

/// The HTTP methods that the contract uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The method as it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What an endpoint is without its types, for lists and for the comparison with the OpenAPI document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndpointInfo {
    pub method: Method,
    pub path: &'static str,
    /// The operation id: the handler's name.
    pub operation: &'static str,
    /// Without a device it answers 400 (`P!` of api.md): a page does not ask before it has one.
    pub needs_device: bool,
}

/// One operation of the REST contract with its input and output types.
pub struct Endpoint<I, O> {
    info: EndpointInfo,
    types: PhantomData<fn(I) -> O>,
}

impl<I, O> Clone for Endpoint<I, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I, O> Copy for Endpoint<I, O> {}

/// A request that is ready for any transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub method: Method,
    /// Path and query.
    pub uri: String,
    /// The JSON body, for methods that have one.
    pub body: Option<Vec<u8>>,
}

impl<I, O> Endpoint<I, O> {
    const fn new(method: Method, operation: &'static str, path: &'static str) -> Self {
        Self { info: EndpointInfo { method, path, operation, needs_device: false }, types: PhantomData }
    }

    pub const fn get(operation: &'static str, path: &'static str) -> Self {
        Self::new(Method::Get, operation, path)
    }

    pub const fn post(operation: &'static str, path: &'static str) -> Self {
        Self::new(Method::Post, operation, path)
    }

    pub const fn put(operation: &'static str, path: &'static str) -> Self {
        Self::new(Method::Put, operation, path)
    }

    pub const fn delete(operation: &'static str, path: &'static str) -> Self {
        Self::new(Method::Delete, operation, path)
    }

    /// The same, refused without a device.
    #[must_use]
    pub const fn of_device(mut self) -> Self {
        self.info.needs_device = true;
        self
    }

    pub const fn info(&self) -> EndpointInfo {
        self.info
    }
}

impl<I: Serialize, O> Endpoint<I, O> {
    /// Lays the input out over path, query and body.
    pub fn call(&self, input: &I) -> Result<Call, ApiError> {
        let unfit =
            |why: String| ApiError::new(ErrorCode::Malformed, format!("{}: {why}", self.info.operation));
        let value = serde_json::to_value(input).map_err(|e| unfit(e.to_string()))?;
        let mut fields = match value {
            Value::Object(map) => map,
            Value::Null => serde_json::Map::new(),
            // A body that is no object (a list, a string) has nothing to fill a path with.
            other => {
                let body = serde_json::to_vec(&other).map_err(|e| unfit(e.to_string()))?;
                return Ok(Call { method: self.info.method, uri: self.info.path.into(), body: Some(body) });
            }
        };
        let mut uri = String::new();
        for (i, segment) in self.info.path.split('/').enumerate() {
            if i > 0 {
                uri.push('/');
            }
            match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                Some(name) => {
                    let part = fields.remove(name).as_ref().and_then(plain);
                    let part = part
                        .filter(|p| !p.is_empty())
                        .ok_or_else(|| unfit(format!("no value for {name}")))?;
                    uri.push_str(&encode(&part));
                }
                None => uri.push_str(segment),
            }
        }
        let body = match self.info.method {
            Method::Get | Method::Delete => {
                let mut separator = '?';
                for (name, value) in &fields {
                    let Some(text) = plain(value) else { continue };
                    uri.push(separator);
                    uri.push_str(name);
                    uri.push('=');
                    uri.push_str(&encode(&text));
                    separator = '&';
                }
                None
            }
            _ => Some(serde_json::to_vec(&fields).map_err(|e| unfit(e.to_string()))?),
        };
        Ok(Call { method: self.info.method, uri, body })
    }
}

/// A scalar as it stands in a path or query; `None` for null and for what has no plain form.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Array(items) => Some(items.iter().filter_map(plain).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Object(_) => None,
    }
}

/// Percent-encoding of everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => write!(out, "%{byte:02X}").expect("a String takes all that is written"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const FIND: Endpoint<Value, ()> = Endpoint::get("find_thing", "/api/things/{id}");
    const ADD: Endpoint<Value, ()> = Endpoint::post("add_thing", "/api/things/{id}/parts");

    #[rstest]
    #[case::fills_the_path(json!({"id": 7}), "/api/things/7")]
    #[case::leaves_null_out(json!({"id": 7, "hours": null}), "/api/things/7")]
    #[case::encodes(json!({"id": "a/b", "q": "ä&="}), "/api/things/a%2Fb?q=%C3%A4%26%3D")]
    #[case::joins_lists(json!({"id": 1, "topics": ["a", "b"]}), "/api/things/1?topics=a%2Cb")]
    fn get_puts_the_rest_into_the_query(#[case] input: Value, #[case] uri: &str) {
        assert_eq!(FIND.call(&input).unwrap(), Call { method: Method::Get, uri: uri.into(), body: None });
    }

    #[test]
    fn post_puts_the_rest_into_the_body() {
        let call = ADD.call(&json!({"id": 7, "name": "x"})).unwrap();
        assert_eq!(call.uri, "/api/things/7/parts");
        assert_eq!(call.body.unwrap(), br#"{"name":"x"}"#);
    }

    #[test]
    fn a_missing_path_field_is_an_error_that_names_it() {
        let error = FIND.call(&json!({})).unwrap_err();
        assert!(error.detail.contains("no value for id"), "{}", error.detail);
    }
}
