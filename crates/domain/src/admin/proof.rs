//! The second proof as it is typed: six digits of the app, or one of the recovery codes.

/// Crockford's base 32: nothing in it is mistaken for something else when read aloud or typed.
pub const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 80 bits: nobody guesses it, so that a plain keyed hash keeps it.
pub const RECOVERY_CHARS: usize = 16;

/// What was typed into the field of the code.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// Six digits.
    Totp(String),
    /// A recovery code in its plain form.
    Recovery(String),
}

impl Proof {
    /// Blanks and hyphens do not matter, nor does case, nor the letters that look like digits.
    pub fn read(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if plain.len() == super::totp::DIGITS as usize && plain.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::Totp(plain));
        }
        let plain = plain.to_ascii_uppercase().replace('O', "0").replace(['I', 'L'], "1");
        let fits = plain.len() == RECOVERY_CHARS && plain.bytes().all(|b| ALPHABET.contains(&b));
        fits.then_some(Self::Recovery(plain))
    }
}

/// A recovery code as it is shown: in groups of four.
pub fn shown_recovery_code(plain: &str) -> String {
    let letters: Vec<char> = plain.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::digits("123456", Some(("totp", "123456")))]
    #[case::as_apps_show_them(" 123 456 ", Some(("totp", "123456")))]
    #[case::recovery("abcd-efgh-jkmn-pqrs", Some(("recovery", "ABCDEFGHJKMNPQRS")))]
    #[case::misread("ABCD-EFGH-JKMN-OIL9", Some(("recovery", "ABCDEFGHJKMN0119")))]
    #[case::too_few("12345", None)]
    #[case::too_many("1234567", None)]
    #[case::other_digits("١٢٣٤٥٦", None)]
    #[case::letters_that_are_none_of_it("ABCD-EFGH-JKMN-PQRU", None)]
    #[case::nothing("", None)]
    fn proofs(#[case] text: &str, #[case] expected: Option<(&str, &str)>) {
        let read = Proof::read(text).map(|proof| match proof {
            Proof::Totp(code) => ("totp", code),
            Proof::Recovery(code) => ("recovery", code),
        });
        assert_eq!(read.as_ref().map(|(kind, code)| (*kind, code.as_str())), expected);
    }

    #[test]
    fn what_is_shown_can_be_typed() {
        let shown = shown_recovery_code("ABCDEFGHJKMNPQRS");
        assert_eq!(shown, "ABCD-EFGH-JKMN-PQRS");
        assert!(Proof::read(&shown) == Some(Proof::Recovery("ABCDEFGHJKMNPQRS".to_owned())));
    }
}
