//! `/api/bandwidth-probe`: a small piece of bytes down or up, for clients that do their own arithmetic.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use domain::{
    ApiError, ErrorCode,
    speed_tests::{BandwidthQuery, BandwidthReceipt},
};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::bytes::{HEADERS, noise};
use crate::{error::AppResult, http::Query};

/// Sixteen times the largest download; an upload that is larger is a test, which has its own paths.
const UPLOAD_BYTES: u64 = 8 << 20;
/// 8 MiB in this time are 2 Mbit/s.
const UPLOAD_TIME: Duration = Duration::from_secs(30);

/// A few incompressible bytes.
#[utoipa::path(get, path = "/api/bandwidth-probe", tag = "speed", params(BandwidthQuery), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
))]
pub async fn download_bandwidth_probe(Query(query): Query<BandwidthQuery>) -> Response {
    (HEADERS, Body::from(noise(query.size_kb as usize * 1024))).into_response()
}

/// Bytes to be thrown away, up to 8 MiB.
#[utoipa::path(post, path = "/api/bandwidth-probe", tag = "speed",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = BandwidthReceipt),
    (status = 408, body = ApiError),
))]
pub async fn upload_bandwidth_probe(request: Request) -> AppResult<Json<BandwidthReceipt>> {
    let mut body = request.into_body();
    let counting = async {
        let mut received = 0;
        while let Some(Ok(frame)) = body.frame().await {
            received += frame.data_ref().map_or(0, |data| data.len() as u64);
            if received > UPLOAD_BYTES {
                return Err(ApiError::new(ErrorCode::TooLarge, "A bandwidth probe takes at most 8 MiB."));
            }
        }
        Ok(())
    };
    timeout(UPLOAD_TIME, counting)
        .await
        .map_err(|_| ApiError::new(ErrorCode::TimedOut, "The bytes did not arrive in 30 s."))??;
    Ok(Json(BandwidthReceipt { ok: true }))
}
