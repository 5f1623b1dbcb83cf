//! Secrets at rest: sealed with a key derived from the server's, readable under the same label alone.
//!
//! Form: one byte that names the form and key (1), 12 bytes of nonce, the ciphertext, 16 bytes of tag (AES-256-GCM,
//! NIST SP 800-38D, random nonces: far below its 2^32 messages a key). The label and what the caller binds it to (a
//! row's id) are authenticated, so that a ciphertext moved to another row or column does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use super::ServerKey;

const FORM: u8 = 1;

impl ServerKey {
    /// `plain`, readable again by [`Self::open`] with the same label and row.
    pub fn seal(&self, label: &str, row: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut text = plain.to_vec();
        let nonce = self
            .sealer(label)
            .seal_in_place_append_tag(Aad::from(row), &mut text)
            .expect("a text of a few kilobytes can be sealed");
        [&[FORM], nonce.as_ref().as_slice(), &text].concat()
    }

    /// What was sealed; `None` when it is damaged, another row's, or of another key.
    pub fn open(&self, label: &str, row: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (&[FORM], rest) = sealed.split_first_chunk()? else { return None };
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let plain = self.sealer(label).open_in_place(Nonce::from(nonce), Aad::from(row), &mut text).ok()?;
        Some(plain.to_vec())
    }

    fn sealer(&self, label: &str) -> RandomizedNonceKey {
        let key = self.sign(&format!("seal {label}"), b"");
        RandomizedNonceKey::new(&AES_256_GCM, &key).expect("32 bytes are an AES-256 key")
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
}
