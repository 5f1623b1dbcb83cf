//! Reading a certificate and its key, with what is wrong and how to mend it.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};
use rustls::{crypto::aws_lc_rs, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use sha2::{Digest, Sha256};

use super::Files;

/// Before this many days of its end a certificate is told of.
const SOON_DAYS: i64 = 14;

pub(super) fn load(files: &Files) -> anyhow::Result<CertifiedKey> {
    let chain = chain(&files.certificate)?;
    let key = key(&files.key)?;
    let provider = aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => anyhow::anyhow!(
            "the key {} does not belong to the certificate {}; name the two files of one certificate \
             (tls.certificate, tls.key)",
            files.key.display(),
            files.certificate.display()
        ),
        error => anyhow::anyhow!("the certificate {} cannot be used: {error}", files.certificate.display()),
    })
}

fn chain(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let mend = || format!("tls.certificate {} cannot be read as PEM", path.display());
    let found: Vec<_> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect).with_context(mend)?;
    ensure!(
        !found.is_empty(),
        "tls.certificate {} holds no certificate; it has to be PEM, the server's own first, then the chain",
        path.display()
    );
    Ok(found)
}

fn key(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    match PrivateKeyDer::from_pem_file(path) {
        Ok(key) => Ok(key),
        Err(rustls_pki_types::pem::Error::NoItemsFound) => {
            bail!("tls.key {} holds no private key; it has to be PEM and without a password", path.display())
        }
        Err(error) => Err(error).with_context(|| format!("tls.key {} cannot be read as PEM", path.display())),
    }
}

/// Whose it is and until when: in the log, so that a person can compare it with what the browser shows.
pub(super) fn tell(loaded: &CertifiedKey, now: DateTime<Utc>) {
    let Some(leaf) = loaded.cert.first() else { return };
    let fingerprint = hex::encode(Sha256::digest(leaf));
    let Some(until) = until(leaf) else {
        tracing::warn!(sha256 = fingerprint, "the certificate's end cannot be read");
        return;
    };
    let days = (until - now).num_days();
    if until <= now {
        tracing::warn!(sha256 = fingerprint, %until, "the certificate has expired: put a new one in its place");
    } else if days < SOON_DAYS {
        tracing::warn!(sha256 = fingerprint, %until, days, "the certificate ends soon: put a new one in its place");
    } else {
        tracing::info!(sha256 = fingerprint, %until, "HTTPS shows this certificate");
    }
}

pub(super) fn until(leaf: &[u8]) -> Option<DateTime<Utc>> {
    let (_, read) = x509_parser::parse_x509_certificate(leaf).ok()?;
    DateTime::from_timestamp(read.validity().not_after.timestamp(), 0)
}
