//! The server key and what hangs on it: hashes of devices and households, signatures of test tokens.
//!
//! One secret of 32 bytes, made at the first start (`server.key`, mode 0600, in the data folder) or given by
//! `STEADYLINE_SERVER_KEY`. Every use has a label of its own, so that no hash of one kind is ever one of another.
//! Whoever loses the key loses the devices' link to their data; it is never inside a backup.

mod files;
mod rotate;
mod seal;

use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use uuid::Uuid;

pub use rotate::{Row, SEALED, Sealed, rotate};
pub use seal::SealingKey;

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

/// The secrets of this installation.
pub struct ServerKey {
    identity: SecretBox<[u8; 32]>,
    /// Never empty: the first seals, any opens.
    sealing: Vec<SealingKey>,
}

impl ServerKey {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let derived = SealingKey::from_bytes(mac(&bytes, "sealing key", b""));
        Self { identity: SecretBox::new(Box::new(bytes)), sealing: vec![derived] }
    }

    /// A keyed hash for one labelled purpose.
    pub fn sign(&self, label: &str, message: &[u8]) -> [u8; 32] {
        mac(self.identity.expose_secret(), label, message)
    }

    /// Whether `signature` is that of `message`, in constant time.
    pub fn verify(&self, label: &str, message: &[u8], signature: &[u8]) -> bool {
        started(self.identity.expose_secret(), label, message).verify_slice(signature).is_ok()
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

fn started(key: &[u8; 32], label: &str, message: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(label.as_bytes());
    mac.update(&[0]);
    mac.update(message);
    mac
}

fn mac(key: &[u8; 32], label: &str, message: &[u8]) -> [u8; 32] {
    started(key, label, message).finalize().into_bytes().into()
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
}
