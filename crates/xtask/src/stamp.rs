//! Skipping what is done: a stamp holds the hash of a step's inputs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::paths;

/// Hash of some bytes, as long as a file name wants it.
pub fn short(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..8])
}

/// Hash over files and folders: names and contents.
pub fn of_files(inputs: &[PathBuf]) -> anyhow::Result<String> {
    let mut hasher = Sha256::new();
    for file in list(inputs)? {
        hasher.update(file.to_string_lossy().as_bytes());
        hasher.update([0]);
        hasher.update(Sha256::digest(fs::read(&file).with_context(|| format!("read {}", file.display()))?));
    }
    Ok(hex::encode(&hasher.finalize()[..8]))
}

/// All files below, sorted; what does not exist counts as empty.
pub fn list(inputs: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = inputs.to_vec();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path).with_context(|| format!("read {}", path.display()))? {
                open.push(entry?.path());
            }
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether the step was done with these inputs.
pub fn is(name: &str, hash: &str) -> bool {
    fs::read_to_string(path(name)).is_ok_and(|old| old == hash)
}

/// Notes that it was.
pub fn set(name: &str, hash: &str) -> anyhow::Result<()> {
    write(&path(name), hash.as_bytes())
}

/// Writes a file and the folders above it.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}

fn path(name: &str) -> PathBuf {
    paths::scratch().join("stamps").join(name)
}
