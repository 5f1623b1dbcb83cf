//! One-time codes (RFC 6238 over HMAC-SHA-1, which is what every authenticator app takes) and recovery codes.

use chrono::{DateTime, Utc};
use domain::admin::{ALPHABET, RECOVERY_CHARS, totp};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// 160 bits, as RFC 4226 §4 wants them.
pub const SEED_BYTES: usize = 20;
pub const RECOVERY_CODES: usize = 10;

/// The code of a step (RFC 4226 §5.3).
pub fn code(seed: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let word = u32::from_be_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]) & 0x7fff_ffff;
    format!("{:0width$}", word % 10_u32.pow(totp::DIGITS), width = totp::DIGITS as usize)
}

/// The step that a typed code is of, among those that are taken now.
pub fn find_step(seed: &[u8], typed: &str, last_used: Option<i64>, now: DateTime<Utc>) -> Option<i64> {
    let mut found = None;
    for step in totp::taken_steps(now, last_used) {
        if bool::from(code(seed, step).as_bytes().ct_eq(typed.as_bytes())) {
            found = Some(step);
        }
    }
    found
}

/// `otpauth://totp/…`, as authenticator apps read it
/// (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
pub fn uri(issuer: &str, name: &str, seed: &[u8]) -> String {
    let escape =
        |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let issuer = escape(issuer);
    format!(
        "otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}&algorithm=SHA1&digits={}&period={}",
        escape(name),
        base32(seed),
        totp::DIGITS,
        totp::STEP_S
    )
}

/// RFC 4648 §6 without padding; a seed's 160 bits are 32 letters.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for group in bytes.chunks(5) {
        let word = (0..5).fold(0_u64, |word, i| word << 8 | u64::from(group.get(i).copied().unwrap_or(0)));
        let letters = (group.len() * 8).div_ceil(5);
        out.extend((0..letters).map(|i| LETTERS[(word >> (35 - 5 * i)) as usize & 31] as char));
    }
    out
}

/// New recovery codes in their plain form.
pub fn recovery_codes() -> Vec<String> {
    let code = || {
        let bytes: [u8; RECOVERY_CHARS] = rand::random();
        bytes.iter().map(|byte| ALPHABET[usize::from(byte & 31)] as char).collect()
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// RFC 6238, appendix B, its eight digits cut to six (both are the number's last ones).
    #[rstest]
    #[case(59, "287082")]
    #[case(1_111_111_109, "081804")]
    #[case(1_111_111_111, "050471")]
    #[case(1_234_567_890, "005924")]
    #[case(2_000_000_000, "279037")]
    #[case(20_000_000_000, "353130")]
    fn the_rfcs_vectors(#[case] seconds: i64, #[case] expected: &str) {
        let step = totp::step_of(DateTime::from_timestamp(seconds, 0).unwrap());
        assert_eq!(code(b"12345678901234567890", step), expected);
    }

    #[test]
    fn a_code_is_found_in_its_window_once() {
        let (seed, now) = (b"12345678901234567890", DateTime::from_timestamp(59, 0).unwrap());
        for step in [0, 1, 2] {
            assert_eq!(find_step(seed, &code(seed, step), None, now), Some(step));
        }
        assert_eq!(find_step(seed, &code(seed, 3), None, now), None);
        assert_eq!(find_step(seed, &code(seed, 1), Some(1), now), None, "used");
        assert_eq!(find_step(seed, "", None, now), None);
    }

    /// RFC 4648 §10.
    #[rstest]
    #[case("", "")]
    #[case("f", "MY")]
    #[case("fo", "MZXQ")]
    #[case("foo", "MZXW6")]
    #[case("foob", "MZXW6YQ")]
    #[case("fooba", "MZXW6YTB")]
    #[case("foobar", "MZXW6YTBOI")]
    fn base32_as_the_rfc_has_it(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(base32(text.as_bytes()), expected);
    }

    #[test]
    fn the_address_holds_what_apps_need() {
        let uri = uri("Steadyline (my house)", "anna", b"12345678901234567890");
        assert_eq!(
            uri,
            "otpauth://totp/Steadyline%20%28my%20house%29:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Steadyline%20%28my%20house%29&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn recovery_codes_can_be_typed_and_differ() {
        let codes = recovery_codes();
        let different: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), different.len()), (RECOVERY_CODES, RECOVERY_CODES));
        for code in &codes {
            let shown = domain::admin::shown_recovery_code(code);
            assert!(domain::admin::Proof::read(&shown).is_some(), "{shown}");
        }
    }
}
