//! Tests one after the other, told as they go. Whoever stops listening cancels what is under way: the stream is the
//! work itself, and nothing runs beside it.

use std::{convert::Infallible, net::IpAddr, pin::Pin};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::{
    ApiError, ErrorCode,
    diagnostics::{
        DnsTimingQuery, Ipv6Check, LossAndJitter, StreamQuery, Test, TestPhase, TestResult, TestStep,
        Towards, dns_timing, families_verdict, is_name,
    },
    public_target::PublicTarget,
};
use futures::{future::join, stream};
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::{
    desk::{LONGEST, Place},
    lines, named,
    names::Found,
    ports, probing, resolvers,
};
use crate::{
    AppError, AppResult, AppState,
    config::HttpsTarget,
    http::{Caller, IssuedDevice, Query, check_origin},
};

/// Of the train; at ten a second, five seconds.
const ECHOES: u16 = 50;
/// Steps that may wait for a slow reader; progress beyond them is left out.
const BACKLOG: usize = 64;
/// The name that resolvers are asked for where no other one was named.
const USUAL_NAME: &str = "example.com";

/// Run tests one after the other and watch them (server-sent events).
#[utoipa::path(get, path = "/api/diagnostics/stream", tag = "diagnostics", params(StreamQuery), responses(
    (status = 200, description = "One event a step, then one named `end`. Closing it cancels what is left.",
        body = TestStep, content_type = "text/event-stream")))]
