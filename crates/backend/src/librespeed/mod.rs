//! What a LibreSpeed server answers, so that its browser page, its command line and its apps can test here.
//!
//! Requests come without a session: `garbage` gives bytes, `empty` takes them, `getIP` says who asks; each also under its
//! name with `.php`, with `cors` in the query for pages of other origins (doc.md of librespeed/speedtest 6.x). Surprising:
//! one test is many requests, so the requests of one household share one admission ([`visit`]). The result is the
//! client's own: nothing of it is stored.
//!
//! Threats: anyone may call these. A visit has caps of streams, bytes and seconds, and a place among all tests.

mod address;
mod visit;

use std::{net::IpAddr, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::providers::Provider;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    AppState,
    error::AppResult,
    http::Caller,
    speed_tests::{
        Line,
        bytes::{Gauge, HEADERS, Pump},
    },
};
use visit::Transfer;
pub use visit::Visits;

/// garbage.php: four chunks of 1 MiB unless asked for others, at most 1024.
const CHUNKS: u64 = 4;
const MOST_CHUNKS: u64 = 1024;
/// LibreSpeed's upload blob has 20 MB; whatever comes in this time counts, the rest is refused.
const UPLOAD_TIME: Duration = Duration::from_secs(30);

pub fn routes() -> Router<AppState> {
    let garbage = || get(garbage).options(preflight);
    let empty = || get(empty_get).post(empty_post).options(preflight);
    let ip = || get(get_ip).options(preflight);
    Router::new()
        .route("/backend/garbage", garbage())
        .route("/backend/garbage.php", garbage())
        .route("/backend/empty", empty())
        .route("/backend/empty.php", empty())
        .route("/backend/getIP", ip())
        .route("/backend/getIP.php", ip())
}

/// `cors` counts by being there, as in PHP's `isset`.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(rename = "ckSize")]
    chunks: Option<String>,
    isp: Option<String>,
    cors: Option<String>,
}

type Params = Result<Query<Asked>, axum::extract::rejection::QueryRejection>;

fn asked(params: Params) -> Asked {
    // As the PHP: what cannot be read counts as not said.
    params.map(|Query(asked)| asked).unwrap_or_default()
}

