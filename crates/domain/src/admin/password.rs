//! Which passwords are taken.
//!
//! Length alone, as NIST SP 800-63B-4 §3.1.1.2 wants it (no rules of composition, no expiry, at least 64 characters
//! possible), and not the account's own name. 12 and 128 characters: OWASP ASVS 4.0.3, V2.1.1 and V2.1.2.

const FEWEST: usize = 12;
/// Longer ones are refused before they are hashed.
pub const MOST: usize = 128;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    #[error("it is shorter than {FEWEST} characters; four words make a good one")]
    Short,
    #[error("it is longer than {MOST} characters")]
    Long,
    #[error("it is the name, or one character again and again")]
    Obvious,
}

/// Whether a password may protect the account of that name.
pub fn check_password(password: &str, name: &str) -> Result<(), PasswordFault> {
    let length = password.chars().count();
    if length < FEWEST {
        return Err(PasswordFault::Short);
    }
    if length > MOST {
        return Err(PasswordFault::Long);
    }
    let mut letters: Vec<char> = password.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    // The name, once or over and over.
    let lower = password.to_lowercase();
    let is_name = !name.is_empty() && lower.replace(name, "").is_empty();
    if letters.len() < 3 || is_name { Err(PasswordFault::Obvious) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::four_words("correct horse battery staple", Ok(()))]
    #[case::no_rules_of_composition("aaaabbbbcccc", Ok(()))]
    #[case::other_letters("übergrößenträger", Ok(()))]
    #[case::short("Tr0ub4dor&3", Err(PasswordFault::Short))]
    #[case::one_letter("aaaaaaaaaaaaaaaa", Err(PasswordFault::Obvious))]
    #[case::two_letters("abababababababab", Err(PasswordFault::Obvious))]
    #[case::its_name("annaannaAnna", Err(PasswordFault::Obvious))]
    fn passwords(#[case] password: &str, #[case] expected: Result<(), PasswordFault>) {
        assert_eq!(check_password(password, "anna"), expected);
    }

    #[test]
    fn long_ones_are_refused_before_they_are_hashed() {
        assert_eq!(check_password(&"abc".repeat(42), "anna"), Ok(()));
        assert_eq!(check_password(&"abc".repeat(43), "anna"), Err(PasswordFault::Long));
    }
}