pub async fn stream_diagnostics(
    State(state): State<AppState>,
    caller: Caller,
    _: IssuedDevice,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> AppResult<Response> {
    check_origin(&headers, &state.config.http)?;
    state.diagnostics.open()?;
    let place = state.diagnostics.enter(caller.address)?;
    // Resolved and judged once, for all tests.
    let chosen = match &query.target {
        Some(target) => Some((target.host().to_string(), probing::find(&state, target).await?)),
        None => None,
    };
    let (tell, told) = mpsc::channel(BACKLOG);
    let run = Run { state, asker: caller.address, query, chosen, tell };
    let work = Work { running: Some(Box::pin(run.all())), told, _place: place };
    let events = stream::unfold(Some(work), |work| async move {
        let mut work = work?;
        let (event, left) = match work.next().await {
            Some(step) => (event(&step), Some(work)),
            None => (Event::default().event("end").data("{}"), None),
        };
        Some((Ok::<_, Infallible>(event), left))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::default()).into_response();
    // nginx would hold the events back otherwise.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn event(step: &TestStep) -> Event {
    Event::default().data(serde_json::to_string(step).unwrap_or_default())
}

/// The tests and what they tell; dropped, they end.
struct Work {
    running: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    told: Receiver<TestStep>,
    _place: Place,
}

impl Work {
    async fn next(&mut self) -> Option<TestStep> {
        loop {
            let Some(running) = &mut self.running else { return self.told.recv().await };
            tokio::select! {
                biased;
                step = self.told.recv() => return step,
                () = running => self.running = None,
            }
        }
    }
}

struct Run {
    state: AppState,
    asker: IpAddr,
    query: StreamQuery,
    /// The host that was named.
    chosen: Option<(String, Found)>,
    tell: Sender<TestStep>,
}

/// Where tests of one target go.
struct Aim {
    towards: Towards,
    host: String,
    found: Found,
}

impl Run {
    async fn all(self) {
        for test in self.query.tests.0.clone() {
            self.progress(test, 0.0);
            let made = tokio::time::timeout(LONGEST, self.one(test)).await;
            let late = || ApiError::new(ErrorCode::TimedOut, "The test took too long.").into();
            let (phase, towards, result, error) = match made.unwrap_or_else(|_| Err(late())) {
                Ok((towards, result)) => (TestPhase::Done, Some(towards), Some(result), None),
                Err(error) => (TestPhase::Failed, None, None, Some(words(error))),
            };
            let step = TestStep { test, phase, progress: 1.0, towards, result, error };
            if self.tell.send(step).await.is_err() {
                return;
            }
        }
    }

    fn progress(&self, test: Test, progress: f64) {
        let phase = TestPhase::Running;
        let step = TestStep { test, phase, progress, towards: None, result: None, error: None };
        // A reader who is behind sees the next one.
        let _ = self.tell.try_send(step);
    }

    async fn one(&self, test: Test) -> AppResult<(Towards, TestResult)> {
        Ok(match test {
            Test::Loss => {
                let aim = self.aim().await?;
                let mut ended = 0;
                let train = probing::echoes(&self.state, aim.found.ip, ECHOES, |_, _| {
                    ended += 1;
                    self.progress(test, f64::from(ended) / f64::from(ECHOES));
                });
                let train = train.await?;
                let loss = probing::loss(aim.host.clone(), &train);
                let jitter = probing::jitter(aim.host, &train);
                (aim.towards, TestResult::Loss(LossAndJitter { loss, jitter }))
            }
            Test::Trace => {
                let aim = self.aim().await?;
                let trace = probing::trace_to(aim.found.ip).await?;
                (aim.towards, TestResult::Trace(lines::enriched_trace(aim.host, &trace, &self.state)))
            }
            Test::Mtu => {
                let aim = self.aim().await?;
                (aim.towards, TestResult::Mtu(probing::path_mtu(aim.host, aim.found.ip).await?))
            }
            Test::Dns => (Towards::Operators, TestResult::Dns(self.dns().await?)),
            Test::Tls => self.tls().await?,
            Test::Families => (Towards::Operators, TestResult::Families(families(&self.state).await)),
            Test::Ports => {
                if !self.query.consent {
                    let why = "Ports are tried only with your consent (consent=true).";
                    return Err(ApiError::new(ErrorCode::Invalid, why).into());
                }
                let ip = self.state.diagnostics.names.asker(self.asker).map_err(ports::not_yours)?;
                let all = domain::diagnostics::PORTS.len() as f64;
                let found = ports::check(ip, |done| self.progress(test, done as f64 / all)).await?;
                (Towards::Asker, TestResult::Ports(found))
            }
        })
    }

    /// The host that was named, else the asking address, else the operator's first target.
    async fn aim(&self) -> AppResult<Aim> {
        if let Some((host, found)) = &self.chosen {
            return Ok(Aim { towards: Towards::Chosen, host: host.clone(), found: *found });
        }
        match self.state.diagnostics.names.asker(self.asker) {
            Ok(ip) => {
                let found = Found { ip, port: None, took: None };
                Ok(Aim { towards: Towards::Asker, host: ip.to_string(), found })
            }
            Err(why) => {
                let Some((target, found)) = self.first_named().await else {
                    return Err(ports::not_yours(why));
                };
                Ok(Aim { towards: Towards::Named, host: target.host, found })
            }
        }
    }

    async fn first_named(&self) -> Option<(HttpsTarget, Found)> {
        let target = self.state.config.diagnostics.targets.first()?.value.clone();
        let found = self.state.diagnostics.names.operators(&target.host).await?;
        Some((target, found))
    }

    async fn dns(&self) -> AppResult<domain::diagnostics::DnsTiming> {
        let named = self.query.target.clone().filter(is_name);
        let usual = || USUAL_NAME.parse::<PublicTarget>().map_err(|why| AppError::Internal(why.into()));
        let domain = named.map_or_else(usual, Ok)?;
        let query = DnsTimingQuery { domain, resolvers: None };
        let results = resolvers::time(&self.state, &query).await?;
        Ok(dns_timing(query.domain.to_string(), results))
    }

    async fn tls(&self) -> AppResult<(Towards, TestResult)> {
        let https = domain::diagnostics::TLS_PORTS[0];
        let (towards, host, port, found) = match &self.chosen {
            Some((host, found)) => (Towards::Chosen, host.clone(), https, *found),
            None => {
                let none =
                    || ApiError::new(ErrorCode::Invalid, "Name a host: the operator has named no target.");
                let (target, found) = self.first_named().await.ok_or_else(none)?;
                (Towards::Named, target.host, target.port, found)
            }
        };
        let shown = probing::tls_of(&self.state, host, port, found).await?;
        Ok((towards, TestResult::Tls(shown)))
    }
}

pub(super) async fn families(state: &AppState) -> Ipv6Check {
    let (ipv4, ipv6) = join(named::family(state, true), named::family(state, false)).await;
    let (v4, v6) = (ipv4.reachable, ipv6.reachable);
    let verdict = families_verdict(v4, v6).to_owned();
    Ipv6Check { ipv4, ipv6, dual_stack: v4 && v6, verdict, checked_at: state.clock.now() }
}

fn words(error: AppError) -> String {
    match error {
        AppError::Api(error) | AppError::RetryAfter(error, _) => error.detail,
        AppError::Internal(error) => {
            tracing::error!(error = format!("{error:#}"), "a diagnostic test failed");
            "Something went wrong here; it was logged.".to_owned()
        }
    }
}