impl Asked {
    /// What stands on every answer; the switches for other origins if asked for.
    fn headers(&self) -> HeaderMap {
        let mut headers: HeaderMap = HEADERS.into_iter().collect();
        if self.cors.is_some() {
            let allow = [
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
                (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Encoding, Content-Type"),
            ];
            headers.extend(allow.map(|(name, value)| (name, HeaderValue::from_static(value))));
        }
        headers
    }

    fn bytes(&self) -> u64 {
        let chunks = self.chunks.as_deref().and_then(|text| text.trim().parse::<u64>().ok());
        chunks.filter(|&n| n > 0).unwrap_or(CHUNKS).min(MOST_CHUNKS) << 20
    }
}

async fn preflight(params: Params) -> Response {
    asked(params).headers().into_response()
}

async fn garbage(State(state): State<AppState>, line: Line, params: Params) -> AppResult<Response> {
    let asked = asked(params);
    let transfer = state.speed.visits.open(&state, &line)?;
    let mut headers = asked.headers();
    let file = [
        (HeaderName::from_static("content-description"), "File Transfer"),
        (header::CONTENT_DISPOSITION, "attachment; filename=random.dat"),
        (HeaderName::from_static("content-transfer-encoding"), "binary"),
    ];
    headers.extend(file.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(asked.bytes()));
    let gauge = Garbage { left: asked.bytes(), transfer };
    Ok((headers, Body::new(Pump::new(gauge))).into_response())
}

struct Garbage {
    left: u64,
    transfer: Transfer,
}

impl Gauge for Garbage {
    fn allow(&mut self, wanted: u64) -> u64 {
        let wanted = wanted.min(self.left);
        if wanted == 0 || !self.transfer.take(wanted) {
            return 0;
        }
        self.left -= wanted;
        wanted
    }
}

/// A ping.
async fn empty_get(params: Params) -> Response {
    asked(params).headers().into_response()
}

/// An upload.
async fn empty_post(
    State(state): State<AppState>,
    line: Line,
    params: Params,
    request: Request,
) -> AppResult<Response> {
    let headers = asked(params).headers();
    let transfer = state.speed.visits.open(&state, &line)?;
    let mut body = request.into_body();
    let counting = async {
        while let Some(Ok(frame)) = body.frame().await {
            let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
            if !transfer.take(bytes) {
                break;
            }
        }
    };
    // Time's up is no error: what came was counted by the client too.
    let _ = timeout(UPLOAD_TIME, counting).await;
    Ok(headers.into_response())
}

/// The keys of getIP.php.
#[derive(Debug, Serialize)]
struct WhoAsks {
    #[serde(rename = "processedString")]
    processed: String,
    /// What ipinfo.io says in the original. No address leaves this server: here the operator's own tables speak. The
    /// empty string stands for nothing asked or nothing found, as getIP.php's head documents it.
    #[serde(rename = "rawIspInfo")]
    raw: Value,
}

impl WhoAsks {
    fn new(address: IpAddr, isp: bool, provider: Option<Provider>) -> Self {
        if let Some(what) = address::special(address) {
            return Self { processed: format!("{address} - {what}"), raw: json!("") };
        }
        match provider.filter(|_| isp) {
            None => Self { processed: address.to_string(), raw: json!("") },
            Some(Provider { name, asn, .. }) => {
                let org = asn.map_or_else(|| name.clone(), |asn| format!("AS{asn} {name}"));
                let raw = json!({"ip": address, "org": org});
                Self { processed: format!("{address} - {name}"), raw }
            }
        }
    }
}

/// Places are not known here, so `distance` changes nothing.
async fn get_ip(State(state): State<AppState>, caller: Caller, params: Params) -> Response {
    let asked = asked(params);
    let address = caller.address.to_canonical();
    let who = WhoAsks::new(address, asked.isp.is_some(), state.providers.find(address));
    let mut headers = asked.headers();
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_ENCODING);
    (headers, Json(who)).into_response()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::not_said(None, 4)]
    #[case::said(Some("100"), 100)]
    #[case::too_many(Some("99999"), 1024)]
    #[case::zero(Some("0"), 4)]
    #[case::negative(Some("-3"), 4)]
    #[case::nonsense(Some("NaN"), 4)]
    fn chunks_as_in_the_original(#[case] chunks: Option<&str>, #[case] mib: u64) {
        let asked = Asked { chunks: chunks.map(str::to_owned), ..Asked::default() };
        assert_eq!(asked.bytes(), mib << 20);
    }

    #[rstest]
    #[case::public("192.0.2.1", false, r#"{"processedString":"192.0.2.1","rawIspInfo":""}"#)]
    #[case::with_isp(
        "192.0.2.1",
        true,
        r#"{"processedString":"192.0.2.1 - Example Net","rawIspInfo":{"ip":"192.0.2.1","org":"AS64500 Example Net"}}"#
    )]
    #[case::local("::1", true, r#"{"processedString":"::1 - localhost IPv6 access","rawIspInfo":""}"#)]
    fn who_asks_in_the_originals_words(#[case] address: IpAddr, #[case] isp: bool, #[case] expected: &str) {
        let (slug, name) = ("example-net".to_owned(), "Example Net".to_owned());
        let provider = Provider { slug, name, asn: Some(64_500), eligible: false };
        let who = WhoAsks::new(address, isp, Some(provider));
        assert_eq!(serde_json::to_string(&who).unwrap(), expected);
    }

    #[test]
    fn an_unknown_provider_is_the_address_alone_as_in_the_original() {
        let who = WhoAsks::new(IpAddr::from([192, 0, 2, 1]), true, None);
        let expected = r#"{"processedString":"192.0.2.1","rawIspInfo":""}"#;
        assert_eq!(serde_json::to_string(&who).unwrap(), expected);
    }
}
