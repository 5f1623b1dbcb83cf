//! Who may join: an address of the public internet that is the household's own, of a provider that is known.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::wire::ProviderChoice;
use crate::{providers::Provider, public_target::not_public};

/// Why somebody may not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = JoinRefusal))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The address is not of the public internet: nobody could ask it from here.
    NotPublic,
    /// The address is a proxy's: it says nothing of the line behind.
    Proxy,
    /// The provider is not known, and the operator lists none to choose from.
    UnknownProvider,
    /// The provider is not one of this building's.
    OtherProvider,
    /// The address does not answer.
    NoAnswer,
}

impl Refusal {
    /// As it stands in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotPublic => "not_public",
            Self::Proxy => "proxy",
            Self::UnknownProvider => "unknown_provider",
            Self::OtherProvider => "other_provider",
            Self::NoAnswer => "no_answer",
        }
    }

    /// What it is and what to do.
    pub const fn english(self) -> &'static str {
        match self {
            Self::NotPublic => {
                "Your address is not of the public internet, so that this server could not ask it. Open this page from \
                 home, without a VPN."
            }
            Self::Proxy => {
                "Your request came through a proxy, and its address says nothing of your line. Open this page without \
                 proxy or VPN."
            }
            Self::UnknownProvider => {
                "Your provider is not known here. The operator can add a provider table, or list providers to choose \
                 from."
            }
            Self::OtherProvider => {
                "Your provider is not one of this building's. If you are at home, ask the operator to list it."
            }
            Self::NoAnswer => {
                "Your address does not answer. Allow answers to ping (ICMP echo) from the internet in your router's \
                 firewall settings, then try again."
            }
        }
    }
}

/// Who asks to join.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The address of the other end.
    pub address: IpAddr,
    /// Whether that is a proxy.
    pub is_proxy: bool,
    /// Whom a table of addresses says it belongs to.
    pub provider: Option<&'a Provider>,
    /// The operator's list for this building; empty: any that a table knows.
    pub offered: &'a [ProviderChoice],
}

/// Whether somebody may join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// No.
    Refused(Refusal),
    /// Yes, with the provider that a table gives.
    Found(ProviderChoice),
    /// Yes, once a provider is chosen from the operator's list.
    Choose,
}

/// Whether an address may join.
pub fn eligibility(asking: &Asking<'_>) -> Eligibility {
    if asking.is_proxy {
        return Eligibility::Refused(Refusal::Proxy);
    }
    if not_public(asking.address).is_some() {
        return Eligibility::Refused(Refusal::NotPublic);
    }
    let is_offered = |slug: &str| asking.offered.iter().any(|choice| choice.slug == slug);
    match asking.provider {
        Some(found) if found.eligible || asking.offered.is_empty() || is_offered(&found.slug) => {
            Eligibility::Found(ProviderChoice { slug: found.slug.clone(), name: found.name.clone() })
        }
        Some(_) => Eligibility::Refused(Refusal::OtherProvider),
        None if asking.offered.is_empty() => Eligibility::Refused(Refusal::UnknownProvider),
        None => Eligibility::Choose,
    }
}

/// The provider that a resident named, if the operator offers it.
pub fn declared<'a>(chosen: Option<&str>, offered: &'a [ProviderChoice]) -> Option<&'a ProviderChoice> {
    offered.iter().find(|choice| Some(choice.slug.as_str()) == chosen)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HOME: &str = "81.2.69.7";

    fn check(address: &str, is_proxy: bool, provider: Option<(&str, bool)>, offered: &[&str]) -> Eligibility {
        let provider = provider.map(|(slug, eligible)| Provider {
            slug: slug.into(),
            name: slug.to_uppercase(),
            asn: None,
            eligible,
        });
        let offered: Vec<_> = offered
            .iter()
            .map(|slug| ProviderChoice { slug: (*slug).into(), name: slug.to_uppercase() })
            .collect();
        let address = address.parse().unwrap();
        eligibility(&Asking { address, is_proxy, provider: provider.as_ref(), offered: &offered })
    }

    #[rstest]
    #[case::private("192.168.1.7")]
    #[case::carrier_grade_nat("100.64.3.3")]
    #[case::loopback("127.0.0.1")]
    #[case::mapped("::ffff:81.2.69.7")]
    #[case::unique_local("fd00::7")]
    #[case::documentation("203.0.113.7")]
    fn only_public_addresses(#[case] address: &str) {
        let refused = Eligibility::Refused(Refusal::NotPublic);
        assert_eq!(check(address, false, Some(("north", true)), &[]), refused);
        // A proxy's address is refused whatever it is.
        assert_eq!(check(address, true, Some(("north", true)), &[]), Eligibility::Refused(Refusal::Proxy));
    }

    #[rstest]
    #[case::known(Some(("north", false)), &[], "found")]
    #[case::listed(Some(("north", false)), &["north", "south"], "found")]
    #[case::the_operator_says_so(Some(("north", true)), &["south"], "found")]
    #[case::another(Some(("north", false)), &["south"], "other_provider")]
    #[case::no_table_no_list(None, &[], "unknown_provider")]
    #[case::no_table_but_a_list(None, &["north"], "choose")]
    fn providers(#[case] provider: Option<(&str, bool)>, #[case] offered: &[&str], #[case] expected: &str) {
        let got = match check(HOME, false, provider, offered) {
            Eligibility::Refused(refusal) => refusal.word(),
            Eligibility::Found(choice) => {
                assert_eq!((choice.slug.as_str(), choice.name.as_str()), ("north", "NORTH"));
                "found"
            }
            Eligibility::Choose => "choose",
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn only_what_is_offered_can_be_declared() {
        let offered = [ProviderChoice { slug: "north".into(), name: "North".into() }];
        assert_eq!(declared(Some("north"), &offered), Some(&offered[0]));
        assert_eq!(declared(Some("west"), &offered), None);
        assert_eq!(declared(None, &offered), None);
    }

    #[test]
    fn words_are_the_wire_form() {
        use Refusal::{NoAnswer, NotPublic, OtherProvider, Proxy, UnknownProvider};
        for refusal in [NotPublic, Proxy, UnknownProvider, OtherProvider, NoAnswer] {
            assert_eq!(serde_json::to_value(refusal).unwrap(), refusal.word());
        }
    }
}
