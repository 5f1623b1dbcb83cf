//! HTTPS by a new connection each time, with its phases apart: connect, TLS, first byte.
//!
//! hyper's connection parts are used instead of a client with a pool: only so is each phase a time of its own, the
//! address is the one that was judged (no second resolution), and the socket can be bound to an interface. Redirects
//! are told, never followed.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, Request as HttpRequest, Response, header};
use http_body_util::{BodyExt, Empty, Full, Limited, combinators::BoxBody};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, pki_types::CertificateDer};
use serde::Serialize;
use tokio::{net::TcpStream, time::Instant as Deadline};
use tokio_rustls::client::TlsStream;

use crate::{
    Bind, Method, Outcome, ProbeError, Probed,
    outcome::{as_ms, as_ms_or_null},
    tcp, tls,
};

/// More of a body is not read; what comes is a short answer or of no interest.
const BODY_LIMIT: usize = 64 * 1024;

/// HTTPS probes with one set of trusted roots; cheap to clone.
#[derive(Clone, Debug)]
pub struct Https {
    tls: Arc<ClientConfig>,
}

/// What to ask of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The address that is connected to.
    pub address: SocketAddr,
    /// The name (or address) that the certificate must carry and that the `Host` field names.
    pub host: String,
    /// Path and query.
    pub path: String,
}

/// How long each part took; what was not reached is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Phases {
    /// TCP connect.
    #[serde(rename = "connect_ms", serialize_with = "as_ms_or_null")]
    pub connect: Option<Duration>,
    /// TLS handshake.
    #[serde(rename = "tls_ms", serialize_with = "as_ms_or_null")]
    pub tls: Option<Duration>,
    /// From the request to the head of the answer.
    #[serde(rename = "first_byte_ms", serialize_with = "as_ms_or_null")]
    pub first_byte: Option<Duration>,
    /// All of it.
    #[serde(rename = "total_ms", serialize_with = "as_ms")]
    pub total: Duration,
}

/// What an HTTPS server answered.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The outcome: [`Outcome::HttpStatus`] where a server answered.
    #[serde(flatten)]
    pub probed: Probed,
    /// How long each part took.
    #[serde(flatten)]
    pub phases: Phases,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub http_version: Option<String>,
    /// The `Strict-Transport-Security` field.
    pub hsts: Option<String>,
    /// All fields of the answer's head.
    #[serde(skip)]
    pub headers: HeaderMap,
    /// The body, to 64 KiB; empty where it is longer or was cut off.
    #[serde(skip)]
    pub body: Bytes,
}

