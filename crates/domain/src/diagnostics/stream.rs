//! Tests run one after the other, told as they go.

use garde::Validate;
use serde::{Deserialize, Serialize};

use super::{
    DnsTiming, EnrichedTrace, Ipv6Check, JitterReport, MtuReport, PacketLossReport, PortScan, TlsProbe,
};
use crate::public_target::PublicTarget;

/// A test that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Loss and jitter, by a train of echoes.
    Loss,
    /// The routers on the way.
    Trace,
    /// The largest packet that arrives whole.
    Mtu,
    /// Resolvers compared.
    Dns,
    /// A TLS server's certificates and times.
    Tls,
    /// IPv4 and IPv6 of this server.
    Families,
    /// Ports of the asking address; only with consent.
    Ports,
}

impl Test {
    /// All, in the order in which they disturb each other least.
    pub const ALL: [Self; 7] =
        [Self::Loss, Self::Trace, Self::Mtu, Self::Dns, Self::Tls, Self::Families, Self::Ports];

    /// Its word in queries.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Trace => "trace",
            Self::Mtu => "mtu",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Families => "families",
            Self::Ports => "ports",
        }
    }
}

/// `?tests=&target=&consent=` of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct StreamQuery {
    /// Which tests, comma-separated: `loss`, `trace`, `mtu`, `dns`, `tls`, `families`, `ports`.
    #[garde(skip)]
    #[cfg_attr(feature = "openapi", param(value_type = String))]
    pub tests: Tests,
    /// A public host to test towards; the asking address where none is named.
    #[garde(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, max_length = 253))]
    pub target: Option<PublicTarget>,
    /// Whether the ports of the asking address may be tried.
    #[garde(skip)]
    #[serde(default)]
    pub consent: bool,
}

/// Tests as a comma-separated list; each counts once, in their own order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tests(pub Vec<Test>);

impl TryFrom<String> for Tests {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words: Vec<&str> = text.split(',').collect();
        match words.iter().find(|word| !Test::ALL.iter().any(|test| test.word() == **word)) {
            Some(unknown) => Err(format!("there is no test `{unknown}`")),
            None => Ok(Self(Test::ALL.into_iter().filter(|test| words.contains(&test.word())).collect())),
        }
    }
}

impl From<Tests> for String {
    fn from(tests: Tests) -> Self {
        tests.0.iter().map(|test| test.word()).collect::<Vec<_>>().join(",")
    }
}

/// How far a test is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TestPhase {
    /// It is under way.
    Running,
    /// It is over, and has a result.
    Done,
    /// It could not be made.
    Failed,
}

/// Where a test went from this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Towards {
    /// The asking address.
    Asker,
    /// The host that was named.
    Chosen,
    /// The operator's first named target, since the asking address cannot be probed.
    Named,
    /// The operator's resolvers, or targets of the families.
    Operators,
}

/// One event of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestStep {
    /// Which test.
    pub test: Test,
    /// How far.
    pub phase: TestPhase,
    /// From 0 to 1; a test that cannot tell stays at 0 until it is over.
    pub progress: f64,
    /// Where it goes.
    pub towards: Option<Towards>,
    /// What was found.
    pub result: Option<TestResult>,
    /// Why there is none.
    pub error: Option<String>,
}

/// What a test found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TestResult {
    /// Of a train of echoes.
    Loss(LossAndJitter),
    /// Of a traceroute.
    Trace(EnrichedTrace),
    /// Of a path.
    Mtu(MtuReport),
    /// Of resolvers.
    Dns(DnsTiming),
    /// Of a TLS server.
    Tls(TlsProbe),
    /// Of this server.
    Families(Ipv6Check),
    /// Of the asking address.
    Ports(PortScan),
}

/// Both sides of one train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LossAndJitter {
    /// What was lost.
    pub loss: PacketLossReport,
    /// How much the delay changes.
    pub jitter: JitterReport,
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one("dns", Some("dns"))]
    #[case::own_order("ports,loss,loss", Some("loss,ports"))]
    #[case::unknown("loss,weather", None)]
    #[case::nothing("", None)]
    fn tests_are_read(#[case] text: &str, #[case] expected: Option<&str>) {
        let read = Tests::try_from(text.to_owned()).ok().map(String::from);
        assert_eq!(read.as_deref(), expected);
    }

    #[test]
    fn words_are_the_wires() {
        for test in Test::ALL {
            assert_eq!(serde_json::to_value(test).unwrap(), test.word());
        }
    }
}
