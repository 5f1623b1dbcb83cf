//! What the diagnostics take, with the bounds of api.md §5 and §13. A host that is not public is not readable at all.
#![expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    reason = "garde hands every field over as it stands"
)]

use garde::Validate;
use serde::{Deserialize, Serialize};

use super::tls::TLS_PORTS;
use crate::public_target::{PublicTarget, TargetRefused};

/// The host that api.md names where none is.
const USUAL_HOST: &str = "8.8.8.8";
const USUAL_NAME: &str = "example.com";
/// Hosts of one multi-ping.
const MOST_HOSTS: usize = 20;
/// Resolvers that one may name beside the operator's.
const MOST_RESOLVERS: usize = 4;

fn usual(text: &str) -> PublicTarget {
    text.parse().expect("the usual targets are tested to be public")
}

/// `?host=` of the traceroutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct TracerouteQuery {
    /// A public name or address.
    #[garde(skip)]
    #[cfg_attr(feature = "openapi", param(value_type = String, max_length = 253, default = "8.8.8.8"))]
    pub host: PublicTarget,
}

impl Default for TracerouteQuery {
    fn default() -> Self {
        Self { host: usual(USUAL_HOST) }
    }
}

/// `?host=` of the path MTU.
pub type MtuQuery = TracerouteQuery;

/// `?host=&count=` of the loss train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct PacketLossQuery {
    /// A public name or address.
    #[garde(skip)]
    #[cfg_attr(feature = "openapi", param(value_type = String, max_length = 253, default = "8.8.8.8"))]
    pub host: PublicTarget,
    /// How many echoes.
    #[garde(range(min = 10, max = 50))]
    #[cfg_attr(feature = "openapi", param(default = 20, minimum = 10, maximum = 50))]
    pub count: u16,
}

impl Default for PacketLossQuery {
    fn default() -> Self {
        Self { host: usual(USUAL_HOST), count: 20 }
    }
}

/// `?host=&samples=` of the jitter train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct JitterQuery {
    /// A public name or address.
    #[garde(skip)]
    #[cfg_attr(feature = "openapi", param(value_type = String, max_length = 253, default = "8.8.8.8"))]
    pub host: PublicTarget,
    /// How many echoes.
    #[garde(range(min = 10, max = 100))]
    #[cfg_attr(feature = "openapi", param(default = 30, minimum = 10, maximum = 100))]
    pub samples: u16,
}

impl Default for JitterQuery {
    fn default() -> Self {
        Self { host: usual(USUAL_HOST), samples: 30 }
    }
}

/// `?host=` of the DNS test: the name that is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct DnsTestQuery {
    /// A public name.
    #[garde(custom(name_alone))]
    #[cfg_attr(feature = "openapi", param(value_type = String, max_length = 253, default = "example.com"))]
    pub host: PublicTarget,
}

impl Default for DnsTestQuery {
    fn default() -> Self {
        Self { host: usual(USUAL_NAME) }
    }
}

/// `?domain=&resolvers=` of the DNS timing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct DnsTimingQuery {
    /// The public name that is asked for.
    #[garde(custom(name_alone))]
    #[cfg_attr(feature = "openapi", param(value_type = String, max_length = 253))]
    pub domain: PublicTarget,
    /// Public resolvers to ask instead of the operator's (comma-separated, at most 4), by UDP and TCP.
    #[garde(custom(few_resolvers))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub resolvers: Option<Resolvers>,
}

/// `?host=&port=` of the TLS probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct TlsProbeQuery {
    /// A public name or address; its port, where it has one, counts.
    #[garde(custom(tls_port))]
    #[cfg_attr(feature = "openapi", param(value_type = String, max_length = 253))]
    pub host: PublicTarget,
    /// One of the ports that TLS servers have.
    #[garde(custom(is_tls_port))]
    #[serde(default = "https")]
    #[cfg_attr(feature = "openapi", param(default = 443, minimum = 1, maximum = 65535))]
    pub port: u16,
}

impl TlsProbeQuery {
    /// The port that is connected to.
    pub fn wanted_port(&self) -> u16 {
        self.host.port().unwrap_or(self.port)
    }
}

