//! The section `dns`: a zone that this server answers for, so that browsers' resolvers show themselves.

use std::net::SocketAddr;

use super::reader::Reader;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsConfig {
    pub listen: SocketAddr,
    /// In lower case, without the last dot.
    pub zone: String,
}

impl DnsConfig {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        let listen = r.optional("dns.listen");
        let zone = r.owned("dns.zone").map(|zone| zone.trim_end_matches('.').to_ascii_lowercase());
        let fits = |label: &str| {
            (1..64).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if zone
            .as_ref()
            .is_some_and(|zone| !zone.contains('.') || !zone.split('.').all(fits) || zone.len() > 200)
        {
            r.problems.push("dns.zone", "it is not a name such as leak.example.org");
        }
        if r.text("dns.listen").is_some() != zone.is_some() {
            r.problems.push("dns.zone", "dns.listen and dns.zone are set together or not at all");
        }
        Some(Self { listen: listen?, zone: zone? })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::config::{Config, Vars};

    fn config(listen: &str, zone: &str) -> Result<Config, String> {
        let vars = [("dns.listen", listen), ("dns.zone", zone)];
        let vars: Vars = vars.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Config::from_vars(&vars).map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_zone_is_optional() {
        assert_eq!(config("", "").unwrap().dns, None);
        assert_eq!(config("[::]:53", "Leak.Example.org.").unwrap().dns.unwrap().zone, "leak.example.org");
    }

    #[rstest]
    #[case::half("[::]:53", "", "together")]
    #[case::the_other_half("", "leak.example.org", "together")]
    #[case::no_name("[::]:53", "leak example", "not a name")]
    #[case::a_policy("[::]:53", "a.b; script-src *", "not a name")]
    fn refused(#[case] listen: &str, #[case] zone: &str, #[case] why: &str) {
        let told = config(listen, zone).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
}
