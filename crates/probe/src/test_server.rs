//! An HTTPS server on this machine for tests, with a certificate of the wanted faults.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A server and the root that signed its certificate.
pub(crate) struct TestServer {
    pub address: SocketAddr,
    pub root: CertificateDer<'static>,
}

/// How the server behaves.
pub(crate) struct Manner {
    /// The name in the certificate.
    pub name: &'static str,
    /// Year of the certificate's end.
    pub until: i32,
    /// What it offers by ALPN.
    pub alpn: &'static [&'static str],
}

impl Default for Manner {
    fn default() -> Self {
        Self { name: "steady.test", until: 2100, alpn: &["h2", "http/1.1"] }
    }
}

impl TestServer {
    /// Listens on a free port of 127.0.0.1 for the length of the test.
    pub async fn start(manner: Manner) -> Self {
        let (chain, key, root) = certificate(&manner);
        let mut tls =
            rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        tls.alpn_protocols = manner.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let mut tasks = tokio::task::JoinSet::new();
        let accepting = async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tasks.spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let _ = auto::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service_fn(answer))
                        .await;
                });
            }
        };
        #[expect(clippy::disallowed_methods, reason = "the test's runtime ends it")]
        tokio::spawn(accepting);
        Self { address, root }
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let response = Response::builder();
    let response = match request.uri().path() {
        "/moved" => response.status(302).header("location", "http://127.0.0.1/"),
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            response
        }
        // What was sent comes back; the second with the bit that makes an answer of a DNS question.
        path @ ("/echo" | "/answer") => {
            let answer = path == "/answer";
            let mut body = request.into_body().collect().await?.to_bytes().to_vec();
            if let Some(flags) = body.get_mut(2).filter(|_| answer) {
                *flags |= 0x80;
            }
            return Ok(Response::new(Full::new(body.into())));
        }
        _ => response.header("strict-transport-security", "max-age=600"),
    };
    let host =
        request.headers().get("host").map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    let host = host.or_else(|| request.uri().authority().map(ToString::to_string)).unwrap_or_default();
    Ok(response.body(Full::new(Bytes::from(host))).unwrap())
}

fn certificate(
    manner: &Manner,
) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>, CertificateDer<'static>) {
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_key = KeyPair::generate().unwrap();
    let root_certificate = root.self_signed(&root_key).unwrap().der().clone();
    let mut leaf = CertificateParams::new(vec![manner.name.to_owned()]).unwrap();
    leaf.not_before = date_time_ymd(2000, 1, 1);
    leaf.not_after = date_time_ymd(manner.until, 1, 1);
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(root, root_key);
    let leaf = leaf.signed_by(&key, &issuer).unwrap().der().clone();
    (vec![leaf], PrivateKeyDer::try_from(key.serialize_der()).unwrap(), root_certificate)
}
