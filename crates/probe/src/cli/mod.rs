//! The command line `steadyline probe …`: each probe by hand, for people and (with `--json`) for scripts.
//!
//! It stands here and not in `server`, so that the worker program has it, too. The operator's shell may name any
//! target, private ones among them; what a visitor names goes through [`crate::resolve::resolve_public`] instead.

mod place;
mod print;

use std::{
    fs,
    io::Write,
    net::IpAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand, ValueEnum};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::Serialize;

use self::place::Place;
use crate::{
    Bind, Pinger, dns,
    https::{Https, Request},
    mtu, resolve, tcp, tls, trace, train,
};

/// A probe and how it is made.
#[derive(Args, Debug)]
pub struct ProbeArgs {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    how: How,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Echoes: round trips, loss with its interval, jitter.
    Ping {
        target: String,
        /// How many echoes.
        #[arg(long, short, default_value_t = 4)]
        count: u16,
        /// Milliseconds between them.
        #[arg(long, default_value_t = 1000)]
        gap_ms: u64,
    },
    /// Connect by TCP (HOST:PORT, else port 443).
    Tcp { target: String },
    /// Ask by HTTPS, phase by phase (HOST[:PORT][/PATH] or a whole address).
    Https { target: String },
    /// The routers on the way.
    Trace {
        target: String,
        /// Probes to each hop.
        #[arg(long, short, default_value_t = 3)]
        count: u8,
        /// By UDP, even where ICMP is allowed.
        #[arg(long)]
        udp: bool,
    },
    /// The largest packet that arrives whole.
    Mtu { target: String },
    /// Certificates, their end, TLS version and cipher (HOST[:PORT]).
    Tls { target: String },
    /// One question to one resolver.
    Dns {
        /// The name that is asked for.
        target: String,
        /// Kind of record.
        #[arg(long = "type", default_value = "A")]
        kind: String,
        /// ADDRESS[:PORT], or HOST[/PATH] with https; else the machine's own.
        #[arg(long)]
        resolver: Option<String>,
        /// How it is asked.
        #[arg(long, value_enum, default_value_t = Transport::Udp)]
        by: Transport,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Transport {
    Udp,
    Tcp,
    Https,
}

#[derive(Args, Debug)]
struct How {
    /// Leave by this interface.
    #[arg(long, global = true)]
    interface: Option<String>,
    /// With this source address.
    #[arg(long, global = true)]
    source: Option<IpAddr>,
    /// With this firewall mark (needs CAP_NET_ADMIN).
    #[arg(long, global = true)]
    mark: Option<u32>,
    /// How long an answer may take.
    #[arg(long, global = true, default_value_t = 2000)]
    timeout_ms: u64,
    /// Trust the certificates of this PEM file, too.
    #[arg(long, global = true, value_name = "FILE")]
    root: Option<PathBuf>,
    /// IPv4 alone.
    #[arg(short = '4', global = true, conflicts_with = "v6")]
    v4: bool,
    /// IPv6 alone.
    #[arg(short = '6', global = true)]
    v6: bool,
    /// One JSON object instead of words.
    #[arg(long, global = true)]
    json: bool,
}

impl ProbeArgs {
    /// Makes the probe and prints what it found. An error where the target did not answer, for scripts.
    pub async fn run(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let how = &self.how;
        match &self.what {
            What::Ping { target, count, gap_ms } => {
                how.ping(out, target, *count, Duration::from_millis(*gap_ms)).await
            }
            What::Tcp { target } => {
                let place: Place = target.parse()?;
                let address = how.address(&place).await?;
                let probed = tcp::connect(address, &how.bind(), how.timeout()).await?;
                how.say(out, &probed, &format!("{address}: {} ({})", probed.outcome, probed.method))?;
                answered(target, probed.outcome.is_answer())
            }
            What::Https { target } => {
                let answer =
                    how.https()?.get(&how.request(target).await?, &how.bind(), how.timeout()).await?;
                how.say(out, &answer, &print::https(&answer))?;
                answered(target, answer.probed.outcome.is_answer())
            }
            What::Trace { target, count, udp } => {
                let plan = trace::Plan { queries: *count, timeout: how.timeout(), ..trace::Plan::default() };
                let (ip, bind) = (how.ip(target).await?, how.bind());
                let found = if *udp {
                    trace::trace_by_udp(ip, &bind, plan).await?
                } else {
                    trace::trace(ip, &bind, plan).await?
                };
                how.say(out, &found, &print::trace(&found))?;
                answered(target, found.end == trace::End::Reached)
            }
            What::Mtu { target } => {
                let found = mtu::path_mtu(how.ip(target).await?, &how.bind(), how.timeout()).await?;
                how.say(out, &found, &print::mtu(&found))?;
                answered(target, found.mtu.is_some())
            }
            What::Tls { target } => {
                let place: Place = target.parse()?;
                let (address, roots) = (how.address(&place).await?, how.roots()?);
                let report = tls::inspect(address, &place.host, &roots, &how.bind(), how.timeout()).await?;
                how.say(out, &report, &print::tls(&report, SystemTime::now().into()))?;
                ensure!(report.valid, "{target}: {}", report.error.unwrap_or_default());
                Ok(())
            }
            What::Dns { target, kind, resolver, by } => {
                let resolver = how.resolver(resolver.as_deref(), *by).await?;
                let question = dns::Question::new(target, kind)?;
                let answer = dns::ask(&resolver, &question, &how.bind(), how.timeout()).await?;
                how.say(out, &answer, &print::dns(&answer))?;
                answered("The resolver", answer.probed.outcome.is_answer())
            }
        }
    }
}

fn answered(target: &str, yes: bool) -> anyhow::Result<()> {
    ensure!(yes, "{target} did not answer");
    Ok(())
}

impl How {
    fn bind(&self) -> Bind {
        Bind { interface: self.interface.clone(), source: self.source, mark: self.mark }
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    fn say(&self, out: &mut impl Write, value: &impl Serialize, words: &str) -> anyhow::Result<()> {
        let text = if self.json { serde_json::to_string(value)? } else { words.to_owned() };
        writeln!(out, "{text}").context("print the answer")
    }

    async fn ping(
        &self,
        out: &mut impl Write,
        target: &str,
        count: u16,
        gap: Duration,
    ) -> anyhow::Result<()> {
        let ip = self.ip(target).await?;
        let pinger = Arc::new(Pinger::new(self.bind()));
        let plan = train::Plan { count, gap, timeout: self.timeout() };
        let mut told = Ok(());
        let train = train::train(&pinger, ip, plan, |number, echo| {
            if !self.json && told.is_ok() {
                told = writeln!(out, "{ip}: {} ({}, {} of {count})", echo.outcome, echo.method, number + 1);
            }
        })
        .await?;
        told.context("print an echo")?;
        self.say(out, &train, &print::figures(&train.figures))?;
        answered(target, train.figures.received > 0)
    }

    /// The first address of the wanted family.
    async fn ip(&self, host: &str) -> anyhow::Result<IpAddr> {
        let addresses = match resolve::resolve(host, self.timeout()).await {
            Ok(addresses) => addresses,
            Err(outcome) => bail!("{host}: {outcome}"),
        };
        let source = self.source.map(|source| source.is_ipv4());
        let fits = |ip: &IpAddr| !(self.v4 && ip.is_ipv6() || self.v6 && ip.is_ipv4());
        let of_source = |ip: &IpAddr| source.is_none_or(|v4| v4 == ip.is_ipv4());
        let found = addresses.into_iter().find(|ip| fits(ip) && of_source(ip));
        found.with_context(|| format!("{host} has no address of the wanted family"))
    }

    async fn address(&self, place: &Place) -> anyhow::Result<std::net::SocketAddr> {
        Ok((self.ip(&place.host).await?, place.port.unwrap_or(443)).into())
    }

    async fn request(&self, target: &str) -> anyhow::Result<Request> {
        let place: Place = target.parse()?;
        Ok(Request { address: self.address(&place).await?, host: place.host, path: place.path })
    }

    fn roots(&self) -> anyhow::Result<Vec<CertificateDer<'static>>> {
        let Some(file) = &self.root else { return Ok(Vec::new()) };
        let pem = fs::read(file).with_context(|| format!("read {}", file.display()))?;
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let roots = roots.with_context(|| format!("{} is no PEM file", file.display()))?;
        ensure!(!roots.is_empty(), "{} holds no certificate", file.display());
        Ok(roots)
    }

    fn https(&self) -> anyhow::Result<Https> {
        Ok(Https::new(&self.roots()?)?)
    }

    async fn resolver(&self, named: Option<&str>, by: Transport) -> anyhow::Result<dns::Resolver> {
        let named = match (named, by) {
            (Some(named), _) => named.to_owned(),
            (None, Transport::Https) => bail!("--by https needs --resolver HOST[/PATH]"),
            (None, _) => {
                let conf = fs::read_to_string("/etc/resolv.conf").context("read /etc/resolv.conf")?;
                place::name_server(&conf).context("/etc/resolv.conf names no server; use --resolver")?
            }
        };
        if let Transport::Https = by {
            let mut at = self.request(&named).await?;
            if at.path == "/" {
                "/dns-query".clone_into(&mut at.path);
            }
            return Ok(dns::Resolver::Https { https: self.https()?, at });
        }
        let place: Place = named.parse()?;
        let address = (self.ip(&place.host).await?, place.port.unwrap_or(53)).into();
        Ok(match by {
            Transport::Tcp => dns::Resolver::Tcp(address),
            _ => dns::Resolver::Udp(address),
        })
    }
}

#[cfg(test)]
mod tests;
