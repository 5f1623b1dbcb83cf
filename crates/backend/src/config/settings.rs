//! The one table of settings: key, default, meaning. `.env.example`, `config check` and the readme derive from it.

use std::fmt::Write;

/// One thing that an operator can set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// `section.key` in the file (top-level keys have no section).
    pub key: &'static str,
    /// The default in the form an operator would write; empty: unset.
    pub default: &'static str,
    pub meaning: &'static str,
    /// Never shown.
    pub secret: bool,
}

impl Setting {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        variable(self.key)
    }
}

/// `speed.uplink_mbit` → `STEADYLINE_SPEED__UPLINK_MBIT`; the database's URL has the name that everybody uses.
pub fn variable(key: &str) -> String {
    if key == "database_url" {
        return "DATABASE_URL".to_owned();
    }
    format!("STEADYLINE_{}", key.replace('.', "__").to_uppercase())
}

const fn open(key: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { key, default, meaning, secret: false }
}

const fn secret(key: &'static str, meaning: &'static str) -> Setting {
    Setting { key, default: "", meaning, secret: true }
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    open("listen", "127.0.0.1:3000", "Address and port to listen on; [::]:3000 for every interface."),
    open("data_dir", "data", "Folder of the database, the server key and fetched tables."),
    secret("database_url", "postgres://user:password@host/name; unset: SQLite in the data folder."),
    open("environment", "production", "This installation's name, shown by /health."),
    open("time_zone", "UTC", "IANA zone for days and hours of devices that told none."),
    secret(
        "server_key",
        "64 hex digits that key all hashes; unset: made at first start in data_dir/server.key.",
    ),
    secret(
        "sealing_key",
        "64 hex digits that seal secrets in the database, older keys after commas; unset: data_dir/sealing.key.",
    ),
    open(
        "http.public_url",
        "",
        "https://… as residents see it, for links and previews; unset: the request's host.",
    ),
    open(
        "http.trusted_proxies",
        "",
        "Networks (CIDR, comma-separated) whose client-address header is believed.",
    ),
    open(
        "http.client_address_header",
        "x-forwarded-for",
        "The header with the client's address (Fly: fly-client-ip).",
    ),
    open(
        "http.cors_origins",
        "",
        "Origins (comma-separated) whose scripts may call the API, extension ids among them.",
    ),
    open(
        "tls.mode",
        "off",
        "HTTPS by this program: off, files (tls.certificate, tls.key) or self_signed (made here, for a LAN).",
    ),
    open("tls.listen", "[::]:3443", "Address and port of HTTPS; below 1024 it takes CAP_NET_BIND_SERVICE."),
    open(
        "tls.certificate",
        "",
        "PEM file: the server's certificate, then its chain; read again when it changes.",
    ),
    open("tls.key", "", "PEM file: the certificate's key, without a password."),
    open(
        "tls.names",
        "",
        "Names and addresses (comma-separated) of a self-signed certificate, beside this machine's own.",
    ),
    open(
        "tls.redirect",
        "true",
        "Whether plain HTTP leads to HTTPS (/health, /livez, /readyz and /metrics answer on both).",
    ),
    open("http.json_limit_bytes", "65536", "Largest JSON body, counted while reading."),
    open("http.request_timeout_s", "30", "Time for one answer; streams of bytes and events are exempt."),
    open("http.header_timeout_s", "10", "Time in which a whole request head must have come."),
    open("http.connections", "20000", "Open connections in all."),
    open("http.site_dir", "target/site", "The built front end, where it is not inside the binary."),
    open(
        "limits.enabled",
        "true",
        "Per-minute limits per device and per address (switch off for load tests only).",
    ),
    open("limits.per_minute", "60", "Requests per minute and route where api.md names no other number."),
    open(
        "speed.uplink_mbit",
        "",
        "This server's own line in Mbit/s; admits tests up to half of it; unset: one at a time.",
    ),
    open("speed.max_concurrent", "32", "Speed tests at once, whatever the uplink."),
    open("speed.max_per_address", "3", "Speed tests at once from one address."),
    open("speed.queue", "5", "Tests that may wait for their turn."),
    open("speed.max_bytes", "12000000000", "Most bytes that one test may move in one direction."),
    open("speed.max_seconds", "15", "Longest single direction of one test."),
    open("speed.token_minutes", "5", "How long a test token may be used."),
    open("speed.congestion", "cubic", "TCP congestion control of test connections."),
    open("speed.host_v4", "", "Host name that resolves to IPv4 alone, to compare the families."),
    open("speed.host_v6", "", "Host name that resolves to IPv6 alone, to compare the families."),
    open(
        "speed.endpoints",
        "",
        "Where this server tests its own line: URLs of ndt7 servers or other Steadylines.",
    ),
    open("speed.own_tests_per_hour", "4", "Most server-run tests per hour."),
    open("privacy.k", "3", "Fewest households behind any figure that others see."),
    open("privacy.household_days", "30", "Days for which household hashes are kept."),
    open("retention.samples_days", "30", "Days for which the raw samples of tests are kept."),
    open("retention.measurements_days", "", "Days for which measurements are kept; unset: until deleted."),
    open("retention.uplink_rounds_days", "7", "Days for which each single round of an uplink is kept."),
    open(
        "retention.uplink_rounds_mb",
        "200",
        "Megabytes that these rounds may take; beyond it the oldest go first, pinned days excepted.",
    ),
    open(
        "retention.uplink_minutes_days",
        "30",
        "Days for which the round trips of each minute of an uplink are kept.",
    ),
    open(
        "retention.uplink_states_days",
        "90",
        "Days for which an uplink's minutes and 5-minute sums are kept; hours and faults stay.",
    ),
    open("retention.audit_days", "365", "Days for which the audit log of operators' acts is kept."),
    open("providers.table", "", "Address ranges → provider: TSV as iptoasn publishes it, or an MMDB file."),
    open("providers.url", "", "Where `steadyline providers update` fetches that table from."),
    open("providers.own", "", "Your own list, asked first: TOML with name, slug, eligible, asns, prefixes."),
    open("uplinks.enabled", "true", "Whether this server watches its own lines by asking public targets."),
    open("uplinks.interfaces", "", "Interfaces to watch (comma-separated); unset: the default route's."),
    open("uplinks.interval_s", "5", "From the start of one round to the start of the next."),
    open("uplinks.echo_targets", "1.1.1.1,8.8.8.8", "Addresses that get three echoes a round."),
    open("uplinks.echo_timeout_ms", "1000", "How long an echo may take."),
    open(
        "uplinks.https_targets",
        "https://1.1.1.1/,https://8.8.8.8/",
        "Addresses (https://…) that are asked once a round; any answer of a verified server counts.",
    ),
    open("uplinks.https_timeout_ms", "2000", "How long such an answer may take."),
    open(
        "uplinks.ca_file",
        "",
        "PEM file with certificates that are trusted for these, beside the public ones.",
    ),
    open(
        "uplinks.gateway",
        "ignored",
        "A gateway that does not answer: ignored, required (then degraded) or strict (then down).",
    ),
    open(
        "uplinks.rtt_limit_ms",
        "",
        "Longest good median round trip; unset: 3 times the median of 24 hours, at least 150.",
    ),
    open(
        "uplinks.speed_test_hours",
        "0",
        "Hours between tests of each own line against speed.endpoints; 0: only when asked for.",
    ),
    open("uplinks.speed_test_quiet", "", "Times of the day without such a test, in time_zone (22:00-06:30)."),
    open(
        "uplinks.speed_test_daily_mb",
        "3000",
        "Megabytes that tests of the own lines may move in a day; beyond it none begins.",
    ),
    open(
        "diagnostics.enabled",
        "true",
        "Whether residents may have this server probe public hosts and the targets below.",
    ),
    open(
        "diagnostics.targets",
        "Google DNS=8.8.8.8,Cloudflare DNS=1.1.1.1,google.com=google.com,cloudflare.com=cloudflare.com",
        "Named targets (NAME=HOST[:PORT]) that are asked by HTTPS.",
    ),
    open(
        "diagnostics.regions",
        "N. Virginia (us-east-1)=https://dynamodb.us-east-1.amazonaws.com/ping,Oregon (us-west-2)=https://dynamodb.us-west-2.amazonaws.com/ping,Frankfurt (eu-central-1)=https://dynamodb.eu-central-1.amazonaws.com/ping,Sao Paulo (sa-east-1)=https://dynamodb.sa-east-1.amazonaws.com/ping,Singapore (ap-southeast-1)=https://dynamodb.ap-southeast-1.amazonaws.com/ping,Tokyo (ap-northeast-1)=https://dynamodb.ap-northeast-1.amazonaws.com/ping",
        "Named places (NAME (REGION)=https://…); without a region where the address is anycast.",
    ),
    open(
        "diagnostics.resolvers",
        "Cloudflare=1.1.1.1,Google=8.8.8.8,Quad9=9.9.9.9,OpenDNS=208.67.222.222,AdGuard=94.140.14.14,Control D=76.76.2.0,Cloudflare=https://1.1.1.1/dns-query,Google=https://8.8.8.8/dns-query,Quad9=https://9.9.9.9/dns-query",
        "Resolvers to compare: NAME=ADDRESS by UDP and TCP, NAME=https://… by HTTPS.",
    ),
    open(
        "diagnostics.family_targets",
        "1.1.1.1,2606:4700:4700::1111",
        "One address of each family, asked to see whether IPv4 and IPv6 work here.",
    ),
    open(
        "diagnostics.resolver",
        "",
        "Resolver (ADDRESS[:PORT]) for the names that residents give; unset: the system's.",
    ),
    open(
        "diagnostics.hosts",
        "",
        "Names that residents may have probed wherever they lead: NAME=ADDRESS[:PORT].",
    ),
    open(
        "diagnostics.own_addresses",
        "",
        "Addresses of this server that its interfaces do not show (before a NAT); never probed.",
    ),
    open(
        "diagnostics.ca_file",
        "",
        "PEM file with certificates that are trusted for these probes, beside the public ones.",
    ),
    open(
        "diagnostics.private_askers",
        "false",
        "Whether residents who come from private addresses (a LAN host) may have these probed.",
    ),
    open(
        "diagnostics.throttle_objects",
        "",
        "Objects of one size (KIND=URL), fetched in turns to see whether a kind of traffic is slower; 6 at most.",
    ),
    open("diagnostics.max_concurrent", "16", "Probes of residents at once."),
    open(
        "dns.listen",
        "",
        "Address and port (UDP and TCP) to answer for dns.zone on, such as [::]:53; unset: not at all.",
    ),
    open(
        "dns.zone",
        "",
        "Zone that is delegated to this server (NS), so that browsers' resolvers show themselves.",
    ),
    open(
        "bgp.bird_socket",
        "",
        "Control socket of BIRD (Debian: /run/bird/bird.ctl), whose BGP sessions are shown beside the uplinks.",
    ),
    open("bgp.vtysh", "", "FRR's program vtysh, for the same; its user must be in the group frrvty."),
    open(
        "canary.url",
        "",
        "Address of another Steadyline that is asked every minute: who changes or intercepts answers on the way?",
    ),
    open("canary.key", "", "The public key of that server, as its /api/canary?nonce=0123456789abcdef says."),
    open("live.max_connections", "20000", "Open event streams in all."),
    open("live.max_per_address", "20", "Open event streams from one address."),
    open("live.min_delay_s", "60", "Soonest that other households learn of a test."),
    open("live.max_delay_s", "300", "Latest that they do; the time between is random."),
    secret("admin.key", "Opens the admin endpoints to scripts by X-Admin-Key; unset: sign-in alone does."),
    open("admin.session_idle_minutes", "60", "A sign-in ends after so long without use."),
    open("admin.session_hours", "12", "And after so long in any case."),
    open(
        "access.public",
        "all",
        "Who sees pages and API: all, networks (of access.networks) or signed-in; an account always does.",
    ),
    open("access.networks", "", "Networks (CIDR, comma-separated) for access.public = networks."),
    open(
        "access.lan_networks",
        "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,fe80::/10",
        "Networks (CIDR) from which an admin may fetch an evidence bundle or change the overlay; narrow it behind a proxy without headers.",
    ),
    secret("metrics.token", "Bearer token of /metrics; unset: open, with k-anonymous aggregates alone."),
    open("log.format", "text", "text or json."),
    open("log.level", "info", "error, warn, info, debug or trace; also filters such as info,backend=debug."),
    open(
        "log.auth_file",
        "",
        "File for the AUTH_FAILURE lines that fail2ban reads (deploy/fail2ban); unset: in the log.",
    ),
];

/// The text of `.env.example`.
pub fn env_example() -> String {
    let mut out = String::from(
        "# Every setting of Steadyline with its default (written by `steadyline config example`).\n\
         # The same keys work in a TOML file (`--config`), and as flags: --set section.key=value\n",
    );
    for setting in SETTINGS {
        let _ = writeln!(out, "\n# {}\n# {}={}", setting.meaning, setting.variable(), setting.default);
    }
    out
}
