//! The sections `bgp` and `canary`: what is looked at beside the uplinks.

use std::path::PathBuf;

use http::Uri;

use super::reader::Reader;

#[derive(Clone, Debug)]
pub struct BgpConfig {
    /// The control socket of BIRD.
    pub bird_socket: Option<PathBuf>,
    /// The program `vtysh` of FRR.
    pub vtysh: Option<PathBuf>,
}

/// Whom the canary asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanaryConfig {
    /// Address of the other Steadyline, without a slash at its end.
    pub url: String,
    pub host: String,
    /// Its public key.
    pub key: [u8; 32],
}

impl BgpConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self { bird_socket: r.optional("bgp.bird_socket"), vtysh: r.optional("bgp.vtysh") }
    }
}

impl CanaryConfig {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        let (url, key) = (r.text("canary.url"), r.text("canary.key"));
        let Some(url) = url else {
            if key.is_some() {
                r.problems.push("canary.key", "without canary.url there is nobody whose key it could be");
            }
            return None;
        };
        let host = host_of(url);
        if host.is_none() {
            r.problems.push("canary.url", "it is not an address such as https://other.example");
        }
        let mut bytes = [0; 32];
        let read = key.is_some_and(|key| hex::decode_to_slice(key, &mut bytes).is_ok());
        if !read {
            r.problems.push("canary.key", "64 hex digits are needed: the `key` that canary.url answers");
        }
        let url = url.trim_end_matches('/').to_owned();
        host.filter(|_| read).map(|host| Self { url, host, key: bytes })
    }
}

fn host_of(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let spoken = matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none();
    uri.host().filter(|_| spoken).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::config::{Config, Vars};

    const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn read(url: &str, key: &str) -> Result<Config, String> {
        let vars = [("canary.url", url), ("canary.key", key)];
        let vars: Vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Config::from_vars(&vars).map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_canary_is_an_address_and_its_key() {
        assert_eq!(read("", "").unwrap().canary, None);
        let canary = read("https://other.example:8443/", KEY).unwrap().canary.unwrap();
        assert_eq!(
            (canary.url.as_str(), canary.host.as_str()),
            ("https://other.example:8443", "other.example")
        );
        assert_eq!(canary.key[..2], [0, 0x11]);
    }

    #[rstest]
    #[case::no_key("https://other.example", "", "64 hex digits")]
    #[case::half_a_key("https://other.example", &KEY[..32], "64 hex digits")]
    #[case::key_alone("", KEY, "without canary.url")]
    #[case::no_address("other.example", KEY, "not an address")]
    #[case::another_scheme("ftp://other.example", KEY, "not an address")]
    #[case::a_question("https://other.example/?x=1", KEY, "not an address")]
    fn refused(#[case] url: &str, #[case] key: &str, #[case] why: &str) {
        let problems = read(url, key).unwrap_err();
        assert!(problems.contains(why), "{problems}");
    }
}
