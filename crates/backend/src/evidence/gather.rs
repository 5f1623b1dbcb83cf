//! The parts of a bundle, one after the other, so that none waits in memory for the others.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use domain::{evidence::EvidenceQuery, uplinks::UplinkRange};
use sea_orm::EntityTrait;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Sender;

use super::{
    Journal,
    bundle::{Content, Part, Snapshot},
};
use crate::{
    AppError, AppState, backup,
    db::time::from_ms,
    entities::{server_gap, uplink},
    self_health, uplinks,
};

/// What the program was built from, made by build.rs of Cargo.lock.
const SBOM: &str = include_str!(concat!(env!("OUT_DIR"), "/sbom.cdx.json"));
const README: &str = "\
This is an evidence bundle of a Steadyline server.

manifest.json lists every file with its SHA-256; manifest.sig is the server's Ed25519 signature over manifest.json.
`steadyline evidence verify FILE` checks both. Whose signature it is, the server itself tells at /api/evidence/key.

status     how the server itself was when this was made
journal    the newest lines of its log
trouble    faults of its lines, and when it was away itself
history    its lines, point by point; times are UTC
config     what is set, without secrets
units      its systemd units, without the values of their environment
program    version, parts (CycloneDX), built files with hashes
database   a snapshot, where one was asked for
";

/// Where systemd looks for units.
const UNITS: [&str; 3] = ["/etc/systemd/system", "/lib/systemd/system", "/usr/local/lib/systemd/system"];

/// Sends every part; the first failure is sent too, and ends it.
pub async fn send(state: AppState, query: EvidenceQuery, parts: Sender<anyhow::Result<Part>>) {
    if let Err(error) = send_all(&state, query, &parts).await {
        // The client may be gone already.
        let _ = parts.send(Err(error)).await;
    }
}

async fn send_all(
    state: &AppState,
    query: EvidenceQuery,
    parts: &Sender<anyhow::Result<Part>>,
) -> anyhow::Result<()> {
    let put = async |name: &str, bytes: Vec<u8>| {
        let part = Part { name: name.to_owned(), content: Content::Bytes(bytes) };
        parts.send(Ok(part)).await.context("the client is gone")
    };
    put("README.txt", README.into()).await?;
    let health = self_health::examined(state).await;
    put("status/self_health.json", serde_json::to_vec_pretty(&*health)?).await?;
    put("journal/log.txt", Journal::text().into_bytes()).await?;
    put("config/settings.toml", settings(state).into_bytes()).await?;
    for (name, text) in units() {
        put(&format!("units/{name}"), text.into_bytes()).await?;
    }
    let program =
        json!({ "version": health.version, "commit": health.commit, "instance": state.instance_id });
    put("program/version.json", serde_json::to_vec_pretty(&program)?).await?;
    put("program/sbom.cdx.json", SBOM.into()).await?;
    put("program/assets.csv", assets(state).into_bytes()).await?;
    put("trouble/gaps.csv", gaps(state).await?).await?;
    for row in uplink::Entity::find().all(&state.db.read).await? {
        let name = file_name(&row.name);
        for range in [UplinkRange::Day, UplinkRange::Quarter] {
            let past = uplinks::past(state, &row, range).await.map_err(AppError::into_anyhow)?;
            put(&format!("history/{name}-{}.csv", range.word()), csv(&past.points)?).await?;
            if range == UplinkRange::Quarter {
                put(&format!("trouble/{name}-faults.csv"), csv(&past.faults)?).await?;
            }
        }
    }
    if query.database && state.db.is_sqlite() {
        let content = Content::File(snapshot(state).await?);
        let part = Part { name: "database/steadyline.db".to_owned(), content };
        parts.send(Ok(part)).await.context("the client is gone")?;
    }
    Ok(())
}

/// A copy of the database, gone when its part is.
async fn snapshot(state: &AppState) -> anyhow::Result<Snapshot> {
    let path = state.config.data_dir.join(format!("evidence-{}.db", uuid::Uuid::new_v4()));
    let snapshot = Snapshot(path);
    backup::backup(&state.db, &snapshot.0).await.context("take a snapshot of the database")?;
    Ok(snapshot)
}

