//! Ports of the asking address: which answer, and what that means (rules.md B8).

use serde::{Deserialize, Serialize};

/// The ports that are tried: each with its service, and why it is risky to the whole internet where it is.
pub const PORTS: [(u16, &str, Option<&str>); 15] = [
    (21, "FTP", Some("It sends passwords as they are.")),
    (22, "SSH", None),
    (23, "Telnet", Some("It sends everything as it is; worms look for it all day.")),
    (25, "SMTP", Some("An open mail server is used for spam.")),
    (53, "DNS", None),
    (80, "HTTP", None),
    (110, "POP3", Some("It sends passwords as they are.")),
    (143, "IMAP", Some("It sends passwords as they are.")),
    (443, "HTTPS", None),
    (445, "SMB", Some("File shares are what ransomware looks for.")),
    (3306, "MySQL", None),
    (3389, "Remote desktop", Some("Passwords are tried on it all day.")),
    (5432, "PostgreSQL", None),
    (8080, "HTTP", None),
    (8443, "HTTPS", None),
];

/// More open ports than this are more than a home needs.
const MANY: usize = 5;

/// How much is open to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Nothing risky.
    Low,
    /// Many ports.
    Medium,
    /// A risky one.
    High,
}

/// The answer of `GET /api/security/port-scan`: of the asking address, seen from this server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PortScan {
    /// The asking address: at home that of the router.
    pub address: String,
    /// How many ports were tried.
    pub tried: usize,
    /// Ports that accepted a connection.
    pub open_ports: Vec<OpenPort>,
    /// Of these, the risky ones.
    pub vulnerable_ports: Vec<RiskyPort>,
    /// How many are open.
    pub total_open: usize,
    /// How many are risky.
    pub total_vulnerable: usize,
    /// In a word.
    pub risk_level: RiskLevel,
    /// What to do.
    pub recommendations: Vec<String>,
}

/// An open port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenPort {
    /// Its number.
    pub port: u16,
    /// What usually listens there.
    pub service: String,
}

/// A port that should not be open to everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RiskyPort {
    /// Its number.
    pub port: u16,
    /// What usually listens there.
    pub service: String,
    /// Always high: others are not listed.
    pub risk: RiskLevel,
    /// Why.
    pub reason: String,
}

/// What open ports mean.
pub fn port_scan(address: String, open: &[u16]) -> PortScan {
    let known = PORTS.iter().filter(|(port, ..)| open.contains(port));
    let open_ports: Vec<OpenPort> = known
        .clone()
        .map(|(port, service, _)| OpenPort { port: *port, service: (*service).to_owned() })
        .collect();
    let risky = known.filter_map(|(port, service, reason)| Some((port, service, (*reason)?)));
    let vulnerable_ports: Vec<RiskyPort> = risky
        .map(|(port, service, reason)| RiskyPort {
            port: *port,
            service: (*service).to_owned(),
            risk: RiskLevel::High,
            reason: reason.to_owned(),
        })
        .collect();
    let mut recommendations: Vec<String> = vulnerable_ports
        .iter()
        .map(|one| format!("Close port {} ({}) at the router: {}", one.port, one.service, one.reason))
        .collect();
    let risk_level = match (vulnerable_ports.len(), open_ports.len()) {
        (1.., _) => RiskLevel::High,
        (_, many) if many > MANY => RiskLevel::Medium,
        _ => RiskLevel::Low,
    };
    recommendations.push(match open_ports.len() {
        0 => "Nothing of what was tried accepts connections from outside. Nothing to do.".to_owned(),
        _ => "Keep open only what you opened on purpose; look at port forwarding and UPnP in the router."
            .to_owned(),
    });
    PortScan {
        address,
        tried: PORTS.len(),
        total_open: open_ports.len(),
        total_vulnerable: vulnerable_ports.len(),
        open_ports,
        vulnerable_ports,
        risk_level,
        recommendations,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing(&[], RiskLevel::Low, 0)]
    #[case::a_web_server(&[80, 443], RiskLevel::Low, 0)]
    #[case::one_risky(&[443, 3389], RiskLevel::High, 1)]
    #[case::many(&[22, 53, 80, 443, 8080, 8443], RiskLevel::Medium, 0)]
    #[case::of_none_of_the_list(&[31337], RiskLevel::Low, 0)]
    fn open_ports_mean(#[case] open: &[u16], #[case] level: RiskLevel, #[case] risky: usize) {
        let scan = port_scan("192.0.2.1".into(), open);
        assert_eq!((scan.risk_level, scan.total_vulnerable), (level, risky));
        assert_eq!(scan.recommendations.len(), risky + 1);
        assert_eq!(scan.tried, 15);
    }
}
