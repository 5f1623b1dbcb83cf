//! The TLS probe: which version, which chain, until when, and whether it is valid; an invalid one is looked at, too.
//!
//! The handshake is let through whatever the chain, and the verdict is kept beside it. Nothing is sent over a
//! connection that is not valid.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use serde::Serialize;
use tokio::time::Instant as Deadline;
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use crate::{Bind, Method, Outcome, ProbeError, Probed, outcome::as_ms_or_null, tcp};

/// What a TLS server showed.
#[derive(Clone, Debug, Serialize)]
pub struct TlsReport {
    /// [`Outcome::Reply`] with the time of connect and handshake where a handshake was made, valid or not.
    #[serde(flatten)]
    pub probed: Probed,
    /// TCP connect.
    #[serde(rename = "connect_ms", serialize_with = "as_ms_or_null")]
    pub connect: Option<Duration>,
    /// TLS handshake: what TLS adds.
    #[serde(rename = "tls_ms", serialize_with = "as_ms_or_null")]
    pub tls: Option<Duration>,
    /// `TLSv1.3` or `TLSv1.2`; older ones are not spoken.
    pub version: Option<String>,
    /// The cipher suite.
    pub cipher: Option<String>,
    /// What the server chose by ALPN.
    pub alpn: Option<String>,
    /// Whether the chain leads to a trusted root, is in date and carries the name.
    pub valid: bool,
    /// Why it is not valid.
    pub error: Option<String>,
    /// The chain as it was sent, the server's own certificate first.
    pub chain: Vec<Certificate>,
}

/// A certificate of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// From when on it counts.
    pub not_before: Option<DateTime<Utc>>,
    /// Until when.
    pub not_after: Option<DateTime<Utc>>,
    /// The names that it is for.
    pub names: Vec<String>,
}

impl Certificate {
    /// Whole days that are left; negative once it is over.
    pub fn days_left(&self, now: DateTime<Utc>) -> Option<i64> {
        Some((self.not_after? - now).num_days())
    }

    fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, read) = X509Certificate::from_der(der).ok()?;
        let names = read.subject_alternative_name().ok().flatten();
        Some(Self {
            subject: read.subject().to_string(),
            issuer: read.issuer().to_string(),
            not_before: DateTime::from_timestamp(read.validity().not_before.timestamp(), 0),
            not_after: DateTime::from_timestamp(read.validity().not_after.timestamp(), 0),
            names: names.map_or_else(Vec::new, |names| {
                names.value.general_names.iter().map(ToString::to_string).collect()
            }),
        })
    }
}

/// Looks at the TLS of a server. `host` is the name that is asked for and must be in the certificate.
pub async fn inspect(
    address: SocketAddr,
    host: &str,
    extra_roots: &[CertificateDer<'static>],
    bind: &Bind,
    timeout: Duration,
) -> Result<TlsReport, ProbeError> {
    let name = super::server_name(host)?;
    let witness = Arc::new(Witness::new(extra_roots)?);
    let verifier: Arc<dyn ServerCertVerifier> = Arc::clone(&witness) as _;
    let mut config =
        ClientConfig::builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

    let until = Deadline::now() + timeout;
    let method = Method::Tcp { port: address.port() };
    let (stream, connect) = match tcp::open(address, bind, timeout).await? {
        Ok(open) => open,
        Err(outcome) => return Ok(TlsReport::without(Probed { method, outcome }, None)),
    };
    let started = Instant::now();
    let stream = match super::handshake(&Arc::new(config), name, stream, until).await {
        Ok(stream) => stream,
        Err(outcome) => return Ok(TlsReport::without(Probed { method, outcome }, Some(connect))),
    };
    let tls = started.elapsed();
    let session = stream.get_ref().1;
    let error = witness.verdict();
    let chain = session.peer_certificates().unwrap_or_default();
    Ok(TlsReport {
        probed: Probed { method, outcome: Outcome::Reply { rtt: connect + tls } },
        connect: Some(connect),
        tls: Some(tls),
        version: session.protocol_version().and_then(|version| version.as_str()).map(spoken),
        cipher: session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).map(str::to_owned),
        alpn: session.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
        valid: error.is_none(),
        error: error.map(|error| error.to_string()),
        chain: chain.iter().filter_map(Certificate::read).collect(),
    })
}

