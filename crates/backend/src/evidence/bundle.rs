//! Packing a bundle while it is read: ZIP with deflate, a hash of each member, the manifest and its signature last.
//!
//! Runs on a blocking thread: what it writes waits for the client, what it reads waits for `gather`.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::PathBuf,
};

use anyhow::Context;
use aws_lc_rs::signature::Ed25519KeyPair;
use bytes::Bytes;
use domain::evidence::{MANIFEST, Manifest, Member, SIGNATURE};
use flate2::{Compression, write::DeflateEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{Receiver, Sender};

/// One member on its way into the bundle.
pub struct Part {
    pub name: String,
    pub content: Content,
}

pub enum Content {
    Bytes(Vec<u8>),
    File(Snapshot),
}

/// A file of ours alone, removed when it is dropped.
pub struct Snapshot(pub PathBuf);

impl Drop for Snapshot {
    fn drop(&mut self) {
        // Not there where taking it failed.
        let _ = fs::remove_file(&self.0);
    }
}

/// So many bytes travel at once.
const PACKET: usize = 64 << 10;

/// The client's end: each write waits until there is room.
struct Client(Sender<io::Result<Bytes>>);

impl Write for Client {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Packs what is gathered for a client. A failure cuts the answer off, so that half a bundle is never taken for one.
pub fn stream(
    mut parts: Receiver<anyhow::Result<Part>>,
    manifest: Manifest,
    signer: &Ed25519KeyPair,
    client: Sender<io::Result<Bytes>>,
) {
    let out = BufWriter::with_capacity(PACKET, Client(client.clone()));
    let all = std::iter::from_fn(|| parts.blocking_recv());
    if let Err(error) = pack(out, all, manifest, signer) {
        tracing::error!(error = format!("{error:#}"), "an evidence bundle was not finished");
        let _ = client.blocking_send(Err(io::Error::other("the bundle was not finished")));
    }
}

/// Packs parts, then the manifest and its signature.
fn pack(
    out: impl Write,
    parts: impl Iterator<Item = anyhow::Result<Part>>,
    mut manifest: Manifest,
    signer: &Ed25519KeyPair,
) -> anyhow::Result<()> {
    let mut zip = ZipArchiveWriter::new(out);
    for part in parts {
        let Part { name, content } = part?;
        let member = match content {
            Content::Bytes(bytes) => add(&mut zip, &name, bytes.as_slice()),
            Content::File(snapshot) => {
                add(&mut zip, &name, File::open(&snapshot.0).context("open the snapshot")?)
            }
        };
        manifest.members.push(member.with_context(|| format!("pack {name}"))?);
    }
    let list = serde_json::to_vec_pretty(&manifest)?;
    add(&mut zip, MANIFEST, list.as_slice())?;
    let signature = hex::encode(signer.sign(&list).as_ref());
    add(&mut zip, SIGNATURE, signature.as_bytes())?;
    zip.finish()?.flush()?;
    Ok(())
}

fn add(zip: &mut ZipArchiveWriter<impl Write>, name: &str, mut content: impl Read) -> anyhow::Result<Member> {
    let (mut entry, config) = zip.new_file(name).compression_method(CompressionMethod::Deflate).start()?;
    let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
    let (mut hash, mut size, mut packet) = (Sha256::new(), 0, vec![0; PACKET]);
    loop {
        let read = content.read(&mut packet)?;
        if read == 0 {
            break;
        }
        hash.update(&packet[..read]);
        writer.write_all(&packet[..read])?;
        size += read as u64;
    }
    let (encoder, output) = writer.finish()?;
    encoder.finish()?;
    entry.finish(output)?;
    Ok(Member { name: name.to_owned(), size, sha256: hex::encode(hash.finalize()) })
}
