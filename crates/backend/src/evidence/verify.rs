//! Checking a bundle: every member is what the manifest says, none is missing or added, and the manifest is signed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Read},
    path::Path,
};

use anyhow::{Context, bail, ensure};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use domain::evidence::{ALGORITHM, MANIFEST, Manifest, SIGNATURE};
use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder};
use sha2::{Digest, Sha256};

/// Larger than any manifest of ours.
const MOST_MANIFEST: u64 = 1 << 20;

type Found = BTreeMap<String, (ZipArchiveEntryWayfinder, CompressionMethod)>;

/// Checks a bundle and answers its manifest; with a key, that it is signed by that one.
pub fn verify(path: &Path, key: Option<&str>) -> anyhow::Result<Manifest> {
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_file(file, &mut buffer).context("It is no whole ZIP file")?;
    let members = list(&archive, &mut buffer)?;
    let list = small(&archive, &members, MANIFEST)?;
    let signature = small(&archive, &members, SIGNATURE)?;
    let manifest: Manifest = serde_json::from_slice(&list).context("Its manifest cannot be read")?;
    ensure!(
        manifest.key.algorithm == ALGORITHM,
        "It is signed by {}, not {ALGORITHM}",
        manifest.key.algorithm
    );
    if let Some(key) = key {
        ensure!(
            key.eq_ignore_ascii_case(&manifest.key.public_key),
            "It is signed by another key: {}",
            manifest.key.public_key
        );
    }
    let public = hex::decode(&manifest.key.public_key).context("Its key is no key")?;
    let signature = hex::decode(signature.trim_ascii()).context("Its signature is no signature")?;
    let signed = UnparsedPublicKey::new(&ED25519, public).verify(&list, &signature);
    ensure!(signed.is_ok(), "The manifest was changed after it was signed");
    let mut unnamed: BTreeSet<&str> = members.keys().map(String::as_str).collect();
    unnamed.remove(MANIFEST);
    unnamed.remove(SIGNATURE);
    for member in &manifest.members {
        ensure!(unnamed.remove(member.name.as_str()), "{} is missing", member.name);
        let (size, sha256) = digest(&archive, &members, &member.name)?;
        let same = (size, &sha256) == (member.size, &member.sha256);
        ensure!(same, "{} was changed after it was signed", member.name);
    }
    ensure!(unnamed.is_empty(), "It holds more than was signed: {unnamed:?}");
    Ok(manifest)
}

fn list(archive: &ZipArchive<rawzip::FileReader>, buffer: &mut [u8]) -> anyhow::Result<Found> {
    let mut found = Found::new();
    let mut entries = archive.entries(buffer);
    while let Some(entry) = entries.next_entry().context("Its list of files is damaged")? {
        let name =
            std::str::from_utf8(entry.file_path().as_ref()).context("A name in it is no text")?.to_owned();
        let place = (entry.wayfinder(), entry.compression_method());
        ensure!(found.insert(name.clone(), place).is_none(), "{name} is in it twice");
    }
    Ok(found)
}

/// Hands a member's bytes on.
fn read<T>(
    archive: &ZipArchive<rawzip::FileReader>,
    members: &Found,
    name: &str,
    act: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> anyhow::Result<T> {
    let (place, method) = members.get(name).with_context(|| format!("{name} is missing"))?;
    let entry = archive.get_entry(*place).with_context(|| format!("{name} is damaged"))?;
    let done = match *method {
        CompressionMethod::Store => act(&mut entry.reader()),
        CompressionMethod::Deflate => act(&mut DeflateDecoder::new(entry.reader())),
        other => bail!("{name} is packed in a way that is not ours: {other:?}"),
    };
    done.with_context(|| format!("{name} is damaged"))
}

fn small(archive: &ZipArchive<rawzip::FileReader>, members: &Found, name: &str) -> anyhow::Result<Vec<u8>> {
    let bytes = read(archive, members, name, |reader| {
        let mut bytes = Vec::new();
        reader.take(MOST_MANIFEST + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    })?;
    ensure!(bytes.len() as u64 <= MOST_MANIFEST, "{name} is too large");
    Ok(bytes)
}

fn digest(
    archive: &ZipArchive<rawzip::FileReader>,
    members: &Found,
    name: &str,
) -> anyhow::Result<(u64, String)> {
    read(archive, members, name, |reader| {
        let (mut hash, mut size, mut packet) = (Sha256::new(), 0, vec![0; 64 << 10]);
        loop {
            let read = reader.read(&mut packet)?;
            if read == 0 {
                return Ok((size, hex::encode(hash.finalize())));
            }
            hash.update(&packet[..read]);
            size += read as u64;
        }
    })
}