/// `TLSv1_3` as people write it.
fn spoken(version: &str) -> String {
    version.replace('_', ".")
}

impl TlsReport {
    /// No handshake was made.
    fn without(probed: Probed, connect: Option<Duration>) -> Self {
        let error = Some(probed.outcome.to_string());
        let (tls, version, cipher, alpn, chain) = (None, None, None, None, Vec::new());
        Self { probed, connect, tls, version, cipher, alpn, valid: false, error, chain }
    }
}

/// Judges like any client, remembers, and lets the handshake go on. Signatures of the handshake are still checked: a
/// server that does not own its certificate's key gets no further.
#[derive(Debug)]
struct Witness {
    judge: Arc<WebPkiServerVerifier>,
    verdict: Mutex<Option<Error>>,
}

impl Witness {
    fn new(extra_roots: &[CertificateDer<'static>]) -> Result<Self, ProbeError> {
        let judge = WebPkiServerVerifier::builder(Arc::new(super::roots(extra_roots)?)).build();
        let judge =
            judge.map_err(|error| ProbeError::invalid("judge certificates", &"TLS", error.to_string()))?;
        Ok(Self { judge, verdict: Mutex::default() })
    }

    fn verdict(&self) -> Option<Error> {
        self.verdict.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self.judge.verify_server_cert(end_entity, intermediates, name, ocsp_response, now);
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = judged.err();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::test_server::{Manner, TestServer};

    const SECOND: Duration = Duration::from_secs(1);

    async fn look(manner: Manner, trusted: bool) -> TlsReport {
        let server = TestServer::start(manner).await;
        let roots = if trusted { vec![server.root.clone()] } else { Vec::new() };
        inspect(server.address, "steady.test", &roots, &Bind::default(), SECOND).await.unwrap()
    }

    #[tokio::test]
    async fn a_sound_server_is_told_whole() {
        let report = look(Manner::default(), true).await;
        assert!(report.valid && report.error.is_none(), "{report:?}");
        assert_eq!((report.version.as_deref(), report.alpn.as_deref()), (Some("TLSv1.3"), Some("h2")));
        assert!(report.cipher.as_deref().is_some_and(|cipher| cipher.starts_with("TLS13_")), "{report:?}");
        assert_eq!(report.probed.outcome.rtt(), Some(report.connect.unwrap() + report.tls.unwrap()));
        let [leaf] = &report.chain[..] else { panic!("{report:?}") };
        assert!(leaf.names.iter().any(|name| name.contains("steady.test")), "{leaf:?}");
        assert_eq!(leaf.not_after.unwrap().to_rfc3339(), "2100-01-01T00:00:00+00:00");
        let day_before = DateTime::from_timestamp(4_102_358_400, 0).unwrap();
        assert_eq!(leaf.days_left(day_before), Some(1));
    }

    #[rstest]
    #[case::another_name(Manner { name: "other.test", ..Manner::default() }, true, "not valid for name")]
    #[case::out_of_date(Manner { until: 2020, ..Manner::default() }, true, "expired")]
    #[case::nobody_vouches(Manner::default(), false, "UnknownIssuer")]
    #[tokio::test]
    async fn what_is_not_valid_is_still_shown(
        #[case] manner: Manner,
        #[case] trusted: bool,
        #[case] said: &str,
    ) {
        let report = look(manner, trusted).await;
        assert!(!report.valid && report.error.as_deref().unwrap().contains(said), "{report:?}");
        assert_eq!(report.chain.len(), 1);
        assert!(report.probed.outcome.is_answer());
    }

    #[tokio::test]
    async fn nothing_there_has_no_chain() {
        let report =
            inspect(([127, 0, 0, 1], 1).into(), "steady.test", &[], &Bind::default(), SECOND).await.unwrap();
        assert_eq!((report.probed.outcome, report.valid), (Outcome::Refused, false));
        assert!(report.chain.is_empty() && report.tls.is_none());
    }
}
