//! Asking resolvers: the operator's, or public ones that a resident names.

use std::{net::SocketAddr, time::Duration};

use domain::diagnostics::{DnsTestResult, DnsTimingQuery, DnsTimingResult, DnsTransport};
use futures::future::join_all;
use probe::{
    Bind, Outcome,
    dns::{self, DnsAnswer, Question, Resolver},
    https::Request,
};

use super::probing::{find, ms};
use crate::{AppResult, AppState, config::ResolverPlace};

const PATIENCE: Duration = Duration::from_secs(3);
const MOST_ANSWERS: usize = 10;

/// A resolver and how it is asked.
struct Asked {
    name: String,
    transport: DnsTransport,
    address: String,
    resolver: Resolver,
}

/// The operator's resolvers, each asked once by UDP.
pub(super) async fn test(state: &AppState, host: &str) -> AppResult<Vec<DnsTestResult>> {
    let question = question(host)?;
    let plain = state.config.diagnostics.resolvers.iter().filter_map(|one| match one.value {
        ResolverPlace::Plain(address) => Some((&one.name, address)),
        ResolverPlace::Https { .. } => None,
    });
    let asked = plain.map(async |(name, address)| {
        let answer = ask(&Resolver::Udp(address), &question).await;
        let error = said_no(answer.as_ref());
        DnsTestResult {
            name: name.clone(),
            ip: address.ip().to_string(),
            latency_ms: answer.and_then(|answer| answer.probed.outcome.rtt()).map(ms),
            ok: error.is_none(),
            error,
        }
    });
    Ok(join_all(asked).await)
}

/// Resolvers by each of their transports, asked twice: the second answer comes from the resolver's memory.
pub(super) async fn time(state: &AppState, query: &DnsTimingQuery) -> AppResult<Vec<DnsTimingResult>> {
    let question = question(&query.domain.to_string())?;
    let resolvers = match &query.resolvers {
        Some(named) => {
            let found = join_all(named.0.iter().map(|one| find(state, one))).await;
            let found: Vec<_> = found.into_iter().collect::<Result<_, _>>()?;
            let places = named.0.iter().zip(found);
            places.flat_map(|(one, found)| plain(&one.host().to_string(), found.at(53))).collect()
        }
        None => operators(state).await,
    };
    Ok(join_all(resolvers.iter().map(|asked| twice(asked, &question))).await)
}

fn question(name: &str) -> AppResult<Question> {
    Question::new(name, "A")
        .map_err(|error| domain::ApiError::new(domain::ErrorCode::Malformed, error.to_string()).into())
}

fn plain(name: &str, address: SocketAddr) -> [Asked; 2] {
    [(DnsTransport::Udp, Resolver::Udp(address)), (DnsTransport::Tcp, Resolver::Tcp(address))].map(
        |(transport, resolver)| Asked {
            name: name.to_owned(),
            transport,
            address: address.to_string(),
            resolver,
        },
    )
}

async fn operators(state: &AppState) -> Vec<Asked> {
    let mut all = Vec::new();
    for one in &state.config.diagnostics.resolvers {
        match &one.value {
            ResolverPlace::Plain(address) => all.extend(plain(&one.name, *address)),
            ResolverPlace::Https { url, target } => {
                let Some(found) = state.diagnostics.names.operators(&target.host).await else { continue };
                let at = Request {
                    address: found.at(target.port),
                    host: target.host.clone(),
                    path: target.path.clone(),
                };
                let https = state.diagnostics.https.clone();
                all.push(Asked {
                    name: one.name.clone(),
                    transport: DnsTransport::Doh,
                    address: url.clone(),
                    resolver: Resolver::Https { https, at },
                });
            }
        }
    }
    all
}

async fn ask(resolver: &Resolver, question: &Question) -> Option<DnsAnswer> {
    Box::pin(dns::ask(resolver, question, &Bind::default(), PATIENCE)).await.ok()
}

/// Why an answer is none, in words; `None` where it has records.
fn said_no(answer: Option<&DnsAnswer>) -> Option<String> {
    match answer {
        None => Some("this server could not ask".to_owned()),
        Some(answer) => match (&answer.probed.outcome, &answer.code) {
            (Outcome::Reply { .. }, Some(code)) if code != "NOERROR" => Some(code.clone()),
            (Outcome::Reply { .. }, _) if answer.records.is_empty() => Some("no address".to_owned()),
            (Outcome::Reply { .. }, _) => None,
            (outcome, _) => Some(outcome.to_string()),
        },
    }
}

async fn twice(asked: &Asked, question: &Question) -> DnsTimingResult {
    let first = ask(&asked.resolver, question).await;
    let answered = first.as_ref().is_some_and(|answer| answer.probed.outcome.is_answer());
    let second = if answered { ask(&asked.resolver, question).await } else { None };
    let rtt = |answer: &Option<DnsAnswer>| answer.as_ref().and_then(|answer| answer.probed.outcome.rtt());
    let latency = [rtt(&first), rtt(&second)].into_iter().flatten().min();
    let error = said_no(first.as_ref());
    let mut answers = first.map(|answer| answer.records).unwrap_or_default();
    answers.truncate(MOST_ANSWERS);
    DnsTimingResult {
        name: asked.name.clone(),
        transport: asked.transport,
        address: asked.address.clone(),
        latency_ms: latency.map(ms),
        answers,
        success: error.is_none(),
        is_fastest: false,
        error,
    }
}