impl Https {
    /// Trusts Mozilla's roots, and `extra_roots` beside (an operator's own or a test's).
    pub fn new(extra_roots: &[CertificateDer<'static>]) -> Result<Self, ProbeError> {
        let mut tls = tls::client_config(tls::roots(extra_roots)?);
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // Each probe shall pay for a whole handshake.
        tls.resumption = rustls::client::Resumption::disabled();
        Ok(Self { tls: Arc::new(tls) })
    }

    /// `GET`, by a new connection.
    pub async fn get(&self, request: &Request, bind: &Bind, timeout: Duration) -> Result<Answer, ProbeError> {
        self.send(request, None, bind, timeout).await
    }

    /// `POST` of a body of the given media type, by a new connection.
    pub async fn post(
        &self,
        request: &Request,
        body: (&'static str, Bytes),
        bind: &Bind,
        timeout: Duration,
    ) -> Result<Answer, ProbeError> {
        self.send(request, Some(body), bind, timeout).await
    }

    async fn send(
        &self,
        request: &Request,
        body: Option<(&'static str, Bytes)>,
        bind: &Bind,
        timeout: Duration,
    ) -> Result<Answer, ProbeError> {
        let name = tls::server_name(&request.host)?;
        let asked = message(request, body)?;
        let (started, until) = (Instant::now(), Deadline::now() + timeout);
        let mut phases = Phases::default();
        let answer = match tcp::open(request.address, bind, timeout).await? {
            Err(outcome) => Err(outcome),
            Ok((stream, connect)) => {
                phases.connect = Some(connect);
                let secured = tls::handshake(&self.tls, name, stream, until).await;
                phases.tls = secured.is_ok().then(|| started.elapsed().saturating_sub(connect));
                match secured {
                    Err(outcome) => Err(outcome),
                    Ok(secured) => exchange(secured, asked, until).await,
                }
            }
        };
        phases.total = started.elapsed();
        Ok(Answer::of(answer, phases))
    }
}

impl Answer {
    fn of(answer: Result<Heard, Outcome>, mut phases: Phases) -> Self {
        let heard = match answer {
            Ok(heard) => heard,
            Err(outcome) => {
                let probed = Probed { method: Method::Https, outcome };
                let (headers, body) = (HeaderMap::new(), Bytes::new());
                return Self { probed, phases, http_version: None, hsts: None, headers, body };
            }
        };
        phases.first_byte = Some(heard.first_byte);
        let before = [phases.connect, phases.tls].into_iter().flatten().sum::<Duration>();
        let outcome = Outcome::HttpStatus { status: heard.status, rtt: before + heard.first_byte };
        let hsts = heard.headers.get(header::STRICT_TRANSPORT_SECURITY);
        Self {
            probed: Probed { method: Method::Https, outcome },
            phases,
            http_version: Some(heard.version),
            hsts: hsts.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            headers: heard.headers,
            body: heard.body,
        }
    }
}

type Body = BoxBody<Bytes, std::convert::Infallible>;

struct Heard {
    status: u16,
    version: String,
    headers: HeaderMap,
    body: Bytes,
    first_byte: Duration,
}

fn message(request: &Request, body: Option<(&'static str, Bytes)>) -> Result<HttpRequest<Body>, ProbeError> {
    let host = match request.host.parse() {
        Ok(std::net::IpAddr::V6(address)) => format!("[{address}]"),
        _ => request.host.clone(),
    };
    let port = request.address.port();
    let authority = if port == 443 { host } else { format!("{host}:{port}") };
    let builder = HttpRequest::builder()
        .uri(format!("https://{authority}{}", request.path))
        .header(header::USER_AGENT, concat!("steadyline/", env!("CARGO_PKG_VERSION")))
        .header(header::CACHE_CONTROL, "no-cache");
    let built = match body {
        None => builder.body(Empty::new().boxed()),
        Some((kind, bytes)) => {
            builder.method("POST").header(header::CONTENT_TYPE, kind).body(Full::new(bytes).boxed())
        }
    };
    built.map_err(|error| ProbeError::invalid("make the request", &request.host, error.to_string()))
}

/// Sends the request over a secured connection and reads the answer.
async fn exchange(
    stream: TlsStream<TcpStream>,
    request: HttpRequest<Body>,
    until: Deadline,
) -> Result<Heard, Outcome> {
    let two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = TokioIo::new(stream);
    let asking = async {
        if two {
            let (mut sender, connection) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await?;
            driven(connection, async { read(sender.send_request(request)).await }).await
        } else {
            let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
            driven(connection, async { read(sender.send_request(in_origin_form(request))).await }).await
        }
    };
    match tokio::time::timeout_at(until, asking).await {
        Err(_) => Err(Outcome::Timeout),
        Ok(Ok(heard)) => Ok(heard),
        Ok(Err(error)) => Err(of_hyper(&error)),
    }
}

/// HTTP/1.1 names the host in a field of its own, and the path alone in the first line.
fn in_origin_form(mut request: HttpRequest<Body>) -> HttpRequest<Body> {
    let uri = request.uri().clone();
    if let Some(host) = uri.authority().and_then(|host| header::HeaderValue::from_str(host.as_str()).ok()) {
        request.headers_mut().insert(header::HOST, host);
    }
    if let Some(path) = uri.path_and_query() {
        *request.uri_mut() = path.clone().into();
    }
    request
}

/// Runs the connection beside what is asked over it, on this very task: nothing is left behind when it is dropped.
async fn driven<T>(
    connection: impl Future<Output = hyper::Result<()>>,
    asking: impl Future<Output = hyper::Result<T>>,
) -> hyper::Result<T> {
    tokio::pin!(connection, asking);
    tokio::select! {
        answer = &mut asking => answer,
        ended = &mut connection => match ended {
            Ok(()) => asking.await,
            Err(error) => Err(error),
        },
    }
}

async fn read(asked: impl Future<Output = hyper::Result<Response<Incoming>>>) -> hyper::Result<Heard> {
    let started = Instant::now();
    let (head, body) = asked.await?.into_parts();
    let first_byte = started.elapsed();
    let body = Limited::new(body, BODY_LIMIT).collect().await.map(http_body_util::Collected::to_bytes);
    Ok(Heard {
        status: head.status.as_u16(),
        version: format!("{:?}", head.version),
        headers: head.headers,
        body: body.unwrap_or_default(),
        first_byte,
    })
}

fn of_hyper(error: &hyper::Error) -> Outcome {
    if error.is_closed() || error.is_incomplete_message() || error.is_canceled() {
        return Outcome::Closed;
    }
    Outcome::ProtocolError { reason: error.to_string() }
}

#[cfg(test)]
mod tests;