fn csv(rows: &[impl serde::Serialize]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    Ok(writer.into_inner()?)
}

async fn gaps(state: &AppState) -> anyhow::Result<Vec<u8>> {
    let rows = server_gap::Entity::find().all(&state.db.read).await?;
    let gap = |row: server_gap::Model| (from_ms(row.started_at), from_ms(row.ended_at), row.cause);
    let rows: Vec<_> = rows.into_iter().map(gap).collect();
    Ok([b"from,to,cause\r\n".to_vec(), csv(&rows)?].concat())
}

/// Every setting as the file would have it; secrets are *** already, and what an address holds of a password goes too.
fn settings(state: &AppState) -> String {
    let mut out = String::from("# Every setting as it was in force.\n");
    for (key, value) in &state.config.texts {
        let _ = writeln!(out, "\"{key}\" = {}", json!(without_password(value)));
    }
    for warning in state.config.warnings() {
        let _ = writeln!(out, "# warning: {warning}");
    }
    out
}

/// `https://user:password@host/` → `https://***@host/`, in each address of a list.
fn without_password(text: &str) -> String {
    let mut parts = text.split("://");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['/', ',', ' ', '?', '#']).unwrap_or(part.len());
        let shown =
            part[..end].rfind('@').map_or_else(|| part.to_owned(), |at| format!("***{}", &part[at..]));
        out.push_str("://");
        out.push_str(&shown);
    }
    out
}

/// This program's units as they are installed, without what their environment is set to.
fn units() -> Vec<(String, String)> {
    let files = UNITS.iter().filter_map(|folder| fs::read_dir(Path::new(folder)).ok()).flatten();
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    paths.filter_map(|path| unit(&path)).collect()
}

fn unit(path: &PathBuf) -> Option<(String, String)> {
    let name = path.file_name()?.to_str()?;
    let ours = name.starts_with("steadyline") && path.extension().is_some_and(|kind| kind == "service");
    let text = fs::read_to_string(path).ok().filter(|_| ours)?;
    Some((file_name(name), without_environment(&text)))
}

fn without_environment(unit: &str) -> String {
    let shown = |line: &str| match line.trim_start().strip_prefix("Environment=") {
        Some(set) => {
            let names = set.split_whitespace().filter_map(|word| word.split_once('='));
            let names: Vec<_> = names.map(|(name, _)| format!("{}=***", name.trim_matches('"'))).collect();
            format!("Environment={}\n", names.join(" "))
        }
        None => format!("{line}\n"),
    };
    unit.lines().map(shown).collect()
}

fn assets(state: &AppState) -> String {
    let mut out = String::from("name,size,sha256\r\n");
    if let Some(assets) = state.evidence.assets.get() {
        assets(&mut |name, bytes| {
            let _ = write!(out, "{name},{},{}\r\n", bytes.len(), hex::encode(Sha256::digest(bytes)));
        });
    }
    out
}

/// A name that is a file's and nothing else.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    name.chars().map(plain).collect::<String>().trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("30", "30")]
    #[case("https://a.example/x@y", "https://a.example/x@y")]
    #[case("https://me:hunter2@a.example/", "https://***@a.example/")]
    #[case("wss://a.example,wss://u:p@ss@b.example", "wss://a.example,wss://***@b.example")]
    fn passwords_in_addresses(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(without_password(text), shown);
    }

    #[test]
    fn environments_in_units() {
        let unit = "[Service]\nExecStart=/x\nEnvironment=\"A_KEY=swordfish\" B=2\n";
        let shown = without_environment(unit);
        assert_eq!(shown, "[Service]\nExecStart=/x\nEnvironment=A_KEY=*** B=***\n");
    }

    #[test]
    fn names_stay_in_their_folder() {
        assert_eq!(file_name("../../etc/eth0"), "_.._etc_eth0");
    }
}
