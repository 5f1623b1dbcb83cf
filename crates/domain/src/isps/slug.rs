//! A provider's slug: its name as it stands in addresses.

/// Longer names are cut.
const LONGEST: usize = 60;

/// A name in lower case, with a dash for each run of what is no letter or digit; `None` where nothing is left.
/// Letters of other scripts stay, since a provider's name in its own script must not vanish.
pub fn provider_slug(name: &str) -> Option<String> {
    let mut slug = String::new();
    let mut length = 0;
    for character in name.chars().flat_map(char::to_lowercase) {
        if length >= LONGEST {
            break;
        }
        if character.is_alphanumeric() {
            slug.push(character);
            length += 1;
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
            length += 1;
        }
    }
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("Northnet", Some("northnet"))]
    #[case::words("  North  Net GmbH & Co. KG ", Some("north-net-gmbh-co-kg"))]
    #[case::umlauts("Münet", Some("münet"))]
    #[case::another_script("Ростелеком", Some("ростелеком"))]
    #[case::nothing_left(" -- ", None)]
    #[case::empty("", None)]
    fn slugs(#[case] name: &str, #[case] slug: Option<&str>) {
        assert_eq!(provider_slug(name).as_deref(), slug);
    }

    proptest! {
        #[test]
        fn a_slug_is_short_clean_and_its_own_slug(name in any::<String>()) {
            if let Some(slug) = provider_slug(&name) {
                prop_assert!(slug.chars().count() <= LONGEST);
                prop_assert!(slug.chars().all(|c| c.is_alphanumeric() || c == '-'));
                prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"));
            }
        }
    }
}
