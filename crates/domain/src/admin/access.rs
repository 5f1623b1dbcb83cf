//! Who may see the pages and read the API: everybody, listed networks, or who is signed in.

use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;

/// `access.public`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PublicAccess {
    #[default]
    All,
    /// Those whose address lies in `access.networks`, and who is signed in.
    Networks,
    SignedIn,
}

impl FromStr for PublicAccess {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            "networks" => Ok(Self::Networks),
            "signed-in" => Ok(Self::SignedIn),
            _ => Err("it is none of all, networks, signed-in"),
        }
    }
}

impl PublicAccess {
    /// Whether an address is enough, without anybody having signed in.
    pub fn admits(self, networks: &[IpNet], address: IpAddr) -> bool {
        match self {
            Self::All => true,
            Self::Networks => {
                let address = address.to_canonical();
                networks.iter().any(|network| network.contains(&address))
            }
            Self::SignedIn => false,
        }
    }
}

/// The page where one signs in.
pub const SIGN_IN_PAGE: &str = "/admin/sign-in";

/// What stays reachable for everybody: a supervisor's questions, the door itself, figures that have a token of their
/// own, and who answers for this server.
pub fn is_open(path: &str) -> bool {
    const OPEN: [&str; 8] = [
        "/health",
        "/livez",
        "/readyz",
        "/metrics",
        "/api/health",
        "/api/metrics",
        "/api/admin/session",
        SIGN_IN_PAGE,
    ];
    OPEN.contains(&path) || path.starts_with("/legal/") || path.starts_with("/api/legal/")
}

/// Where to go after signing in: a page of this server, whatever a link says.
pub fn next_page(asked: Option<&str>) -> &str {
    let own = |path: &&str| {
        path.starts_with('/')
            && !path[1..].starts_with(['/', '\\'])
            && !path.chars().any(char::is_control)
            && path.split('?').next() != Some(SIGN_IN_PAGE)
    };
    asked.filter(own).unwrap_or("/admin")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::everybody("all", "192.0.2.1", true)]
    #[case::inside("networks", "10.1.2.3", true)]
    #[case::inside_mapped("networks", "::ffff:10.1.2.3", true)]
    #[case::inside_v6("networks", "fd00::1", true)]
    #[case::outside("networks", "192.0.2.1", false)]
    #[case::nobody_by_address("signed-in", "10.1.2.3", false)]
    fn addresses(#[case] access: PublicAccess, #[case] address: IpAddr, #[case] admitted: bool) {
        let networks = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        assert_eq!(access.admits(&networks, address), admitted);
    }

    #[rstest]
    #[case("/readyz", true)]
    #[case("/admin/sign-in", true)]
    #[case("/api/admin/session", true)]
    #[case("/api/admin/sessions", false)]
    #[case("/", false)]
    #[case("/healthy", false)]
    #[case("/admin/sign-in/", false)]
    #[case("/legal/imprint", true)]
    #[case("/api/legal/imprint", true)]
    #[case("/legal", false)]
    fn open_paths(#[case] path: &str, #[case] open: bool) {
        assert_eq!(is_open(path), open);
    }

    #[rstest]
    #[case::none(None, "/admin")]
    #[case::own(Some("/uplinks/eth0?range=7d"), "/uplinks/eth0?range=7d")]
    #[case::another_site(Some("https://evil.example/"), "/admin")]
    #[case::another_site_without_scheme(Some("//evil.example/"), "/admin")]
    #[case::as_browsers_read_backslashes(Some("/\\evil.example"), "/admin")]
    #[case::a_tab_that_browsers_drop(Some("/\t/evil.example"), "/admin")]
    #[case::in_a_circle(Some("/admin/sign-in?next=%2F"), "/admin")]
    fn after_signing_in(#[case] asked: Option<&str>, #[case] next: &str) {
        assert_eq!(next_page(asked), next);
    }
}
