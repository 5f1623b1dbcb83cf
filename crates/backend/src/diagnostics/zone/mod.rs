//! A small authoritative DNS server for one zone, so that a browser's resolver shows itself: the page has the browser
//! look up names that nobody else can know, and who asks for them is the resolver.
//!
//! Off unless `dns.listen` and `dns.zone` are set. Threats: use as an amplifier (no answer is longer than its
//! question), as an open resolver (other zones are refused), memory (10,000 tokens for a minute, 16 resolvers each),
//! idle connections (32, five seconds each).

mod message;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use moka::future::Cache;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::Semaphore,
};

use crate::{AppState, config::DnsConfig};

const REMEMBERED: Duration = Duration::from_mins(1);
const MOST_TOKENS: u64 = 10_000;
const MOST_RESOLVERS: usize = 16;
const MOST_CONNECTIONS: usize = 32;
const PATIENCE: Duration = Duration::from_secs(5);
/// After an error of the socket, so that none is a loop.
const PAUSE: Duration = Duration::from_millis(50);
/// Names of one test: some resolvers are a crowd that takes turns.
const NAMES: usize = 4;
/// No question is longer; what is behind is cut off.
const LONGEST_DATAGRAM: usize = 1500;

type Resolvers = Arc<Mutex<Vec<IpAddr>>>;

/// The zone and who asked for its names lately.
pub struct Zone {
    config: Option<DnsConfig>,
    tokens: Cache<String, Resolvers>,
}

impl Zone {
    pub fn new(config: Option<&DnsConfig>) -> Self {
        let tokens = Cache::builder().max_capacity(MOST_TOKENS).time_to_live(REMEMBERED).build();
        Self { config: config.cloned(), tokens }
    }

    /// A new token and its names; `None` where there is no zone.
    pub(super) async fn names(&self) -> Option<(String, Vec<String>)> {
        let zone = &self.config.as_ref()?.zone;
        let token = hex::encode(rand::random::<[u8; 16]>());
        self.tokens.insert(token.clone(), Resolvers::default()).await;
        let names = (0..NAMES).map(|number| format!("n{number}.{token}.{zone}")).collect();
        Some((token, names))
    }

    /// Who asked for a token's names; none for one that is not known (any more).
    pub(super) async fn seen(&self, token: &str) -> Vec<IpAddr> {
        let resolvers = self.tokens.get(token).await;
        resolvers.map_or_else(Vec::new, |seen| seen.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn answer(&self, bytes: &[u8], from: IpAddr) -> Option<Vec<u8>> {
        let asked = message::read(bytes)?;
        let label = message::within(&asked.name, &self.config.as_ref()?.zone);
        let resolvers = match label {
            Some(token) => self.tokens.get(token).await,
            None => None,
        };
        if let Some(resolvers) = resolvers {
            let mut resolvers = resolvers.lock().unwrap_or_else(PoisonError::into_inner);
            let from = from.to_canonical();
            if resolvers.len() < MOST_RESOLVERS && !resolvers.contains(&from) {
                resolvers.push(from);
            }
        }
        Some(message::answer(bytes, &asked, label.is_some()))
    }
}

/// Answers for the zone until the program stops, where one is configured.
pub async fn serve(state: &AppState) -> anyhow::Result<()> {
    let Some(DnsConfig { listen, zone }) = &state.config.dns else { return Ok(()) };
    let taken = || format!("{listen} cannot be listened on for DNS; free the port or set dns.listen");
    let udp = UdpSocket::bind(listen).await.with_context(taken)?;
    let tcp = TcpListener::bind(udp.local_addr()?).await.with_context(taken)?;
    tracing::info!("answering for the zone {zone} at {}", udp.local_addr()?);
    let stop = state.stop.clone();
    let by_udp = by_udp(state.clone(), udp);
    state.tasks.spawn(stop.clone().run_until_cancelled_owned(by_udp));
    state.tasks.spawn(stop.run_until_cancelled_owned(by_tcp(state.clone(), tcp)));
    Ok(())
}

async fn by_udp(state: AppState, socket: UdpSocket) {
    let mut buffer = [0; LONGEST_DATAGRAM];
    loop {
        // An ICMP error of an earlier answer is told here, too; it says nothing of this socket.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if let Some(answer) = state.zone.answer(&buffer[..length], from.ip()).await {
            // Who cannot be answered asks again.
            let _ = socket.send_to(&answer, from).await;
        }
    }
}

async fn by_tcp(state: AppState, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, from)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let state = state.clone();
        state.tasks.clone().spawn(async move {
            let _place = place;
            let _ = tokio::time::timeout(PATIENCE, one_question(&state, stream, from)).await;
        });
    }
}

async fn one_question(state: &AppState, mut stream: TcpStream, from: SocketAddr) -> std::io::Result<()> {
    let length = stream.read_u16().await?;
    let mut bytes = vec![0; usize::from(length).min(LONGEST_DATAGRAM)];
    stream.read_exact(&mut bytes).await?;
    if let Some(answer) = state.zone.answer(&bytes, from.ip()).await {
        let length = u16::try_from(answer.len()).map_err(std::io::Error::other)?;
        stream.write_all(&[&length.to_be_bytes()[..], &answer].concat()).await?;
    }
    Ok(())
}
