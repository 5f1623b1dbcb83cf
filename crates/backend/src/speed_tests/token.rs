//! The signed token of a test: what the server issued cannot be guessed, changed or made up.
//!
//! `base64url(id 16 | issued_at ms 8 | HMAC-SHA256 of both under the server's key, 32)`. It opens the byte paths only
//! while its test lives in memory; for seven days it opens the server's stored log of that test, once.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};

use crate::crypto::ServerKey;

/// A finished run may be handed in this long after its token was issued (measurement.md §1, later delivery).
pub const RESULT_DAYS: i64 = 7;
/// Keeps these signatures apart from all others under the same key.
const PURPOSE: &str = "speed-test-token";

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    pub id: [u8; 16],
    pub issued_at: DateTime<Utc>,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("This is no token of this server.")]
    Forged,
    #[error("This token is too old.")]
    Expired,
}

impl Claims {
    /// The token with these claims.
    pub fn sign(&self, key: &ServerKey) -> String {
        let mut bytes = Vec::with_capacity(56);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&self.issued_at.timestamp_millis().to_be_bytes());
        let tag = key.sign(PURPOSE, &bytes);
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token; compares in constant time.
    pub fn verify(token: &str, key: &ServerKey, now: DateTime<Utc>) -> Result<Self, Refused> {
        // 56 bytes are 75 characters; nothing longer is even decoded.
        if token.len() != 75 {
            return Err(Refused::Forged);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| Refused::Forged)?;
        let (signed, tag) = bytes.split_at_checked(24).ok_or(Refused::Forged)?;
        if !key.verify(PURPOSE, signed, tag) {
            return Err(Refused::Forged);
        }
        let id = signed[..16].try_into().map_err(|_| Refused::Forged)?;
        let millis = i64::from_be_bytes(signed[16..].try_into().map_err(|_| Refused::Forged)?);
        let issued_at = DateTime::from_timestamp_millis(millis).ok_or(Refused::Forged)?;
        if now - issued_at > TimeDelta::days(RESULT_DAYS) {
            return Err(Refused::Expired);
        }
        Ok(Self { id, issued_at })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> ServerKey {
        ServerKey::from_bytes([byte; 32])
    }

    fn claims() -> Claims {
        Claims { id: [3; 16], issued_at: DateTime::from_timestamp_millis(1_700_000_000_123).unwrap() }
    }

    #[test]
    fn what_was_signed_is_read_until_seven_days_later() {
        let token = claims().sign(&key(7));
        let at = |days| claims().issued_at + TimeDelta::days(days);
        assert_eq!(Claims::verify(&token, &key(7), at(7)), Ok(claims()));
        assert_eq!(Claims::verify(&token, &key(7), at(8)), Err(Refused::Expired));
        assert_eq!(Claims::verify(&token, &key(8), at(0)), Err(Refused::Forged));
    }

    proptest! {
        #[test]
        fn a_changed_token_is_refused(at in 0usize..75, with in "[A-Za-z0-9_-]") {
            let token = claims().sign(&key(7));
            let mut changed = token.clone();
            changed.replace_range(at..=at, &with);
            let same = changed == token;
            prop_assert_eq!(Claims::verify(&changed, &key(7), claims().issued_at).is_ok(), same);
        }

        #[test]
        fn anything_else_is_refused(text in "\\PC*") {
            prop_assert!(Claims::verify(&text, &key(7), claims().issued_at).is_err());
        }
    }
}
