//! What became of a canary's answer. Pure: whether a signature holds comes in as a function.

use super::{CanaryAnswer, CanaryVerdict};

/// The header that bears the signature, in hex.
pub const SIGNATURE_HEADER: &str = "x-canary-signature";
/// What a canary says of caching; it is signed, too, so that nobody may change it unseen.
pub const CACHE_CONTROL: &str = "no-store, no-transform";

/// What a canary signs: the header that a cache obeys, and the body.
pub fn signed_bytes(cache_control: &str, body: &[u8]) -> Vec<u8> {
    [b"steadyline canary 1\n", cache_control.as_bytes(), b"\n", body].concat()
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// No answer, in words.
    Nothing(String),
    /// The other end could not prove by TLS who it is, in words.
    NoTrust(String),
    /// An HTTP answer.
    Reply(Reply),
}

/// An HTTP answer, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// The header `cache-control`.
    pub cache_control: String,
    /// The header of the signature.
    pub signature: Option<String>,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Judges what came for a nonce; `signed` says whether a signature (hex) of bytes is the expected key's.
pub fn judge(nonce: &str, heard: &Heard, signed: impl Fn(&[u8], &str) -> bool) -> (CanaryVerdict, String) {
    use CanaryVerdict::{Cached, Intact, Intercepted, Rewritten, Unreachable};
    let told = |verdict, because: &str| (verdict, because.to_owned());
    let reply = match heard {
        Heard::Nothing(why) => return (Unreachable, why.clone()),
        Heard::NoTrust(why) => return (Intercepted, format!("TLS: {why}")),
        Heard::Reply(reply) => reply,
    };
    let answer: Option<CanaryAnswer> = serde_json::from_slice(&reply.body).ok();
    let signature = reply.signature.as_deref().unwrap_or_default();
    if signed(&signed_bytes(&reply.cache_control, &reply.body), signature) {
        return match answer {
            Some(answer) if answer.nonce == nonce => told(Intact, "its signature holds"),
            // A true answer, but not to this question: somebody kept it.
            _ => told(Cached, "the answer to an earlier question came back"),
        };
    }
    // Of the canary's shape, yet not as it signed it: what is left tells what was done to it.
    match answer {
        Some(_) if signed(&signed_bytes(CACHE_CONTROL, &reply.body), signature) => {
            told(Rewritten, "the header cache-control was changed")
        }
        Some(_) if signature.is_empty() => told(Rewritten, "its signature was taken away"),
        Some(answer) if answer.nonce != nonce => told(Rewritten, "the nonce was changed"),
        Some(_) => told(Rewritten, "its signature does not hold, or is not by the key in canary.key"),
        None if !signature.is_empty() => told(Rewritten, "its body was changed"),
        None => (Intercepted, format!("somebody else answered, with status {}", reply.status)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{super::CanaryVerdict::*, *};

    const NONCE: &str = "0123456789abcdef";

    /// Stands for the signature: it holds where it names the very bytes.
    fn signed(bytes: &[u8], signature: &str) -> bool {
        !signature.is_empty() && signature.as_bytes() == bytes
    }

    fn answer(nonce: &str) -> Reply {
        let body = format!(r#"{{"nonce":"{nonce}","at":"2026-11-23T10:00:00Z","key":"00"}}"#).into_bytes();
        let signature = String::from_utf8(signed_bytes(CACHE_CONTROL, &body)).unwrap();
        Reply { status: 200, cache_control: CACHE_CONTROL.to_owned(), signature: Some(signature), body }
    }

    fn changed(change: impl FnOnce(&mut Reply)) -> Heard {
        let mut reply = answer(NONCE);
        change(&mut reply);
        Heard::Reply(reply)
    }

    fn page(status: u16) -> Heard {
        Heard::Reply(Reply { status, body: b"<html>Please sign in".to_vec(), ..Reply::default() })
    }

    #[rstest]
    #[case::as_it_was_sent(changed(|_| {}), Intact)]
    #[case::no_answer(Heard::Nothing("no answer in time".into()), Unreachable)]
    #[case::a_foreign_certificate(Heard::NoTrust("unknown issuer".into()), Intercepted)]
    #[case::a_captive_portal(page(200), Intercepted)]
    #[case::a_redirect(page(302), Intercepted)]
    #[case::an_error_page(page(511), Intercepted)]
    #[case::kept_by_a_cache(Heard::Reply(answer("fedcba9876543210")), Cached)]
    #[case::body_changed(changed(|reply| reply.body.push(b' ')), Rewritten)]
    #[case::body_replaced(changed(|reply| reply.body = b"<p>advert".to_vec()), Rewritten)]
    #[case::nonce_put_in(changed(|reply| reply.body = answer("fedcba9876543210").body), Rewritten)]
    #[case::signature_taken(changed(|reply| reply.signature = None), Rewritten)]
    #[case::signature_forged(changed(|reply| reply.signature = Some("00".into())), Rewritten)]
    #[case::made_cacheable(changed(|reply| reply.cache_control = "max-age=600".into()), Rewritten)]
    fn verdicts(#[case] heard: Heard, #[case] expected: CanaryVerdict) {
        let (verdict, because) = judge(NONCE, &heard, signed);
        assert_eq!(verdict, expected, "{because}");
        assert!(!because.is_empty());
    }

    #[test]
    fn made_cacheable_is_told_apart() {
        let heard = changed(|reply| reply.cache_control = "public".into());
        assert!(judge(NONCE, &heard, signed).1.contains("cache-control"));
    }
}
