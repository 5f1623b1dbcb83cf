//! TLS: trusted roots, the handshake as an outcome, and a look at what a server shows.

mod inspect;

pub use inspect::{Certificate, TlsReport, inspect};

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{net::TcpStream, time::Instant};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{Outcome, ProbeError};

/// Mozilla's roots and those that the operator adds.
pub(crate) fn roots(extra: &[CertificateDer<'static>]) -> Result<RootCertStore, ProbeError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for root in extra {
        let added = roots.add(root.clone());
        added.map_err(|error| ProbeError::invalid("trust a root", &"TLS", error.to_string()))?;
    }
    Ok(roots)
}

/// A client without a certificate of its own, by the default provider (aws-lc-rs, the only one in the lock).
pub(crate) fn client_config(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

/// The name (or address) that a certificate must carry.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>, ProbeError> {
    let name = ServerName::try_from(host.to_owned());
    name.map_err(|_| ProbeError::invalid("name the server", &host, "this is no host name and no address"))
}

/// The handshake over an open connection, or why there is none.
pub(crate) async fn handshake(
    config: &Arc<ClientConfig>,
    name: ServerName<'static>,
    stream: TcpStream,
    until: Instant,
) -> Result<TlsStream<TcpStream>, Outcome> {
    let connecting = TlsConnector::from(Arc::clone(config)).connect(name, stream);
    match tokio::time::timeout_at(until, connecting).await {
        Err(_) => Err(Outcome::Timeout),
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(of_error(&error)),
    }
}

/// rustls hides its error within an I/O error; what is none of its own is the connection's.
fn of_error(error: &std::io::Error) -> Outcome {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(reason) => Outcome::TlsError { reason: reason.to_string() },
        None if error.kind() == std::io::ErrorKind::UnexpectedEof => Outcome::Closed,
        None => Outcome::of_error(error).unwrap_or(Outcome::TlsError { reason: error.to_string() }),
    }
}
