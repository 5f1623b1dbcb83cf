//! The section `diagnostics`: whom this server asks for residents, by which names, how many at once.
//!
//! What stands here is the operator's word and may be private; what a resident names never may, unless it stands in
//! `diagnostics.hosts`.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use super::{HttpsTarget, reader::Reader};

#[derive(Clone, Debug)]
pub struct DiagnosticsConfig {
    pub enabled: bool,
    pub targets: Vec<Named<HttpsTarget>>,
    pub regions: Vec<NamedRegion>,
    pub resolvers: Vec<Named<ResolverPlace>>,
    pub family_targets: Vec<IpAddr>,
    /// Who is asked for the names that residents give; the system's resolver where unset.
    pub resolver: Option<SocketAddr>,
    pub hosts: Vec<Named<OwnPlace>>,
    pub own_addresses: Vec<IpAddr>,
    pub ca_file: Option<PathBuf>,
    pub max_concurrent: usize,
}

/// `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T> {
    pub name: String,
    pub value: T,
}

impl<T: FromStr<Err: ToString>> FromStr for Named<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("it is not of the form NAME=VALUE")?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            return Err("it has no name".to_owned());
        }
        Ok(Self { name: name.to_owned(), value: value.parse().map_err(|why: T::Err| why.to_string())? })
    }
}

/// `NAME (REGION)=https://…`; without the brackets it is nowhere in particular.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRegion {
    pub name: String,
    pub region: Option<String>,
    pub url: String,
    pub target: HttpsTarget,
}

impl FromStr for NamedRegion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Named { name, value: url } = text.parse::<Named<String>>()?;
        let target = url.parse().map_err(str::to_owned)?;
        let (name, region) = match name.strip_suffix(')').and_then(|name| name.split_once('(')) {
            Some((name, region)) => (name.trim().to_owned(), Some(region.trim().to_owned())),
            None => (name, None),
        };
        Ok(Self { name, region, url, target })
    }
}

/// A resolver: an address (by UDP and TCP), or a URL (by HTTPS).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolverPlace {
    Plain(SocketAddr),
    Https { url: String, target: HttpsTarget },
}

impl FromStr for ResolverPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("https://") {
            return Ok(Self::Https { url: text.to_owned(), target: text.parse()? });
        }
        socket(text, 53).map(Self::Plain).ok_or("it is neither an address nor an https:// URL")
    }
}

/// Where a name of the operator's leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnPlace {
    pub ip: IpAddr,
    /// Instead of the port that is asked for.
    pub port: Option<u16>,
}

impl FromStr for OwnPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let with_port = |place: SocketAddr| Self { ip: place.ip(), port: Some(place.port()) };
        let alone = |ip| Self { ip, port: None };
        text.parse().map(alone).or_else(|_| text.parse().map(with_port)).map_err(|_| "it is not an address")
    }
}

fn socket(text: &str, port: u16) -> Option<SocketAddr> {
    text.parse().or_else(|_| text.parse().map(|ip| SocketAddr::new(ip, port))).ok()
}

/// A target is asked for `/`, so that `HOST[:PORT]` is enough.
#[derive(Clone, Debug)]
struct Target(HttpsTarget);

impl FromStr for Target {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = text.parse().map(|ip| match ip {
            IpAddr::V6(ip) => format!("[{ip}]"),
            IpAddr::V4(ip) => ip.to_string(),
        });
        format!("https://{}/", bare.unwrap_or_else(|_| text.to_owned())).parse().map(Self)
    }
}

impl DiagnosticsConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        let resolver = r.text("diagnostics.resolver");
        let resolver = resolver.and_then(|text| {
            let place = socket(text, 53);
            if place.is_none() {
                r.problems.push("diagnostics.resolver", "it is not an address");
            }
            place
        });
        let targets: Vec<Named<Target>> = r.list("diagnostics.targets");
        Self {
            enabled: r.required("diagnostics.enabled"),
            targets: targets.into_iter().map(|one| Named { name: one.name, value: one.value.0 }).collect(),
            regions: r.list("diagnostics.regions"),
            resolvers: r.list("diagnostics.resolvers"),
            family_targets: r.list("diagnostics.family_targets"),
            resolver,
            hosts: r.list("diagnostics.hosts"),
            own_addresses: r.list("diagnostics.own_addresses"),
            ca_file: r.optional("diagnostics.ca_file"),
            max_concurrent: r.within("diagnostics.max_concurrent", 1, 1000),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config::{Config, Vars};

    #[test]
    fn the_defaults_name_whom_api_md_names() {
        let config = Config::default().diagnostics;
        assert_eq!((config.targets.len(), config.regions.len()), (4, 6));
        let plain = |one: &&Named<ResolverPlace>| matches!(one.value, ResolverPlace::Plain(_));
        assert_eq!(config.resolvers.iter().filter(plain).count(), 6);
        assert!(config.regions.iter().all(|region| region.region.is_some()));
        assert!(config.family_targets.iter().any(IpAddr::is_ipv6));
    }

    #[rstest]
    #[case::no_name("diagnostics.targets", "8.8.8.8", "NAME=VALUE")]
    #[case::plain_http("diagnostics.regions", "A=http://a.example/", "https://")]
    #[case::no_resolver("diagnostics.resolvers", "A=resolver.example", "neither an address")]
    #[case::a_name("diagnostics.resolver", "resolver.example", "not an address")]
    #[case::no_place("diagnostics.hosts", "lab.example.net=lab", "not an address")]
    #[case::nobody_at_once("diagnostics.max_concurrent", "0", "not between")]
    fn refused(#[case] key: &str, #[case] value: &str, #[case] why: &str) {
        let vars = Vars::from([(key.to_owned(), value.to_owned())]);
        let problems = Config::from_vars(&vars).unwrap_err().to_string();
        assert!(problems.contains(why), "{problems}");
    }

    #[test]
    fn places_are_read() {
        let vars = Vars::from([
            ("diagnostics.targets".to_owned(), "A=[2001:db8::1]:8443,B=2001:db8::2".to_owned()),
            (
                "diagnostics.regions".to_owned(),
                "Here (eu-1)=https://a.example/x,Everywhere=https://b.example".to_owned(),
            ),
            ("diagnostics.hosts".to_owned(), "lab.example.net=10.0.0.7:4443".to_owned()),
        ]);
        let config = Config::from_vars(&vars).unwrap().diagnostics;
        let hosts: Vec<_> =
            config.targets.iter().map(|one| (one.value.host.as_str(), one.value.port)).collect();
        assert_eq!(hosts, [("2001:db8::1", 8443), ("2001:db8::2", 443)]);
        let regions: Vec<_> =
            config.regions.iter().map(|one| (one.name.as_str(), one.region.as_deref())).collect();
        assert_eq!(regions, [("Here", Some("eu-1")), ("Everywhere", None)]);
        assert_eq!(config.hosts[0].value, OwnPlace { ip: [10, 0, 0, 7].into(), port: Some(4443) });
    }
}
