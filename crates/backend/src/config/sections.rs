//! The sections of the configuration, typed.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use chrono::TimeDelta;
use domain::admin::{access::PublicAccess, session::Lifetime};
use http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use secrecy::SecretString;

use super::reader::Reader;

#[derive(Clone, Debug)]
pub struct HttpConfig {
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<IpNet>,
    pub client_address_header: HeaderName,
    pub cors_origins: Vec<HeaderValue>,
    pub json_limit_bytes: usize,
    pub request_timeout: Duration,
    pub header_timeout: Duration,
    pub connections: usize,
    pub site_dir: PathBuf,
}

#[derive(Clone, Debug)]
pub struct LimitsConfig {
    pub enabled: bool,
    pub per_minute: NonZeroU32,
}

#[derive(Clone, Debug)]
pub struct SpeedConfig {
    pub uplink_mbit: Option<f64>,
    pub max_concurrent: usize,
    pub max_per_address: usize,
    pub queue: usize,
    pub max_bytes: u64,
    pub max_seconds: u64,
    pub token_minutes: u32,
    pub congestion: String,
    pub host_v4: Option<String>,
    pub host_v6: Option<String>,
    pub endpoints: Vec<String>,
    pub own_tests_per_hour: u32,
}

#[derive(Clone, Debug)]
pub struct PrivacyConfig {
    pub k: u32,
    pub household_days: u32,
}

#[derive(Clone, Debug)]
pub struct RetentionConfig {
    pub samples_days: u32,
    /// `None`: until deleted.
    pub measurements_days: Option<u32>,
    pub uplink_rounds_days: u32,
    /// Megabytes.
    pub uplink_rounds_mb: u32,
    pub uplink_minutes_days: u32,
    pub uplink_states_days: u32,
    pub audit_days: u32,
}

#[derive(Clone, Debug)]
pub struct ProvidersConfig {
    pub table: Option<PathBuf>,
    pub url: Option<String>,
    pub own: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct LiveConfig {
    pub max_connections: usize,
    pub max_per_address: usize,
    /// Others learn of a test after a random time between these.
    pub min_delay: Duration,
    pub max_delay: Duration,
}

#[derive(Clone, Debug)]
pub struct AdminConfig {
    pub key: Option<SecretString>,
    pub lifetime: Lifetime,
}

#[derive(Clone, Debug)]
pub struct AccessConfig {
    pub public: PublicAccess,
    pub networks: Vec<IpNet>,
}

#[derive(Clone, Debug, Default)]
pub struct MetricsConfig {
    pub token: Option<SecretString>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl std::str::FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("it is neither `text` nor `json`"),
        }
    }
}

#[derive(Clone, Debug)]
pub struct LogConfig {
    pub format: LogFormat,
    pub level: String,
    /// Where refused sign-ins are told; unset: in the log.
    pub auth_file: Option<PathBuf>,
}

impl HttpConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        let public_url = r.owned("http.public_url").map(|url| url.trim_end_matches('/').to_owned());
        if public_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://"))
        {
            r.problems.push("http.public_url", "it does not start with http:// or https://");
        }
        Self {
            public_url,
            trusted_proxies: r.list("http.trusted_proxies"),
            client_address_header: r
                .optional("http.client_address_header")
                .unwrap_or(HeaderName::from_static("x-forwarded-for")),
            cors_origins: r.list("http.cors_origins"),
            json_limit_bytes: r.within("http.json_limit_bytes", 1024, 16 << 20),
            request_timeout: Duration::from_secs(r.within("http.request_timeout_s", 1, 600)),
            header_timeout: Duration::from_secs(r.within("http.header_timeout_s", 1, 600)),
            connections: r.within("http.connections", 10, 1_000_000),
            site_dir: r.required("http.site_dir"),
        }
    }
}

impl LimitsConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        let per_minute = r.within("limits.per_minute", 1, 1_000_000);
        Self {
            enabled: r.required("limits.enabled"),
            per_minute: NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN),
        }
    }
}

