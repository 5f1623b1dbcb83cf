//! The section `uplinks`: what is watched, whom it asks, how long it waits.

use std::{net::IpAddr, path::PathBuf, str::FromStr, time::Duration};

use chrono::TimeDelta;
use domain::{speed_tests::schedule::Schedule, uplinks::GatewayPolicy};
use http::Uri;

use super::reader::Reader;

#[derive(Clone, Debug)]
pub struct UplinksConfig {
    pub enabled: bool,
    /// Empty: the default route's.
    pub interfaces: Vec<String>,
    pub interval: Duration,
    pub echo_targets: Vec<IpAddr>,
    pub echo_timeout: Duration,
    pub https_targets: Vec<HttpsTarget>,
    pub https_timeout: Duration,
    pub ca_file: Option<PathBuf>,
    pub gateway: GatewayPolicy,
    pub rtt_limit_ms: Option<f64>,
    /// `None`: only when asked for.
    pub speed_tests: Option<Schedule>,
}

/// Whom to ask by HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpsTarget {
    /// The name that the certificate must bear; an IPv6 address without brackets.
    pub host: String,
    pub port: u16,
    pub path: String,
}

impl FromStr for HttpsTarget {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| "it is not an address")?;
        if uri.scheme_str() != Some("https") {
            return Err("it does not start with https://");
        }
        let host = uri.host().ok_or("it names no host")?;
        Ok(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: uri.port_u16().unwrap_or(443),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }
}

impl UplinksConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        let config = Self {
            enabled: r.required("uplinks.enabled"),
            interfaces: r.list("uplinks.interfaces"),
            interval: Duration::from_secs(r.within("uplinks.interval_s", 1, 60)),
            echo_targets: r.list("uplinks.echo_targets"),
            echo_timeout: Duration::from_millis(r.within("uplinks.echo_timeout_ms", 100, 10_000)),
            https_targets: r.list("uplinks.https_targets"),
            https_timeout: Duration::from_millis(r.within("uplinks.https_timeout_ms", 100, 10_000)),
            ca_file: r.optional("uplinks.ca_file"),
            gateway: r.required("uplinks.gateway"),
            rtt_limit_ms: r.optional("uplinks.rtt_limit_ms"),
            speed_tests: schedule(r),
        };
        if config.echo_targets.is_empty() && config.https_targets.is_empty() {
            r.problems.push("uplinks.echo_targets", "neither these nor uplinks.https_targets name anybody");
        }
        if config.rtt_limit_ms.is_some_and(|limit: f64| !limit.is_finite() || limit <= 0.0) {
            r.problems.push("uplinks.rtt_limit_ms", "it is not a time above 0");
        }
        if let Some(name) = config.interfaces.iter().find(|name| !is_interface(name)) {
            r.problems.push("uplinks.interfaces", format!("`{name}` cannot be an interface"));
        }
        config
    }
}

fn schedule(r: &mut Reader) -> Option<Schedule> {
    let hours: u32 = r.within("uplinks.speed_test_hours", 0, 720);
    let quiet = r.optional("uplinks.speed_test_quiet");
    let daily_mb: u64 = r.within("uplinks.speed_test_daily_mb", 1, 10_000_000);
    let every = TimeDelta::hours(hours.into());
    (hours > 0).then_some(Schedule { every, quiet, daily_bytes: daily_mb * 1_000_000 })
}

/// What Linux takes as the name of an interface (`dev_valid_name`); it is part of addresses and of paths in /sys.
fn is_interface(name: &str) -> bool {
    (1..16).contains(&name.len())
        && name != "."
        && name != ".."
        && !name.contains(['/', ':'])
        && !name.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config::{Config, Vars};

    #[rstest]
    #[case("https://1.1.1.1/", "1.1.1.1", 443, "/")]
    #[case("https://probe.example.org:8443/echo?x=1", "probe.example.org", 8443, "/echo?x=1")]
    #[case("https://[2001:db8::1]", "2001:db8::1", 443, "/")]
    fn targets(#[case] text: &str, #[case] host: &str, #[case] port: u16, #[case] path: &str) {
        let target = HttpsTarget { host: host.into(), port, path: path.into() };
        assert_eq!(text.parse(), Ok(target));
    }

    #[rstest]
    #[case::plain_http("uplinks.https_targets", "http://1.1.1.1/", "https://")]
    #[case::a_name_for_echoes("uplinks.echo_targets", "example.org", "uplinks.echo_targets")]
    #[case::a_path("uplinks.interfaces", "../eth0", "cannot be an interface")]
    #[case::no_time("uplinks.rtt_limit_ms", "-1", "not a time above 0")]
    #[case::quiet_hours("uplinks.speed_test_quiet", "at night", "no time of day")]
    #[case::policy("uplinks.gateway", "lenient", "none of")]
    fn refused(#[case] key: &str, #[case] value: &str, #[case] why: &str) {
        let vars = Vars::from([(key.to_owned(), value.to_owned())]);
        let problems = Config::from_vars(&vars).unwrap_err().to_string();
        assert!(problems.contains(why), "{problems}");
    }

    #[test]
    fn somebody_must_be_asked() {
        let none = |key: &str| (key.to_owned(), String::new());
        let vars = Vars::from([none("uplinks.echo_targets"), none("uplinks.https_targets")]);
        assert!(Config::from_vars(&vars).unwrap_err().to_string().contains("name anybody"));
    }
}
