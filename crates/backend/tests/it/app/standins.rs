//! What stands on loopback for the internet: a resolver that answers as told, a web server with a certificate.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    routing::{get, post},
};
use base64::prelude::{BASE64_STANDARD, Engine};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UdpSocket},
};
use tokio_rustls::TlsAcceptor;

/// A name that the web stand-in's certificate bears.
pub const LAB: &str = "lab.steadyline.net";

type Zone = dyn Fn(&str, usize) -> Vec<IpAddr> + Send + Sync;

/// A resolver by UDP and TCP on one port.
#[derive(Clone)]
pub struct DnsStandIn {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    zone: Arc<Zone>,
}

impl DnsStandIn {
    /// Answers each name with the addresses that `zone` gives (name, how many questions came before).
    pub async fn start(zone: impl Fn(&str, usize) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        let this = Self { address, asked: Arc::default(), zone: Arc::new(zone) };
        let (by_udp, by_tcp) = (this.clone(), this.clone());
        run(async move {
            let mut buffer = [0; 512];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                let _ = udp.send_to(&by_udp.answer(&buffer[..length]), from).await;
            }
        });
        run(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let Ok(length) = stream.read_u16().await else { continue };
                let mut question = vec![0; length.into()];
                if stream.read_exact(&mut question).await.is_ok() {
                    let answer = by_tcp.answer(&question);
                    let _ = stream.write_u16(answer.len() as u16).await;
                    let _ = stream.write_all(&answer).await;
                }
            }
        });
        this
    }

    /// The names that were asked for, in their order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// One question in, one answer out (RFC 1035 §4).
    pub fn answer(&self, question: &[u8]) -> Vec<u8> {
        let (mut name, mut at) = (String::new(), 12);
        while question[at] != 0 {
            let length = usize::from(question[at]);
            name.push_str(std::str::from_utf8(&question[at + 1..=at + length]).unwrap());
            name.push('.');
            at += length + 1;
        }
        let (kind, end) = (question[at + 2], at + 5);
        let before = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(name.trim_end_matches('.').to_owned());
            asked.len() - 1
        };
        let found: Vec<Vec<u8>> = (self.zone)(name.trim_end_matches('.'), before)
            .into_iter()
            .filter_map(|ip| match ip {
                IpAddr::V4(ip) if kind == 1 => Some(ip.octets().to_vec()),
                IpAddr::V6(ip) if kind == 28 => Some(ip.octets().to_vec()),
                _ => None,
            })
            .collect();
        let mut out = question[..2].to_vec();
        out.extend([0x81, 0x80, 0, 1, 0, found.len() as u8, 0, 0, 0, 0]);
        out.extend(&question[12..end]);
        for address in found {
            out.extend([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, address.len() as u8]);
            out.extend(address);
        }
        out
    }
}

/// A web server that speaks TLS by a root of its own.
pub struct WebStandIn {
    pub address: SocketAddr,
    pub asked: Arc<AtomicUsize>,
}

impl WebStandIn {
    /// Leaves its root as `root.pem` in the folder. `/dns-query` is the resolver's.
    pub async fn start(folder: &Path, dns: DnsStandIn) -> Self {
        let (config, root) = tls();
        std::fs::write(folder.join("root.pem"), root).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&asked);
        let home = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            async { ([(header::STRICT_TRANSPORT_SECURITY, "max-age=600")], "hello") }
        };
        let resolve = async move |headers: HeaderMap, question: Bytes| {
            assert_eq!(headers[header::CONTENT_TYPE], "application/dns-message");
            ([(header::CONTENT_TYPE, "application/dns-message")], dns.answer(&question))
        };
        // Whoever follows this leaves a mark.
        let moved = async || (StatusCode::FOUND, [(header::LOCATION, "/")]);
        let app = Router::new()
            .route("/", get(home))
            .route("/moved", get(moved))
            .route("/object", get(async || vec![7_u8; 200_000]))
            .route("/dns-query", post(resolve));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        run(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, app) = (acceptor.clone(), app.clone());
                run(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let _ = auto::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
                        .await;
                });
            }
        });
        Self { address, asked }
    }
}

/// A certificate for [`LAB`] and 127.0.0.1, and the root that signed it.
fn tls() -> (rustls::ServerConfig, String) {
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_key = KeyPair::generate().unwrap();
    let root_der = root.self_signed(&root_key).unwrap().der().clone();
    let root_pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        BASE64_STANDARD.encode(root_der)
    );
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![LAB.to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap().der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![leaf], key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (config, root_pem)
}

fn run(task: impl Future<Output = ()> + Send + 'static) {
    #[expect(clippy::disallowed_methods, reason = "the test's runtime ends it")]
    tokio::spawn(task);
}