impl SpeedConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        let uplink_mbit = r.optional("speed.uplink_mbit");
        if uplink_mbit.is_some_and(|rate: f64| !rate.is_finite() || rate <= 0.0) {
            r.problems.push("speed.uplink_mbit", "it is not a rate above 0");
        }
        let endpoints: Vec<String> = r.list("speed.endpoints");
        for endpoint in &endpoints {
            if !["http://", "https://", "ws://", "wss://"].iter().any(|scheme| endpoint.starts_with(scheme)) {
                r.problems
                    .push("speed.endpoints", format!("`{endpoint}` is not a URL (http, https, ws, wss)"));
            }
        }
        Self {
            uplink_mbit,
            max_concurrent: r.within("speed.max_concurrent", 1, 10_000),
            max_per_address: r.within("speed.max_per_address", 1, 10_000),
            queue: r.within("speed.queue", 0, 1000),
            max_bytes: r.within("speed.max_bytes", 1_000_000, u64::MAX),
            max_seconds: r.within("speed.max_seconds", 1, 120),
            token_minutes: r.within("speed.token_minutes", 1, 60),
            congestion: r.required("speed.congestion"),
            host_v4: r.owned("speed.host_v4"),
            host_v6: r.owned("speed.host_v6"),
            endpoints,
            own_tests_per_hour: r.within("speed.own_tests_per_hour", 0, 60),
        }
    }
}

impl PrivacyConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self { k: r.within("privacy.k", 1, 1000), household_days: r.within("privacy.household_days", 1, 365) }
    }
}

impl RetentionConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        let measurements_days = r.text("retention.measurements_days").is_some();
        Self {
            samples_days: r.within("retention.samples_days", 1, 36_500),
            measurements_days: measurements_days.then(|| r.within("retention.measurements_days", 1, 36_500)),
            uplink_rounds_days: r.within("retention.uplink_rounds_days", 1, 36_500),
            uplink_rounds_mb: r.within("retention.uplink_rounds_mb", 1, 1_000_000),
            uplink_minutes_days: r.within("retention.uplink_minutes_days", 1, 36_500),
            uplink_states_days: r.within("retention.uplink_states_days", 3, 36_500),
            audit_days: r.within("retention.audit_days", 1, 36_500),
        }
    }
}

impl ProvidersConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            table: r.optional("providers.table"),
            url: r.owned("providers.url"),
            own: r.optional("providers.own"),
        }
    }
}

impl LiveConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            max_connections: r.within("live.max_connections", 1, 1_000_000),
            max_per_address: r.within("live.max_per_address", 1, 100_000),
            min_delay: Duration::from_secs(r.within("live.min_delay_s", 0, 3600)),
            max_delay: Duration::from_secs(r.within("live.max_delay_s", 0, 3600)),
        }
    }
}

impl AdminConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        let lifetime = Lifetime {
            idle: TimeDelta::minutes(r.within("admin.session_idle_minutes", 1, 10_080)),
            whole: TimeDelta::hours(r.within("admin.session_hours", 1, 720)),
        };
        Self { key: secret(r, "admin.key"), lifetime }
    }
}

impl AccessConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        let (public, networks) = (r.required("access.public"), r.list("access.networks"));
        if public == PublicAccess::Networks && networks.is_empty() {
            r.problems.push("access.networks", "access.public is networks, and none is listed");
        }
        Self { public, networks }
    }
}

/// Shorter keys can be guessed.
const SECRET_CHARS: usize = 16;

pub(super) fn secret(r: &mut Reader, key: &str) -> Option<SecretString> {
    let text = r.text(key)?;
    if text.len() < SECRET_CHARS {
        r.problems.push(key, format!("it is shorter than {SECRET_CHARS} characters"));
    }
    Some(text.into())
}

impl LogConfig {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            format: r.required("log.format"),
            level: r.required("log.level"),
            auth_file: r.optional("log.auth_file"),
        }
    }
}
