//! Ed25519 signatures of the canary. The key hangs on the server key, so that nothing more is kept.

use anyhow::Context;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::crypto::ServerKey;

/// Signs; the public key beside it, both in hex.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    pub fn new(key: &ServerKey) -> anyhow::Result<Self> {
        let seed = key.sign("canary", b"");
        Ed25519KeyPair::from_seed_unchecked(&seed).map(Self).context("make the canary's key")
    }

    pub fn public_key(&self) -> String {
        hex::encode(self.0.public_key().as_ref())
    }

    pub fn sign(&self, bytes: &[u8]) -> String {
        hex::encode(self.0.sign(bytes).as_ref())
    }
}

/// Whether a signature (hex) of bytes is by that key.
pub fn holds(key: &[u8; 32], bytes: &[u8], signature: &str) -> bool {
    let Ok(signature) = hex::decode(signature) else { return false };
    UnparsedPublicKey::new(&ED25519, key).verify(bytes, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_key_and_bytes_hold() {
        let signer = Signer::new(&ServerKey::from_bytes([7; 32])).unwrap();
        let mut key = [0; 32];
        hex::decode_to_slice(signer.public_key(), &mut key).unwrap();
        let signature = signer.sign(b"bytes");
        assert!(holds(&key, b"bytes", &signature));
        assert!(!holds(&key, b"other", &signature));
        assert!(!holds(&key, b"bytes", &signature[2..]) && !holds(&key, b"bytes", "no hex"));
        let other = Signer::new(&ServerKey::from_bytes([8; 32])).unwrap();
        assert!(!holds(&key, b"bytes", &other.sign(b"bytes")));
    }
}
