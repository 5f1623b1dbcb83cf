//! `steadyline providers update`: fetches the range table from the configured URL.

use std::time::Duration;

use anyhow::{Context, bail};
use futures::StreamExt;

use super::table::Table;
use crate::config::Config;

/// The whole internet's table has 35 MB unpacked (iptoasn, 2025); a MMDB of networks less.
pub const MAX_BYTES: u64 = 256 << 20;
const TIMEOUT: Duration = Duration::from_mins(2);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Fetches, checks, then replaces the table in one step. Returns its size in bytes.
pub async fn update(config: &Config) -> anyhow::Result<u64> {
    let (Some(url), Some(table)) = (&config.providers.url, &config.providers.table) else {
        bail!(
            "Set providers.url (where to fetch) and providers.table (where to put it), then run this again"
        );
    };
    let bytes = fetch(url).await.with_context(|| format!("The table could not be fetched from {url}"))?;
    let extension = table.extension().and_then(|extension| extension.to_str()).unwrap_or("tsv");
    let beside = table.with_extension(format!("fetched.{extension}"));
    std::fs::write(&beside, &bytes).context("write the fetched table")?;
    if let Err(error) = Table::read(&beside) {
        let _ = std::fs::remove_file(&beside);
        return Err(error.context(format!("What was fetched from {url} is no table of providers")));
    }
    std::fs::rename(&beside, table).with_context(|| format!("put the table to {}", table.display()))?;
    Ok(bytes.len() as u64)
}

async fn fetch(url: &str) -> anyhow::Result<Vec<u8>> {
    let client = reqwest::Client::builder().timeout(TIMEOUT).connect_timeout(CONNECT_TIMEOUT).build()?;
    let response = client.get(url).send().await?.error_for_status()?;
    let mut body = response.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(part) = body.next().await {
        bytes.extend_from_slice(&part?);
        if bytes.len() as u64 > MAX_BYTES {
            bail!("it is larger than {} MiB", MAX_BYTES >> 20);
        }
    }
    Ok(bytes)
}
