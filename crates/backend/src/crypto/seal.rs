//! Secrets at rest: sealed with the sealing key, readable under the same label and row alone.
//!
//! The sealing key is another one than the server key: hashes of devices and households hang on that one for good,
//! while this one is replaced by `steadyline key rotate` (`rotate`). Until the first time it is derived from the server
//! key; afterwards it is in `sealing.key` beside that, or in `sealing_key`. Of several keys the first seals and any opens.
//!
//! Form: one byte that names the form (1), 4 bytes that name the key, 12 bytes of nonce, the ciphertext, 16 bytes of
//! tag (AES-256-GCM, NIST SP 800-38D, random nonces: far below its 2^32 messages a key). The label keys a subkey and
//! what the caller binds it to (a row's id) is authenticated, so that a ciphertext moved to another row or column does
//! not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use secrecy::{ExposeSecret, SecretBox};

use super::{ServerKey, mac};

const FORM: u8 = 1;
const NAME_LEN: usize = 4;

/// A key that seals and opens.
pub struct SealingKey(SecretBox<[u8; 32]>);

impl SealingKey {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    pub fn random() -> Self {
        Self::from_bytes(rand::random())
    }

    /// For the key file alone.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// What a ciphertext calls it; tells nothing of it.
    fn name(&self) -> [u8; NAME_LEN] {
        let full = mac(self.bytes(), "name of a sealing key", b"");
        [full[0], full[1], full[2], full[3]]
    }

    fn cipher(&self, label: &str) -> RandomizedNonceKey {
        let key = mac(self.bytes(), "seal", label.as_bytes());
        RandomizedNonceKey::new(&AES_256_GCM, &key).expect("32 bytes are an AES-256 key")
    }

    fn seal(&self, label: &str, row: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut text = plain.to_vec();
        let nonce = self
            .cipher(label)
            .seal_in_place_append_tag(Aad::from(row), &mut text)
            .expect("a text of a few kilobytes can be sealed");
        [&[FORM][..], &self.name(), nonce.as_ref(), &text].concat()
    }
}

impl ServerKey {
    /// `plain`, readable again by [`Self::open`] with the same label and row.
    pub fn seal(&self, label: &str, row: &[u8], plain: &[u8]) -> Vec<u8> {
        self.sealing[0].seal(label, row, plain)
    }

    /// What was sealed; `None` when it is damaged, another row's, or of another key.
    pub fn open(&self, label: &str, row: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (&[FORM], rest) = sealed.split_first_chunk()? else { return None };
        let (name, rest) = rest.split_first_chunk::<NAME_LEN>()?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>()?;
        let key = self.sealing.iter().find(|key| key.name() == *name)?;
        let mut text = text.to_vec();
        let plain = key.cipher(label).open_in_place(Nonce::from(nonce), Aad::from(row), &mut text).ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_under_its_own_key_label_and_row_alone() {
        let key = ServerKey::from_bytes([7; 32]);
        let sealed = key.seal("totp", b"1", b"secret");
        assert_eq!(key.open("totp", b"1", &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!(key.open("totp", b"2", &sealed), None);
        assert_eq!(key.open("address", b"1", &sealed), None);
        assert_eq!(ServerKey::from_bytes([8; 32]).open("totp", b"1", &sealed), None);
        assert_ne!(sealed, key.seal("totp", b"1", b"secret"), "each sealing has a nonce of its own");
    }

    #[test]
    fn damage_is_told_and_never_panics() {
        let key = ServerKey::from_bytes([7; 32]);
        let sealed = key.seal("totp", b"1", b"secret");
        for length in 0..sealed.len() {
            assert_eq!(key.open("totp", b"1", &sealed[..length]), None, "{length} bytes");
        }
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert_eq!(key.open("totp", b"1", &bent), None, "byte {at}");
        }
    }

    #[test]
    fn of_several_keys_the_first_seals_and_any_opens() {
        let (mut both, old) = (ServerKey::from_bytes([7; 32]), ServerKey::from_bytes([7; 32]));
        both.sealing.insert(0, SealingKey::random());
        let before = old.seal("totp", b"1", b"secret");
        assert_eq!(both.open("totp", b"1", &before).as_deref(), Some(&b"secret"[..]));
        let after = both.seal("totp", b"1", b"secret");
        assert_eq!(both.open("totp", b"1", &after).as_deref(), Some(&b"secret"[..]));
        assert_eq!(old.open("totp", b"1", &after), None);
        assert!(old.sign("device", b"x") == both.sign("device", b"x"), "hashes hang on the server key alone");
    }
}
