//! DNS: how long one resolver takes to answer, by UDP, TCP or HTTPS, and what it says.
//!
//! The messages are hickory's; sockets and time are ours, so that a question can be bound to an interface, is asked
//! once (no cache, no retry behind the back), and is timed alone.

mod message;

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde::Serialize;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UdpSocket,
    time::timeout_at,
};

pub use message::Question;

use crate::{
    Bind, Method, Outcome, ProbeError, Probed,
    https::{Https, Request},
    tcp,
};

/// Whom to ask, and how.
#[derive(Clone, Debug)]
pub enum Resolver {
    /// By UDP.
    Udp(SocketAddr),
    /// By TCP.
    Tcp(SocketAddr),
    /// By HTTPS (RFC 8484), each time by a new connection.
    Https {
        /// The trust.
        https: Https,
        /// Address, name and path (`/dns-query`).
        at: Request,
    },
}

/// What a resolver answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DnsAnswer {
    /// [`Outcome::Reply`] where it answered the question, whatever it says.
    #[serde(flatten)]
    pub probed: Probed,
    /// `NOERROR`, `NXDOMAIN`, `SERVFAIL`, …
    pub code: Option<String>,
    /// The records of the answer, as text.
    pub records: Vec<String>,
    /// Whether it says that there is more by TCP.
    pub truncated: bool,
}

/// The transport's result: the answer's bytes and when they were there.
type Heard = Result<(message::Reading, Duration), Outcome>;

/// Asks one resolver once.
pub async fn ask(
    resolver: &Resolver,
    question: &Question,
    bind: &Bind,
    timeout: Duration,
) -> Result<DnsAnswer, ProbeError> {
    let (method, heard) = match resolver {
        Resolver::Udp(address) => (Method::DnsUdp, by_udp(*address, question, bind, timeout).await?),
        Resolver::Tcp(address) => (Method::DnsTcp, by_tcp(*address, question, bind, timeout).await?),
        Resolver::Https { https, at } => {
            (Method::DnsHttps, by_https(https, at, question, bind, timeout).await?)
        }
    };
    Ok(match heard {
        Ok((said, rtt)) => DnsAnswer {
            probed: Probed { method, outcome: Outcome::Reply { rtt } },
            code: Some(said.code),
            records: said.records,
            truncated: said.truncated,
        },
        Err(outcome) => {
            let probed = Probed { method, outcome };
            DnsAnswer { probed, code: None, records: Vec::new(), truncated: false }
        }
    })
}

async fn by_udp(
    address: SocketAddr,
    question: &Question,
    bind: &Bind,
    timeout: Duration,
) -> Result<Heard, ProbeError> {
    let broken = |error| ProbeError::system("ask by UDP", &address, error);
    let socket = udp_socket(address, bind)?;
    let id = rand::random();
    let (started, until) = (Instant::now(), tokio::time::Instant::now() + timeout);
    let asking = async {
        socket.send(&question.bytes(id)?).await?;
        let mut buffer = [0; 4096];
        loop {
            let length = socket.recv(&mut buffer).await?;
            // Forged, and late answers to another question, are passed over.
            if let Some(said) = question.read(id, &buffer[..length]) {
                return Ok((said, started.elapsed()));
            }
        }
    };
    match timeout_at(until, asking).await {
        Err(_) => Ok(Err(Outcome::Timeout)),
        Ok(Ok(heard)) => Ok(Ok(heard)),
        Ok(Err(error)) => Outcome::of_error(&error).map(Err).ok_or_else(|| broken(error)),
    }
}

/// A connected socket hears its resolver alone, and is told when nothing listens there.
fn udp_socket(address: SocketAddr, bind: &Bind) -> Result<UdpSocket, ProbeError> {
    let broken = |error| ProbeError::system("open a UDP socket", &address, error);
    let socket =
        Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP)).map_err(broken)?;
    bind.apply(&socket, address.ip())?;
    let connect = || -> io::Result<UdpSocket> {
        socket.set_nonblocking(true)?;
        socket.connect(&address.into())?;
        UdpSocket::from_std(socket.into())
    };
    connect().map_err(broken)
}

async fn by_tcp(
    address: SocketAddr,
    question: &Question,
    bind: &Bind,
    timeout: Duration,
) -> Result<Heard, ProbeError> {
    let (started, until) = (Instant::now(), tokio::time::Instant::now() + timeout);
    let mut stream = match tcp::open(address, bind, timeout).await? {
        Ok((stream, _)) => stream,
        Err(outcome) => return Ok(Err(outcome)),
    };
    let id = rand::random();
    let asking = async {
        let bytes = question.bytes(id)?;
        let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
        stream.write_all(&[&length.to_be_bytes()[..], &bytes].concat()).await?;
        let length = stream.read_u16().await?;
        let mut answer = vec![0; length.into()];
        stream.read_exact(&mut answer).await?;
        Ok::<_, io::Error>((question.read(id, &answer), started.elapsed()))
    };
    Ok(match timeout_at(until, asking).await {
        Err(_) => Err(Outcome::Timeout),
        Ok(Ok((Some(said), rtt))) => Ok((said, rtt)),
        Ok(Ok((None, _))) => Err(no_dns()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Outcome::Closed),
        Ok(Err(error)) => match Outcome::of_error(&error) {
            Some(outcome) => Err(outcome),
            None => return Err(ProbeError::system("ask by TCP", &address, error)),
        },
    })
}

async fn by_https(
    https: &Https,
    at: &Request,
    question: &Question,
    bind: &Bind,
    timeout: Duration,
) -> Result<Heard, ProbeError> {
    // RFC 8484 §4.1: an id of 0, so that answers can be cached.
    let bytes = question.bytes(0).map_err(|error| ProbeError::system("ask by HTTPS", &at.host, error))?;
    let answer = https.post(at, ("application/dns-message", Bytes::from(bytes)), bind, timeout).await?;
    Ok(match answer.probed.outcome {
        Outcome::HttpStatus { status: 200, .. } => {
            question.read(0, &answer.body).map(|said| (said, answer.phases.total)).ok_or_else(no_dns)
        }
        outcome => Err(outcome),
    })
}

fn no_dns() -> Outcome {
    Outcome::ProtocolError { reason: "this is no answer to the question".to_owned() }
}

#[cfg(test)]
mod tests;