/// `?hosts=` of the multi-ping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct MultiPingQuery {
    /// Public names or addresses, comma-separated, at most 20.
    #[garde(custom(few_hosts))]
    #[cfg_attr(feature = "openapi", param(value_type = String))]
    pub hosts: Targets,
}

/// Public targets as a comma-separated list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Targets(pub Vec<PublicTarget>);

/// Resolvers that a person named.
pub type Resolvers = Targets;

impl TryFrom<String> for Targets {
    type Error = TargetRefused;

    fn try_from(text: String) -> Result<Self, TargetRefused> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl From<Targets> for String {
    fn from(targets: Targets) -> Self {
        targets.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

const fn https() -> u16 {
    443
}

fn few_hosts(hosts: &Targets, (): &()) -> garde::Result {
    at_most(hosts.0.len(), MOST_HOSTS)
}

fn few_resolvers(resolvers: &Option<Resolvers>, (): &()) -> garde::Result {
    let Some(Targets(named)) = resolvers else { return Ok(()) };
    if named.iter().any(|resolver| resolver.port().is_some_and(|port| port != 53)) {
        return Err(garde::Error::new("resolvers are asked at port 53 alone"));
    }
    at_most(named.len(), MOST_RESOLVERS)
}

fn at_most(count: usize, most: usize) -> garde::Result {
    if count <= most { Ok(()) } else { Err(garde::Error::new(format!("at most {most}"))) }
}

fn name_alone(target: &PublicTarget, (): &()) -> garde::Result {
    if super::is_name(target) { Ok(()) } else { Err(garde::Error::new("a name without a port is asked for")) }
}

fn tls_port(target: &PublicTarget, (): &()) -> garde::Result {
    target.port().map_or(Ok(()), |port| is_tls_port(&port, &()))
}

/// Else this would be a port scanner against third parties.
fn is_tls_port(port: &u16, (): &()) -> garde::Result {
    if TLS_PORTS.contains(port) {
        return Ok(());
    }
    let ports = TLS_PORTS.map(|port| port.to_string()).join(", ");
    Err(garde::Error::new(format!("only ports that speak TLS at once are probed: {ports}")))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_usual_targets_are_public() {
        assert_eq!(TracerouteQuery::default().host.to_string(), "8.8.8.8");
        assert!(DnsTestQuery::default().validate().is_ok());
        assert!(PacketLossQuery::default().validate().is_ok() && JitterQuery::default().validate().is_ok());
    }

    #[rstest]
    #[case::of_https("example.com", 443, true)]
    #[case::mail("example.com", 993, true)]
    #[case::of_the_host("example.com:8443", 443, true)]
    #[case::ssh("example.com", 22, false)]
    #[case::ssh_of_the_host("example.com:22", 443, false)]
    fn tls_is_probed_where_tls_is_spoken(#[case] host: &str, #[case] port: u16, #[case] fits: bool) {
        let query = TlsProbeQuery { host: host.parse().unwrap(), port };
        assert_eq!(query.validate().is_ok(), fits);
    }

    #[rstest]
    #[case::one("1.1.1.1", true)]
    #[case::several("1.1.1.1,example.com,2606:4700:4700::1111", true)]
    #[case::one_is_private("1.1.1.1,10.0.0.1", false)]
    #[case::none("", false)]
    #[case::a_hole("1.1.1.1,,8.8.8.8", false)]
    fn lists_are_public_throughout(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(Targets::try_from(text.to_owned()).is_ok(), fits);
    }

    #[test]
    fn lists_are_bounded() {
        let hosts = |n: usize| MultiPingQuery { hosts: Targets(vec!["1.1.1.1".parse().unwrap(); n]) };
        assert!(hosts(20).validate().is_ok() && hosts(21).validate().is_err());
        let asked = |resolvers: &str| DnsTimingQuery {
            domain: "example.com".parse().unwrap(),
            resolvers: Some(Targets::try_from(resolvers.to_owned()).unwrap()),
        };
        assert!(asked("1.1.1.1,8.8.8.8:53").validate().is_ok());
        assert!(asked("1.1.1.1:22").validate().is_err());
        assert!(asked("1.1.1.1,1.1.1.2,1.1.1.3,1.0.0.1,1.0.0.2").validate().is_err());
    }
}
