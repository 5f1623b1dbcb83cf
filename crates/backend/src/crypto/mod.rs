//! The server key and what hangs on it: hashes of devices and households, signatures of test tokens.
//!
//! One secret of 32 bytes, made at the first start (`server.key`, mode 0600, in the data folder) or given by
//! `STEADYLINE_SERVER_KEY`. Every use has a label of its own, so that no hash of one kind is ever one of another.
//! Whoever loses the key loses the devices' link to their data; it is never inside a backup.

mod seal;

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    net::IpAddr,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use anyhow::{Context, bail};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use uuid::Uuid;

use crate::config::Config;

/// The keyed hash of a device id: all that is ever stored of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceHash(pub [u8; 32]);

/// The keyed hash of a household's network: the participant of k-anonymity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HouseholdHash(pub [u8; 16]);

impl std::fmt::Debug for DeviceHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceHash(***)")
    }
}

impl std::fmt::Debug for HouseholdHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HouseholdHash(***)")
    }
}

/// The secret of this installation.
pub struct ServerKey(SecretBox<[u8; 32]>);

impl ServerKey {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// The configured key, else the one in the data folder, made when there is none yet.
    pub fn load(config: &Config) -> anyhow::Result<Self> {
        match &config.server_key {
            Some(key) => Self::parse(key.expose_secret()).context("read server_key (STEADYLINE_SERVER_KEY)"),
            None => Self::load_file(&config.data_dir.join("server.key")),
        }
    }

    fn load_file(path: &Path) -> anyhow::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let mode =
                    std::fs::metadata(path).context("look at the server key's file")?.permissions().mode();
                if mode & 0o077 != 0 {
                    bail!("The server key {0} is readable by others; run `chmod 600 {0}`.", path.display());
                }
                Self::parse(text.trim()).with_context(|| {
                    format!("The server key {} is damaged; put its backup back.", path.display())
                })
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Self::make_file(path),
            Err(e) => Err(e).with_context(|| format!("read the server key {}", path.display())),
        }
    }

    fn make_file(path: &Path) -> anyhow::Result<Self> {
        let bytes: [u8; 32] = rand::random();
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = match made {
            Ok(file) => file,
            // Another instance on the same folder was faster.
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Self::load_file(path),
            Err(e) => return Err(e).with_context(|| format!("write the server key {}", path.display())),
        };
        file.write_all(hex::encode(bytes).as_bytes()).context("write the server key")?;
        file.sync_all().context("write the server key to disk")?;
        Ok(Self::from_bytes(bytes))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).context("a key is 64 hex digits")?;
        Ok(Self::from_bytes(bytes))
    }

    fn mac(&self, label: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes a key of any length");
        mac.update(label.as_bytes());
        mac.update(&[0]);
        mac
    }

    /// A keyed hash for one labelled purpose.
    pub fn sign(&self, label: &str, message: &[u8]) -> [u8; 32] {
        let mut mac = self.mac(label);
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Whether `signature` is that of `message`, in constant time.
    pub fn verify(&self, label: &str, message: &[u8], signature: &[u8]) -> bool {
        let mut mac = self.mac(label);
        mac.update(message);
        mac.verify_slice(signature).is_ok()
    }

    pub fn device(&self, id: Uuid) -> DeviceHash {
        DeviceHash(self.sign("device", id.as_bytes()))
    }

    pub fn household(&self, address: IpAddr) -> HouseholdHash {
        let full = self.sign("household", &household_network(address));
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        HouseholdHash(short)
    }
}

/// The network that stands for one household: a whole IPv4 address, an IPv6 /56 (what providers delegate to one
/// line: RIPE-690 §4.2).
fn household_network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets()[..7].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one_ipv4_is_one_household("192.0.2.1", "192.0.2.1", true)]
    #[case::the_neighbour_is_another("192.0.2.1", "192.0.2.2", false)]
    #[case::mapped_addresses_are_ipv4("::ffff:192.0.2.1", "192.0.2.1", true)]
    #[case::a_56_is_one_household("2001:db8:0:aa00::1", "2001:db8:0:aaff::9", true)]
    #[case::the_next_56_is_another("2001:db8:0:aa00::1", "2001:db8:0:ab00::1", false)]
    fn households(#[case] a: IpAddr, #[case] b: IpAddr, #[case] same: bool) {
        let key = ServerKey::from_bytes([7; 32]);
        assert_eq!(key.household(a) == key.household(b), same);
    }

    #[test]
    fn labels_keep_purposes_apart() {
        let key = ServerKey::from_bytes([7; 32]);
        assert_ne!(key.sign("a", b"x"), key.sign("b", b"x"));
        assert!(key.verify("a", b"x", &key.sign("a", b"x")));
        assert!(!key.verify("b", b"x", &key.sign("a", b"x")));
    }

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.key");
        let made = ServerKey::load_file(&path).unwrap().sign("x", b"");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(ServerKey::load_file(&path).unwrap().sign("x", b""), made);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = ServerKey::load_file(&path).err().unwrap().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }
}
