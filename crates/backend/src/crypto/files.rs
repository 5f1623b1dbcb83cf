//! Where keys are kept: `server.key` and, after the first rotation, `sealing.key`, in the data folder, mode 0600.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use secrecy::ExposeSecret;

use super::{SealingKey, ServerKey};
use crate::config::Config;

impl ServerKey {
    /// The configured keys, else those in the data folder, made when there is none yet.
    pub fn load(config: &Config) -> anyhow::Result<Self> {
        let key = match &config.server_key {
            Some(key) => parse(key.expose_secret()).context("read server_key (STEADYLINE_SERVER_KEY)")?,
            None => load_or_make(&config.data_dir.join("server.key"))?,
        };
        let mut key = Self::from_bytes(key);
        if let Some(configured) = &config.sealing_key {
            let keys = configured.expose_secret().split(',').map(|key| parse(key.trim()));
            key.sealing = sealing(keys).context("read sealing_key (STEADYLINE_SEALING_KEY)")?;
        } else if let Some(text) = read(&sealing_file(config))? {
            let keys = text.lines().map(parse);
            key.sealing = sealing(keys).context("The sealing key is damaged; put its backup back")?;
        }
        Ok(key)
    }
}

fn sealing(keys: impl Iterator<Item = anyhow::Result<[u8; 32]>>) -> anyhow::Result<Vec<SealingKey>> {
    let keys: Vec<_> = keys.map(|key| key.map(SealingKey::from_bytes)).collect::<anyhow::Result<_>>()?;
    ensure!(!keys.is_empty(), "there is no key in it");
    Ok(keys)
}

fn sealing_file(config: &Config) -> PathBuf {
    config.data_dir.join("sealing.key")
}

/// Writes the sealing keys, the one that seals first; the file is the old one or the new one at every moment.
pub(super) fn save_sealing(config: &Config, keys: &[SealingKey]) -> anyhow::Result<()> {
    let (path, fresh) = (sealing_file(config), config.data_dir.join("sealing.key.new"));
    let lines: Vec<_> = keys.iter().map(|key| hex::encode(key.bytes()) + "\n").collect();
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(lines.concat().as_bytes()).context("write the sealing key")?;
    file.sync_all().context("write the sealing key to disk")?;
    std::fs::rename(&fresh, &path).context("put the sealing key in place")?;
    std::fs::File::open(&config.data_dir)?.sync_all().context("write the data folder to disk")
}

/// A key's file, unless there is none.
fn read(path: &Path) -> anyhow::Result<Option<String>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e).with_context(|| format!("read the key {}", path.display())),
    };
    let mode = std::fs::metadata(path).context("look at the key's file")?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("The key {0} is readable by others; run `chmod 600 {0}`.", path.display());
    }
    Ok(Some(text))
}

fn load_or_make(path: &Path) -> anyhow::Result<[u8; 32]> {
    match read(path)? {
        Some(text) => parse(text.trim())
            .with_context(|| format!("The server key {} is damaged; put its backup back.", path.display())),
        None => make(path),
    }
}

fn make(path: &Path) -> anyhow::Result<[u8; 32]> {
    let bytes: [u8; 32] = rand::random();
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match made {
        Ok(file) => file,
        // Another instance on the same folder was faster.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return load_or_make(path),
        Err(e) => return Err(e).with_context(|| format!("write the server key {}", path.display())),
    };
    file.write_all(hex::encode(bytes).as_bytes()).context("write the server key")?;
    file.sync_all().context("write the server key to disk")?;
    Ok(bytes)
}

fn parse(text: &str) -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).context("a key is 64 hex digits")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.key");
        let made = load_or_make(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load_or_make(&path).unwrap(), made);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = load_or_make(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }

    #[test]
    fn sealing_keys_come_from_the_setting_else_the_file_else_the_server_key() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let derived = ServerKey::load(&config).unwrap().seal("x", b"1", b"secret");
        let kept = SealingKey::random();
        save_sealing(&config, std::slice::from_ref(&kept)).unwrap();
        let of_file = ServerKey::load(&config).unwrap();
        assert_eq!(of_file.open("x", b"1", &derived), None);
        let sealed = of_file.seal("x", b"1", b"secret");
        config.sealing_key = Some(format!("{},{}", "ab".repeat(32), hex::encode(kept.bytes())).into());
        assert!(ServerKey::load(&config).unwrap().open("x", b"1", &sealed).is_some());
        config.sealing_key = Some("ab".repeat(32).into());
        assert_eq!(ServerKey::load(&config).unwrap().open("x", b"1", &sealed), None);
    }
}
