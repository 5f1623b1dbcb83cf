//! A certificate of our own for a LAN: made once, kept in the data folder, renewed before it ends.
//!
//! It is one certificate and no authority: whoever trusts it by hand trusts this server alone.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::Context;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::{
    Files,
    certificate::{load, until},
};
use crate::config::Config;

/// As long as public ones may last (398 days, CA/Browser Forum 6.3.2 until 2026), for which every browser is made.
const LASTS: TimeDelta = TimeDelta::days(397);
const RENEWED_BEFORE: TimeDelta = TimeDelta::days(30);

pub(super) fn find_or_make(config: &Config, names: &[String], now: DateTime<Utc>) -> anyhow::Result<Files> {
    let folder = config.data_dir.join("tls");
    let files = Files { certificate: folder.join("self-signed.pem"), key: folder.join("self-signed.key") };
    let ends = CertificateDer::from_pem_file(&files.certificate).ok().and_then(|leaf| until(&leaf));
    // A damaged pair is made anew, too: nobody has it but this server.
    if ends.is_some_and(|ends| ends - RENEWED_BEFORE > now) && load(&files).is_ok() {
        return Ok(files);
    }
    fs::create_dir_all(&folder).with_context(|| {
        format!("{} cannot be made; give this user the right to write there (data_dir)", folder.display())
    })?;
    let (certificate, key) = make(names, now).context("make a certificate (tls.names)")?;
    // The key first: a certificate without its key would be shown to nobody.
    put(&files.key, &key)?;
    put(&files.certificate, &certificate)?;
    Ok(files)
}

fn make(names: &[String], now: DateTime<Utc>) -> anyhow::Result<(String, String)> {
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    let mut all: Vec<String> = host.into_iter().filter(|name| !name.is_empty()).collect();
    all.extend(["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]);
    all.extend(probe::resolve::own_addresses().iter().map(ToString::to_string));
    all.extend(names.iter().cloned());
    all.sort();
    all.dedup();
    let mut params = CertificateParams::new(all)?;
    params.distinguished_name.push(DnType::CommonName, "Steadyline");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let day = |at: DateTime<Utc>| date_time_ymd(at.year(), at.month() as u8, at.day() as u8);
    (params.not_before, params.not_after) = (day(now - TimeDelta::days(1)), day(now + LASTS));
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Whole or not at all, and for nobody else's eyes.
fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    let fresh = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().with_context(|| {
        format!("{} cannot be written; give this user the right to (data_dir)", path.display())
    })
}
