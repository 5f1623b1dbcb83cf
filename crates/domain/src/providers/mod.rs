//! Providers: who an address belongs to, by tables on this server; no address goes to a third party.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, EndpointInfo};

/// The asking address and what is known of it.
pub const GET_MY_CONNECTION: Endpoint<(), MyConnection> =
    Endpoint::get("get_my_connection", "/api/my-connection");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[GET_MY_CONNECTION.info()];

/// A provider of internet access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// The stable name in URLs and groups.
    pub slug: String,
    /// The name that people see.
    pub name: String,
    /// The autonomous system, where it is known.
    pub asn: Option<u32>,
    /// Whether its customers take part in building checks.
    pub eligible: bool,
}

/// The answer of `GET /api/my-connection`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyConnection {
    /// The asker's own address, told to nobody else.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub public_ip: IpAddr,
    /// The provider's name; null: not in any table.
    pub isp: Option<String>,
    /// The organisation that the address range is registered for.
    pub org: Option<String>,
    /// `AS64500`.
    pub asn: Option<String>,
    /// Null: no table of places.
    pub country: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// Null: no table of places.
    pub region: Option<String>,
    /// Null: no table of places.
    pub city: Option<String>,
    /// Null: no table of places.
    pub lat: Option<f64>,
    /// Null: no table of places.
    pub lon: Option<f64>,
    /// The provider of this device's last test.
    pub last_measured_isp: Option<String>,
    /// Mbit/s.
    pub last_download_mbps: Option<f64>,
    /// Mbit/s.
    pub last_upload_mbps: Option<f64>,
    /// Milliseconds.
    pub last_ping_ms: Option<f64>,
    /// When this device last tested.
    pub last_test_at: Option<DateTime<Utc>>,
    /// Why the provider is unknown and what would change it.
    pub note: Option<String>,
    /// When this was looked up.
    pub checked_at: DateTime<Utc>,
}

/// The stable form of a name: lower case, words joined by `-`, at most 60 characters.
pub fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'ä' | 'à' | 'á' | 'â' | 'å' | 'ã' => 'a',
            'ö' | 'ò' | 'ó' | 'ô' | 'ø' | 'õ' => 'o',
            'ü' | 'ù' | 'ú' | 'û' => 'u',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'ç' => 'c',
            'ñ' => 'n',
            c => c,
        };
        if plain.is_ascii_alphanumeric() {
            out.push(plain);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
        if out.len() == 60 {
            break;
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Example Fibre, Ltd.", "example-fibre-ltd")]
    #[case("Stadtwerke Zürich", "stadtwerke-zurich")]
    #[case("  ", "")]
    fn slugs(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(slug(name), expected);
    }
}
