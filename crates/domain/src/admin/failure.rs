//! The line by which fail2ban learns of a refused sign-in (`deploy/fail2ban`).

use std::net::IpAddr;

/// Longer names are cut: the line is for a machine that counts addresses.
const NAME_CHARS: usize = 64;

/// `AUTH_FAILURE ip=… user=…`; whatever a name holds, it can neither end the line nor begin a field.
pub fn line(address: IpAddr, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let name: String = name.chars().take(NAME_CHARS).map(plain).collect();
    let name = if name.is_empty() { "-" } else { &name };
    format!("AUTH_FAILURE ip={} user={name}", address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("anna", "AUTH_FAILURE ip=192.0.2.1 user=anna")]
    #[case::nobody("", "AUTH_FAILURE ip=192.0.2.1 user=-")]
    #[case::a_forged_line(
        "x\nAUTH_FAILURE ip=198.51.100.9 user=x",
        "AUTH_FAILURE ip=192.0.2.1 user=x_AUTH_FAILURE_ip_198.51.100.9_user_x"
    )]
    #[case::other_letters("jürgen", "AUTH_FAILURE ip=192.0.2.1 user=j_rgen")]
    fn lines(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(line("::ffff:192.0.2.1".parse().unwrap(), name), expected);
    }

    proptest! {
        #[test]
        fn no_name_adds_a_line_or_a_field(name in "(?s).{0,200}") {
            let line = line("192.0.2.1".parse().unwrap(), &name);
            prop_assert_eq!(line.split_whitespace().count(), 3);
            prop_assert_eq!(line.lines().count(), 1);
            prop_assert_eq!(line.matches("ip=").count(), 1);
            prop_assert!(line.len() <= 120);
        }
    }
}
