//! Configuration: defaults, then file, then environment, then flags; all problems are told at once.
//!
//! Flow: sources → one flat map of texts → [`Config::from_vars`], a plain function over that map, so that tests
//! never touch the process's environment. Surprising rule: an unknown name is a problem too, since a typing error
//! in a setting would otherwise be a silent default.

mod beside;
mod diagnostics;
mod dns;
mod reader;
mod sections;
mod settings;
mod sources;
mod tls;
mod uplinks;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use secrecy::SecretString;

pub use beside::{BgpConfig, CanaryConfig};
pub use diagnostics::{DiagnosticsConfig, Named, NamedRegion, OwnPlace, ResolverPlace};
pub use dns::DnsConfig;
pub use reader::{Problems, Vars};
pub use sections::{
    AccessConfig, AdminConfig, HttpConfig, LimitsConfig, LiveConfig, LogConfig, LogFormat, MetricsConfig,
    PrivacyConfig, ProvidersConfig, RetentionConfig, SpeedConfig,
};
pub use settings::{SETTINGS, Setting, env_example};
pub use sources::{FILE_VARIABLE, from_environment, from_file, from_flags};
pub use tls::{TlsCertificate, TlsConfig};
pub use uplinks::{HttpsTarget, UplinksConfig};

use reader::Reader;

/// Everything an operator can set.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: Option<SecretString>,
    pub environment: String,
    pub time_zone: chrono_tz::Tz,
    pub server_key: Option<SecretString>,
    pub sealing_key: Option<SecretString>,
    pub http: HttpConfig,
    pub limits: LimitsConfig,
    pub speed: SpeedConfig,
    pub privacy: PrivacyConfig,
    pub retention: RetentionConfig,
    pub providers: ProvidersConfig,
    pub uplinks: UplinksConfig,
    pub diagnostics: DiagnosticsConfig,
    /// `None`: no zone is answered for.
    pub dns: Option<DnsConfig>,
    pub bgp: BgpConfig,
    pub canary: Option<CanaryConfig>,
    /// `None`: HTTPS is a proxy's business, or nobody's.
    pub tls: Option<TlsConfig>,
    pub live: LiveConfig,
    pub admin: AdminConfig,
    pub access: AccessConfig,
    pub metrics: MetricsConfig,
    pub log: LogConfig,
    /// Who counts as being in the house.
    pub lan_networks: Vec<IpNet>,
    /// Every setting as text, set or by default; secrets as ***.
    pub texts: BTreeMap<&'static str, String>,
}

impl Config {
    /// Reads the whole configuration from a map of texts.
    pub fn from_vars(vars: &Vars) -> Result<Self, Problems> {
        let mut reader = Reader::new(vars);
        let r = &mut reader;
        let config = Self {
            listen: r.optional("listen").unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3000))),
            data_dir: r.required("data_dir"),
            database_url: database_url(r),
            environment: r.required("environment"),
            time_zone: r.optional("time_zone").unwrap_or(chrono_tz::UTC),
            server_key: server_key(r),
            sealing_key: sealing_key(r),
            http: HttpConfig::read(r),
            limits: LimitsConfig::read(r),
            speed: SpeedConfig::read(r),
            privacy: PrivacyConfig::read(r),
            retention: RetentionConfig::read(r),
            providers: ProvidersConfig::read(r),
            uplinks: UplinksConfig::read(r),
            diagnostics: DiagnosticsConfig::read(r),
            dns: DnsConfig::read(r),
            bgp: BgpConfig::read(r),
            canary: CanaryConfig::read(r),
            tls: TlsConfig::read(r),
            live: LiveConfig::read(r),
            admin: AdminConfig::read(r),
            access: AccessConfig::read(r),
            metrics: MetricsConfig { token: sections::secret(r, "metrics.token") },
            log: LogConfig::read(r),
            lan_networks: r.list("access.lan_networks"),
            texts: r.texts(),
        };
        if reader.problems.0.is_empty() { Ok(config) } else { Err(reader.problems) }
    }

    /// What works and yet is dangerous.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.http.trusted_proxies.iter().any(|network| network.prefix_len() == 0) {
            warnings
                .push("http.trusted_proxies trusts everybody: any client can forge its address".to_owned());
        }
        if self.privacy.k < 2 {
            warnings.push("privacy.k is 1: figures of single households are shown to everybody".to_owned());
        }
        if self.live.max_delay < Duration::from_mins(1) {
            warnings.push("live.max_delay_s is under 60: others can tell when a household tests".to_owned());
        }
        if !self.limits.enabled {
            warnings.push("limits.enabled is false: nothing bounds how often a client may ask".to_owned());
        }
        warnings
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::from_vars(&Vars::new()).expect("the table's own defaults are tested to be readable")
    }
}

fn database_url(r: &mut Reader) -> Option<SecretString> {
    let url = r.text("database_url")?;
    if !["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| url.starts_with(scheme)) {
        r.problems.push("database_url", "it starts with neither postgres:// nor sqlite:");
    }
    Some(url.into())
}

fn server_key(r: &mut Reader) -> Option<SecretString> {
    let key = r.text("server_key")?;
    if !is_key(key) {
        r.problems.push("server_key", NO_KEY);
    }
    Some(key.into())
}

fn sealing_key(r: &mut Reader) -> Option<SecretString> {
    let keys = r.text("sealing_key")?;
    if !keys.split(',').all(|key| is_key(key.trim())) {
        r.problems.push("sealing_key", NO_KEY);
    }
    Some(keys.into())
}

const NO_KEY: &str = "it is not 64 hex digits (`openssl rand -hex 32` makes one)";

fn is_key(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
