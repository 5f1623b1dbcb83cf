//! Extractors that refuse bad input in the contract's own form: 400 for what cannot be read, 422 for what is out of
//! bounds, always `{detail, code, fields}` with the field named.
//!
//! They bear axum's names, so that a handler reads as usual and utoipa documents them. The input's bounds are
//! `garde` rules beside its type in `domain`, which forms run too.

use axum::{
    Json as AxumJson,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path as AxumPath, Request, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use domain::{ApiError, ErrorCode};
use garde::Validate;
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde::{Serialize, de::DeserializeOwned};

use crate::AppError;

/// The query string.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// A JSON body, as input and as answer.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// The variable parts of the path.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        Ok(Self(query(parts.uri.query().unwrap_or_default())?))
    }
}

/// Reads and checks a query string.
fn query<T: DeserializeOwned + Validate<Context = ()>>(text: &str) -> Result<T, ApiError> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(text).map_err(|e| malformed("the query string", "", &e.to_string()))?;
    // Rust reads "NaN" and "inf" as numbers, and no bound catches NaN. Where such a word stands for a number, the
    // same query with a plain word in its place cannot be read.
    if pairs.iter().any(|(_, value)| is_not_finite(value)) {
        for (name, _) in pairs.iter().filter(|(_, value)| is_not_finite(value)) {
            let replaced =
                pairs.iter().map(|(n, v)| (n.as_str(), if n == name { "word" } else { v.as_str() }));
            if read_pairs::<T>(replaced).is_err() {
                return Err(ApiError::invalid(name, "not a finite number"));
            }
        }
    }
    let value = read_pairs(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))?;
    checked(value)
}

fn is_not_finite(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| !number.is_finite())
}

fn read_pairs<'a, T: DeserializeOwned>(
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<T, ApiError> {
    // An empty value is an absent one, as forms send it.
    let text = pairs.filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>();
    let text =
        serde_urlencoded::to_string(text).map_err(|e| malformed("the query string", "", &e.to_string()))?;
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(reader)
        .map_err(|e| malformed("the query string", &e.path().to_string(), &e.inner().to_string()))
}

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = AppError;

    async fn from_request(request: Request, state: &S) -> Result<Self, AppError> {
        if !is_json(request.headers()) {
            let why = "The body must be JSON (content-type: application/json).";
            return Err(ApiError::new(ErrorCode::UnsupportedMediaType, why).into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::new(ErrorCode::TooLarge, "The body is too large.")
            } else {
                ApiError::new(ErrorCode::Malformed, "The body did not arrive whole.")
            }
        })?;
        let reader = &mut serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(reader)
            .map_err(|e| malformed("the body", &e.path().to_string(), &e.inner().to_string()))?;
        Ok(Self(checked(value)?))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        AxumJson(self.0).into_response()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let path = AxumPath::<T>::from_request_parts(parts, state).await;
        path.map(|AxumPath(value)| Self(value)).map_err(|rejection| match rejection {
            // What cannot be an id names nothing that is there.
            PathRejection::FailedToDeserializePathParams(_) => AppError::not_found("page or record"),
            other => ApiError::new(ErrorCode::Malformed, other.body_text()).into(),
        })
    }
}

fn malformed(what: &str, field: &str, why: &str) -> ApiError {
    // serde's path of the whole document is ".", and a missing field is named in its sentence alone.
    let named = why.split_once("field `").and_then(|(_, rest)| rest.split_once('`')).map(|(name, _)| name);
    let field = if field.is_empty() || field == "." { named.unwrap_or_default() } else { field };
    let error = ApiError::new(ErrorCode::Malformed, format!("Cannot read {what}: {why}"));
    if field.is_empty() { error } else { error.with_field(field, why) }
}

fn checked<T: Validate<Context = ()>>(value: T) -> Result<T, ApiError> {
    let Err(report) = value.validate() else { return Ok(value) };
    let mut error = ApiError::new(ErrorCode::Invalid, "");
    for (path, why) in report.iter() {
        let name = path.to_string();
        let sentence = if name.is_empty() { why.to_string() } else { format!("{name}: {why}") };
        if !error.detail.is_empty() {
            error.detail.push_str("; ");
        }
        error.detail.push_str(&sentence);
        error = error.with_field(&name, why.to_string());
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    struct Filter {
        #[garde(range(min = 1, max = 168))]
        #[serde(default = "day")]
        hours: u32,
        #[garde(range(min = 0.0, max = 90.0))]
        latitude: Option<f64>,
        #[garde(length(max = 5))]
        label: Option<String>,
    }

    fn day() -> u32 {
        24
    }

    #[rstest]
    #[case::defaults("", 24)]
    #[case::empty_is_absent("hours=&label=", 24)]
    #[case::text_may_say_nan("hours=3&label=nan", 3)]
    #[case::unknown_names_are_ignored("x=1&hours=7", 7)]
    fn readable(#[case] text: &str, #[case] hours: u32) {
        assert_eq!(query::<Filter>(text).unwrap().hours, hours);
    }

    #[rstest]
    #[case::wrong_type("hours=soon", 400, "hours")]
    #[case::negative("hours=-1", 400, "hours")]
    #[case::twice("hours=1&hours=2", 400, "hours")]
    #[case::out_of_bounds("hours=169", 422, "hours")]
    #[case::not_a_number("latitude=NaN", 422, "latitude")]
    #[case::infinite("latitude=-inf", 422, "latitude")]
    #[case::too_long("label=abcdef", 422, "label")]
    fn refused(#[case] text: &str, #[case] status: u16, #[case] field: &str) {
        let error = query::<Filter>(text).unwrap_err();
        assert_eq!(error.code.status(), status, "{error:?}");
        assert!(error.fields.contains_key(field), "{error:?}");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,80}") {
            let _ = query::<Filter>(&text);
        }
    }
}
