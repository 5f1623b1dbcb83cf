//! The table of address ranges: TSV as iptoasn publishes it (also gzipped), or MMDB.

use std::{io::Read, net::IpAddr, path::Path};

use anyhow::Context;
use maxminddb::geoip2;

/// What a table says of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    pub asn: u32,
    pub name: String,
}

/// A range table in memory, or a file that is looked into.
#[derive(Default)]
pub enum Table {
    #[default]
    Empty,
    Ranges(Ranges),
    Mmdb(maxminddb::Reader<Vec<u8>>),
}

/// Ranges that do not overlap, sorted by their start; IPv4 in its IPv6-mapped form.
#[derive(Default)]
pub struct Ranges {
    ranges: Vec<(u128, u128, u32)>,
    networks: Vec<Network>,
}

impl Table {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        if path.extension().is_some_and(|extension| extension == "mmdb") {
            return Ok(Self::Mmdb(maxminddb::Reader::open_readfile(path).context("open the MMDB file")?));
        }
        Self::parse(&std::fs::read(path)?)
    }

    /// Reads TSV: start, end, AS number, country, description.
    pub fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let mut text = String::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let unpacked = flate2::read::GzDecoder::new(bytes).take(super::update::MAX_BYTES);
            std::io::BufReader::new(unpacked).read_to_string(&mut text).context("unpack the table")?;
        } else {
            std::str::from_utf8(bytes).context("the table is not UTF-8 text")?.clone_into(&mut text);
        }
        Ok(Self::Ranges(Ranges::parse(&text)?))
    }

    pub fn find(&self, address: IpAddr) -> Option<Network> {
        match self {
            Self::Empty => None,
            Self::Ranges(ranges) => ranges.find(address),
            Self::Mmdb(reader) => {
                let found = reader.lookup(address).ok()?.decode::<geoip2::Asn>().ok()??;
                let name = found.autonomous_system_organization.unwrap_or_default().to_owned();
                Some(Network { asn: found.autonomous_system_number?, name })
            }
        }
    }
}

impl Ranges {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut known = std::collections::HashMap::new();
        let mut out = Self::default();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (start, end, asn, name) = fields(line)
                .with_context(|| format!("line {} is not start, end, AS, country, name", number + 1))?;
            // 0 is what the publisher writes for "not routed".
            if asn == 0 {
                continue;
            }
            let index = *known.entry((asn, name)).or_insert_with(|| {
                out.networks.push(Network { asn, name: name.to_owned() });
                out.networks.len() as u32 - 1
            });
            out.ranges.push((start, end, index));
        }
        out.ranges.sort_unstable();
        Ok(out)
    }

    fn find(&self, address: IpAddr) -> Option<Network> {
        let wanted = number(address);
        let after = self.ranges.partition_point(|(start, ..)| *start <= wanted);
        let (_, end, index) = self.ranges[..after].last()?;
        (*end >= wanted).then(|| self.networks[*index as usize].clone())
    }
}

fn fields(line: &str) -> Option<(u128, u128, u32, &str)> {
    let mut columns = line.split('\t');
    let start = number(columns.next()?.trim().parse().ok()?);
    let end = number(columns.next()?.trim().parse().ok()?);
    let asn = columns.next()?.trim().parse().ok()?;
    let name = columns.nth(1).unwrap_or_default().trim();
    (start <= end).then_some((start, end, asn, name))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
    .to_bits()
}
