//! HTTPS by this program itself: for a home without a proxy, and for browsers that give workers, sensors and brotli to
//! secure pages alone.
//!
//! Flow: a certificate (the operator's files, or one made here) → [`Shown`], which every handshake asks → `accept`.
//! Files are looked at every half minute; what cannot be used leaves the old certificate in place and is told in the
//! log. Surprising rule: only HTTP/1.1 is offered, since a speed test's streams have to be connections of their own
//! (over HTTP/2 a browser puts them all into one). ACME is left to a proxy (Caddy, see `deploy/`).

mod certificate;
mod redirect;
mod self_signed;

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    AppState,
    config::{Config, TlsCertificate},
};

pub use redirect::to_https;

const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The certificate that handshakes are given, swapped when its files change.
#[derive(Debug)]
pub struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// A certificate and the files it stands in.
pub struct Keeper {
    shown: Arc<Shown>,
    files: Files,
    seen: Option<[SystemTime; 2]>,
    /// The day on which the log was last told of its end.
    told_on: NaiveDate,
}

#[derive(Clone, Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn changed_at(&self) -> Option<[SystemTime; 2]> {
        let of = |path| std::fs::metadata(path).and_then(|found| found.modified()).ok();
        Some([of(&self.certificate)?, of(&self.key)?])
    }
}

impl Keeper {
    /// Reads (or makes) the certificate of the configuration; none where HTTPS is off.
    pub fn open(config: &Config, now: DateTime<Utc>) -> anyhow::Result<Option<Self>> {
        let Some(tls) = &config.tls else { return Ok(None) };
        let files = match &tls.certificate {
            TlsCertificate::Files { certificate, key } => {
                Files { certificate: certificate.clone(), key: key.clone() }
            }
            TlsCertificate::SelfSigned { names } => self_signed::find_or_make(config, names, now)?,
        };
        let seen = files.changed_at();
        let loaded = certificate::load(&files)?;
        certificate::tell(&loaded, now);
        let shown = Arc::new(Shown(RwLock::new(Arc::new(loaded))));
        Ok(Some(Self { shown, files, seen, told_on: now.date_naive() }))
    }

    /// What the accept loop shakes hands with.
    pub fn acceptor(&self) -> anyhow::Result<TlsAcceptor> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("set up TLS")?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Shown>::clone(&self.shown));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Looks whether the files have changed, and takes what is good; one of our own is renewed before it ends. Answers
    /// whether it took something.
    pub fn look(&mut self, config: &Config, now: DateTime<Utc>) -> bool {
        if let Some(TlsCertificate::SelfSigned { names }) = config.tls.as_ref().map(|tls| &tls.certificate)
            && let Err(error) = self_signed::find_or_make(config, names, now)
        {
            tracing::warn!(error = format!("{error:#}"), "the certificate could not be renewed");
        }
        if self.told_on != now.date_naive() {
            self.told_on = now.date_naive();
            certificate::tell(&self.shown.0.read().unwrap_or_else(PoisonError::into_inner), now);
        }
        let there = self.files.changed_at();
        if there == self.seen {
            return false;
        }
        // Told once for each change, also where it cannot be used: a half-written file is read again when it is whole.
        self.seen = there;
        match certificate::load(&self.files) {
            Ok(loaded) => {
                certificate::tell(&loaded, now);
                *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
                true
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::warn!(error, "the changed certificate cannot be used; the old one is shown on");
                false
            }
        }
    }

    /// Keeps looking until the program stops.
    pub async fn watch(mut self, state: AppState) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = state.stop.cancelled() => return,
            }
            self.look(&state.config, state.clock.now());
        }
    }
}

#[cfg(test)]
mod tests;
