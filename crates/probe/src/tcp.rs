//! TCP connect: how long the target takes to accept.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpSocket, TcpStream};

use crate::{Bind, Method, Outcome, ProbeError, Probed};

/// Connects and hangs up again. A refusal is [`Outcome::Refused`]: the host is there, the service is not.
pub async fn connect(target: SocketAddr, bind: &Bind, timeout: Duration) -> Result<Probed, ProbeError> {
    let outcome = match open(target, bind, timeout).await? {
        Ok((_, rtt)) => Outcome::Reply { rtt },
        Err(outcome) => outcome,
    };
    Ok(Probed { method: Method::Tcp { port: target.port() }, outcome })
}

/// Whether a host is there, by TCP: the fallback of an echo. A refusal is an answer, too. The first of `ports` that
/// answers counts; each has its share of the time.
pub(crate) async fn echo(
    target: IpAddr,
    ports: &[u16],
    bind: &Bind,
    timeout: Duration,
) -> Result<Probed, ProbeError> {
    let each = timeout / u32::try_from(ports.len()).unwrap_or(1).max(1);
    let mut last = Probed { method: Method::Tcp { port: 0 }, outcome: Outcome::Timeout };
    for &port in ports {
        let started = Instant::now();
        let mut probed = connect(SocketAddr::new(target, port), bind, each).await?;
        if probed.outcome == Outcome::Refused {
            probed.outcome = Outcome::Reply { rtt: started.elapsed() };
        }
        last = probed;
        if last.outcome.is_answer() {
            break;
        }
    }
    Ok(last)
}

/// An open connection and how long it took, or why there is none.
pub(crate) async fn open(
    target: SocketAddr,
    bind: &Bind,
    timeout: Duration,
) -> Result<Result<(TcpStream, Duration), Outcome>, ProbeError> {
    let socket = socket(target, bind)?;
    let started = Instant::now();
    match tokio::time::timeout(timeout, socket.connect(target)).await {
        Err(_) => Ok(Err(Outcome::Timeout)),
        Ok(Ok(stream)) => Ok(Ok((stream, started.elapsed()))),
        Ok(Err(error)) => match Outcome::of_error(&error) {
            Some(outcome) => Ok(Err(outcome)),
            None => Err(ProbeError::system("connect", &target, error)),
        },
    }
}

fn socket(target: SocketAddr, bind: &Bind) -> Result<TcpSocket, ProbeError> {
    let make = || {
        let socket = Socket::new(Domain::for_address(target), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        Ok(socket)
    };
    let socket = make().map_err(|error| ProbeError::system("open a TCP socket", &target, error))?;
    bind.apply(&socket, target.ip())?;
    Ok(TcpSocket::from_std_stream(socket.into()))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn an_open_port_answers_and_a_closed_one_refuses() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let probed = connect(open, &Bind::default(), SECOND).await.unwrap();
        assert_eq!(probed.method, Method::Tcp { port: open.port() });
        assert!(probed.outcome.rtt().unwrap() < SECOND);

        drop(listener);
        let probed = connect(open, &Bind::interface("lo"), SECOND).await.unwrap();
        assert_eq!(probed.outcome, Outcome::Refused);
        // As an echo the same refusal says that the host is there.
        let probed = echo(open.ip(), &[open.port()], &Bind::default(), SECOND).await.unwrap();
        assert!(probed.outcome.is_answer(), "{probed:?}");
    }

    #[tokio::test]
    async fn a_full_backlog_is_silence() {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let target = socket.local_addr().unwrap().as_socket().unwrap();
        let mut held = Vec::new();
        for _ in 0..4 {
            match open(target, &Bind::default(), Duration::from_millis(200)).await.unwrap() {
                Ok((stream, _)) => held.push(stream),
                Err(outcome) => {
                    assert_eq!(outcome, Outcome::Timeout);
                    return;
                }
            }
        }
        panic!("a backlog of 0 took {} connections", held.len());
    }
}
