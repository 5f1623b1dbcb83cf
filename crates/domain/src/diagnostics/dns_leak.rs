//! Which resolver asks for a browser: seen by a zone that this server answers for.

use serde::{Deserialize, Serialize};

use crate::providers::Provider;

/// Networks of resolvers that anybody may use and that say how they treat what they see: Google, Cloudflare, Quad9,
/// Cisco (OpenDNS), AdGuard, NextDNS, Control D. (They ask from many addresses of these, so a list of the addresses
/// that people type would know none of them.)
const WELL_KNOWN: [u32; 7] = [15_169, 13_335, 19_281, 36_692, 212_772, 34_939, 398_962];

/// The answer of `POST /api/diagnostics/dns-names`: names that nobody has asked for yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DnsNames {
    /// What to ask for the result by; good for a minute.
    pub token: String,
    /// Names for the browser to resolve; they lead nowhere.
    pub names: Vec<String>,
}

/// `?token=` of the DNS leak test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, garde::Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct DnsLeakQuery {
    /// From `POST /api/diagnostics/dns-names`.
    #[garde(inner(length(max = 64)))]
    #[cfg_attr(feature = "openapi", param(max_length = 64))]
    pub token: Option<String>,
}

/// The answer of `GET /api/diagnostics/dns-leak`; everything null where nothing was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DnsLeak {
    /// Whether a resolver asked that is neither of the asker's own network nor a well-known one.
    pub dns_leaked: Option<bool>,
    /// The first resolver that asked.
    pub dns_server_ip: Option<String>,
    /// Null: no table of places.
    pub dns_server_country: Option<String>,
    /// Its network's name.
    pub dns_server_isp: Option<String>,
    /// Whether all that asked are well-known ones.
    pub is_secure_provider: Option<bool>,
    /// 100, or 50 with a leak; null where that is not known.
    pub privacy_score: Option<u8>,
    /// What it means, in a sentence.
    pub recommendation: String,
    /// Each resolver that asked, at most 16.
    pub resolvers: Vec<SeenResolver>,
}

/// A resolver that asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenResolver {
    /// Its address.
    pub ip: String,
    /// Its network's name, by this server's own table.
    pub isp: Option<String>,
    /// Whose it is.
    pub kind: ResolverKind,
}

/// Whose resolver it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResolverKind {
    /// Of the network that the asker comes from (a VPN's, where one is on).
    Own,
    /// One that anybody may use.
    WellKnown,
    /// Of another network: queries leave beside the connection.
    Foreign,
    /// In no table.
    Unknown,
}

fn kind(asker: Option<&Provider>, resolver: Option<&Provider>) -> ResolverKind {
    let Some(network) = resolver else { return ResolverKind::Unknown };
    if network.asn.is_some_and(|asn| WELL_KNOWN.contains(&asn)) {
        return ResolverKind::WellKnown;
    }
    match asker {
        Some(own) if own.slug == network.slug || (own.asn.is_some() && own.asn == network.asn) => {
            ResolverKind::Own
        }
        Some(_) => ResolverKind::Foreign,
        None => ResolverKind::Unknown,
    }
}

/// What the resolvers that asked say.
pub fn dns_leak(asker: Option<&Provider>, seen: &[(String, Option<Provider>)]) -> DnsLeak {
    let resolvers: Vec<SeenResolver> = seen
        .iter()
        .map(|(ip, network)| SeenResolver {
            ip: ip.clone(),
            isp: network.as_ref().map(|network| network.name.clone()),
            kind: kind(asker, network.as_ref()),
        })
        .collect();
    let any = |kind| resolvers.iter().any(|one| one.kind == kind);
    let known = !resolvers.is_empty() && !any(ResolverKind::Unknown);
    let foreign = any(ResolverKind::Foreign);
    // One foreign resolver is a leak, whoever the others are.
    let dns_leaked = (foreign || known).then_some(foreign);
    let recommendation = match dns_leaked {
        Some(true) => {
            "Names are asked for through another network than yours. With a VPN on, that is a leak: set the VPN to use \
             its own resolver. Without one, it is the resolver that your router or browser is set to."
        }
        Some(false) => {
            "Names are asked for through your own network or a well-known resolver. Nothing to do."
        }
        None if resolvers.is_empty() => {
            "Nothing was measured: open /security in the browser and start the test there."
        }
        None => "This server's tables do not know the network of the resolver, so nothing can be said.",
    };
    DnsLeak {
        dns_leaked,
        dns_server_ip: resolvers.first().map(|one| one.ip.clone()),
        dns_server_country: None,
        dns_server_isp: resolvers.first().and_then(|one| one.isp.clone()),
        is_secure_provider: known.then(|| resolvers.iter().all(|one| one.kind == ResolverKind::WellKnown)),
        privacy_score: dns_leaked.map(|leaked| if leaked { 50 } else { 100 }),
        recommendation: recommendation.to_owned(),
        resolvers,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn network(asn: u32) -> Option<Provider> {
        let name = format!("Net {asn}");
        (asn > 0).then(|| Provider { slug: name.clone(), name, asn: Some(asn), eligible: false })
    }

    #[rstest]
    #[case::nothing_measured(64_500, &[], None, None)]
    #[case::own(64_500, &[64_500], Some(false), Some(false))]
    #[case::well_known(64_500, &[15_169, 13_335], Some(false), Some(true))]
    #[case::foreign(64_500, &[64_500, 64_501], Some(true), Some(false))]
    #[case::in_no_table(64_500, &[0], None, None)]
    #[case::asker_in_no_table(0, &[64_501], None, None)]
    #[case::well_known_whoever_asks(0, &[19_281], Some(false), Some(true))]
    fn resolvers_mean(
        #[case] asker: u32,
        #[case] seen: &[u32],
        #[case] leaked: Option<bool>,
        #[case] secure: Option<bool>,
    ) {
        let seen: Vec<_> = seen.iter().map(|asn| (asn.to_string(), network(*asn))).collect();
        let found = dns_leak(network(asker).as_ref(), &seen);
        assert_eq!((found.dns_leaked, found.is_secure_provider), (leaked, secure));
        assert_eq!(found.privacy_score.is_none(), leaked.is_none(), "a missing input gives no score");
    }
}
