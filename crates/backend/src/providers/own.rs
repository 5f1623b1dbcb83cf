//! The operator's own list: names that residents know, whatever the address is registered as.

use std::{net::IpAddr, path::Path};

use anyhow::{Context, bail};
use domain::providers::{Provider, slug};
use ipnet::IpNet;
use serde::Deserialize;

#[derive(Default)]
pub struct OwnList(Vec<Entry>);

struct Entry {
    provider: Provider,
    asns: Vec<u32>,
    prefixes: Vec<IpNet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<FileEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    name: String,
    slug: Option<String>,
    #[serde(default)]
    eligible: bool,
    #[serde(default)]
    asns: Vec<u32>,
    #[serde(default)]
    prefixes: Vec<IpNet>,
}

impl OwnList {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        Self::parse(&std::fs::read_to_string(path)?)
    }

    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text).context("it is not a list of [[provider]]")?;
        file.provider.into_iter().map(Entry::new).collect::<anyhow::Result<_>>().map(Self)
    }

    /// A prefix is more precise than an AS number, the longest prefix the most.
    pub fn find(&self, address: IpAddr, asn: Option<u32>) -> Option<Provider> {
        let by_prefix = self
            .0
            .iter()
            .flat_map(|entry| entry.prefixes.iter().map(move |prefix| (prefix, entry)))
            .filter(|(prefix, _)| prefix.contains(&address))
            .max_by_key(|(prefix, _)| prefix.prefix_len())
            .map(|(_, entry)| entry);
        let by_asn = || self.0.iter().find(|entry| asn.is_some_and(|asn| entry.asns.contains(&asn)));
        by_prefix.or_else(by_asn).map(|entry| entry.provider.clone())
    }
}

impl Entry {
    fn new(file: FileEntry) -> anyhow::Result<Self> {
        let slug = file.slug.unwrap_or_else(|| slug(&file.name));
        if slug.is_empty() || slug == "unknown" {
            bail!("the provider `{}` needs a slug of its own", file.name);
        }
        if file.asns.is_empty() && file.prefixes.is_empty() {
            bail!("the provider `{}` has neither asns nor prefixes", file.name);
        }
        let asn = (file.asns.len() == 1).then(|| file.asns[0]);
        let provider = Provider { slug, name: file.name, asn, eligible: file.eligible };
        Ok(Self { provider, asns: file.asns, prefixes: file.prefixes })
    }
}
