//! What an operator's account may be called.

/// Lower-case letters, digits, `.`, `_`, `-`; at most 32, the first a letter or digit: it stands in addresses, in log
/// lines and in a shell as it is, and no two names look alike.
pub fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 32
        && text.starts_with(plain)
        && text.chars().all(|c| plain(c) || matches!(c, '.' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("anna", true)]
    #[case("anna.b-2", true)]
    #[case("", false)]
    #[case("Anna", false)]
    #[case("-anna", false)]
    #[case("../anna", false)]
    #[case("anna\n", false)]
    #[case("аnna", false)]
    #[case("a23456789012345678901234567890123", false)]
    fn names(#[case] text: &str, #[case] fine: bool) {
        assert_eq!(is_name(text), fine);
    }
}
