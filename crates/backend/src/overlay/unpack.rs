//! From a ZIP in memory to members, each byte counted while it is unpacked.

use std::io::Read;

use domain::{
    ApiError,
    overlay::{Kind, MOST_MEMBERS, MOST_RATIO, MOST_UNPACKED, RATIO_FROM, kind, refuse},
};
use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive, ZipVerification};

use super::{Member, Members};
use crate::providers;

type Zip<'a> = ZipSliceArchive<&'a [u8]>;

/// What `fields` of an error calls the ZIP itself.
const WHOLE: &str = "overlay";
const DAMAGED: &str = "it is damaged; pack it again";
/// As much of a hostile name as is told.
const TOLD: usize = 120;
/// The record of a member (APPNOTE 4.3.12): its signature, and where its flags are, of which the first says "encrypted".
const RECORD: &[u8] = b"PK\x01\x02";
const FLAGS_AT: usize = 8;
const ENCRYPTED: u8 = 1;
/// The kind of file in a mode (stat(2)), and a plain one.
const FILE_KIND: u32 = 0o170_000;
const PLAIN_FILE: u32 = 0o100_000;

/// Every member, or why which one is refused.
pub fn unpack(bytes: &[u8]) -> Result<Members, ApiError> {
    let damaged = |_| ApiError::invalid(WHOLE, "it is no whole ZIP file; pack it again");
    let zip = ZipArchive::from_slice(bytes).map_err(damaged)?;
    let mut members = Members::new();
    let mut left = MOST_UNPACKED;
    for entry in zip.entries() {
        let entry = entry.map_err(damaged)?;
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        let refused = |why: String| ApiError::invalid(&name.chars().take(TOLD).collect::<String>(), why);
        let kind = kind(&name).map_err(|why| refused(why.to_owned()))?;
        if let Some(other) = members.get(&kind) {
            let why = format!("{} is the same thing and is in the ZIP too; keep one", other.name);
            return Err(refused(why));
        }
        if members.len() == MOST_MEMBERS {
            return Err(refused(format!("there are more than {MOST_MEMBERS} files; leave some out")));
        }
        let content = content(&zip, &entry, left).map_err(refused)?;
        check(&kind, &name, &content).map_err(refused)?;
        left -= content.len() as u64;
        let member = Member::new(&kind, name.clone(), content);
        members.insert(kind, member);
    }
    if members.is_empty() {
        return Err(ApiError::invalid(WHOLE, "it holds no file; pack app/logo.svg and the like"));
    }
    Ok(members)
}

fn content(zip: &Zip<'_>, entry: &ZipFileHeaderRecord<'_>, left: u64) -> Result<Vec<u8>, String> {
    let mode = entry.mode().value() & FILE_KIND;
    if mode != PLAIN_FILE {
        return Err("it is a link, a folder or a device; pack the file itself".to_owned());
    }
    if is_encrypted(zip.as_bytes(), entry)? {
        return Err("it is encrypted; pack it without a password".to_owned());
    }
    let found = zip.get_entry(entry.wayfinder()).map_err(|_| DAMAGED)?;
    let packed = found.data();
    let content = match entry.compression_method() {
        CompressionMethod::Store => counted(packed, left, packed.len()),
        CompressionMethod::Deflate => counted(DeflateDecoder::new(packed), left, packed.len()),
        _ => return Err("it is packed in a way that is not taken; pack it with deflate".to_owned()),
    }?;
    let sum = ZipVerification { crc: rawzip::crc32(&content), uncompressed_size: content.len() as u64 };
    found.claim_verifier().valid(sum).map_err(|_| DAMAGED)?;
    Ok(content)
}

fn is_encrypted(bytes: &[u8], entry: &ZipFileHeaderRecord<'_>) -> Result<bool, &'static str> {
    let at = usize::try_from(entry.central_directory_offset()).map_err(|_| DAMAGED)?;
    let record = bytes.get(at..).filter(|record| record.starts_with(RECORD)).ok_or(DAMAGED)?;
    Ok(record.get(FLAGS_AT).ok_or(DAMAGED)? & ENCRYPTED != 0)
}

/// Reads to the end, or to where it is too much: too large, or out of proportion to what was sent.
fn counted(reader: impl Read, left: u64, packed: usize) -> Result<Vec<u8>, String> {
    let proportion = (packed as u64).saturating_mul(MOST_RATIO).max(RATIO_FROM);
    let end = left.min(proportion);
    let mut content = Vec::new();
    reader.take(end + 1).read_to_end(&mut content).map_err(|_| DAMAGED)?;
    if content.len() as u64 <= end {
        return Ok(content);
    }
    Err(if proportion < left {
        format!("it unpacks to more than {MOST_RATIO} times its size; store it without compression")
    } else {
        let most = MOST_UNPACKED >> 20;
        format!("all files together have more than {most} MiB; make them smaller")
    })
}

fn check(kind: &Kind, name: &str, content: &[u8]) -> Result<(), String> {
    if let Some(why) = refuse(name, content) {
        return Err(why.to_owned());
    }
    if *kind == Kind::Isps {
        let text = String::from_utf8_lossy(content);
        providers::check(&text).map_err(|why| format!("{why:#}; mend the list"))?;
    }
    Ok(())
}
