//! The accept loop: every connection of the server comes in here.
//!
//! Why our own and not `axum::serve`: a speed test needs the connection's socket (TCP_INFO, congestion control), and a
//! public server needs a time-out for headers, a cap on connections and a stop that ends. Flow: accept → duplicate of
//! the socket into [`Peer`] → TLS where the door has it → hyper-util's auto builder (HTTP/1.1 with upgrades, HTTP/2 by prior knowledge) → router.
//! Surprising: the auto builder waits without end for the first bytes of a silent client, so that a connection which
//! has not brought one whole request head in time is closed from outside.

use std::{
    net::SocketAddr,
    os::fd::{AsFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, extract::connect_info::Connected};
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

/// The other end of a connection, as `ConnectInfo<Peer>` in every request.
#[derive(Clone, Debug)]
pub struct Peer {
    pub address: SocketAddr,
    /// A duplicate of the connection's socket, for `probe::tcp_info` and `probe::set_congestion`; none in process.
    pub socket: Option<Arc<OwnedFd>>,
    /// Whether TLS ends in this program.
    pub tls: bool,
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self { address, socket: None, tls: false }
    }
}

impl Connected<SocketAddr> for Peer {
    fn connect_info(address: SocketAddr) -> Self {
        address.into()
    }
}

/// The limits of the loop.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A whole request head must have come in this time.
    pub header_timeout: Duration,
    /// Open connections in all; further ones wait in the kernel's queue.
    pub connections: usize,
    /// How long a stop waits for requests that are under way.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        // 10 s: nginx gives 60, Apache's reqtimeout 20; a browser sends its head in one packet. 20,000 connections:
        // quality.md asks for 10,000 idle ones. 8 s: the whole stop ends within 10 (quality.md §2).
        Self { header_timeout: Duration::from_secs(10), connections: 20_000, drain: Duration::from_secs(8) }
    }
}

/// One address that is listened on, and what is served there.
pub struct Door {
    pub listener: TcpListener,
    pub app: Router,
    /// None: plain HTTP.
    pub tls: Option<TlsAcceptor>,
}

impl Door {
    pub fn plain(listener: TcpListener, app: Router) -> Self {
        Self { listener, app, tls: None }
    }
}

/// Serves until `stop` is cancelled and what was under way has ended (or `drain` is over). The limits are those of all
/// doors together.
pub async fn serve(doors: Vec<Door>, limits: Limits, stop: CancellationToken) {
    let all = Shared {
        limits,
        stop,
        abandon: CancellationToken::new(),
        places: Arc::new(Semaphore::new(limits.connections)),
        connections: TaskTracker::new(),
    };
    futures::future::join_all(doors.into_iter().map(|door| all.take(door))).await;
    all.connections.close();
    if timeout(limits.drain, all.connections.wait()).await.is_err() {
        tracing::warn!(open = all.connections.len(), "connections were cut at the stop");
        all.abandon.cancel();
        all.connections.wait().await;
    }
}

struct Shared {
    limits: Limits,
    stop: CancellationToken,
    abandon: CancellationToken,
    places: Arc<Semaphore>,
    connections: TaskTracker,
}

impl Shared {
    async fn take(&self, door: Door) {
        loop {
            let place = tokio::select! {
                place = self.places.clone().acquire_owned() => place.expect("this semaphore is never closed"),
                () = self.stop.cancelled() => return,
            };
            let (stream, address) = tokio::select! {
                accepted = door.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of descriptors, or the client was gone already: neither is a reason to end or to spin.
                        tracing::warn!(error = %error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = self.stop.cancelled() => return,
            };
            let connection = Connection {
                app: door.app.clone(),
                limits: self.limits,
                stop: self.stop.clone(),
                abandon: self.abandon.clone(),
                _place: place,
            };
            self.connections.spawn(connection.run(stream, address, door.tls.clone()));
        }
    }
}

struct Connection {
    app: Router,
    limits: Limits,
    stop: CancellationToken,
    abandon: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    async fn run(self, stream: TcpStream, address: SocketAddr, tls: Option<TlsAcceptor>) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "TCP_NODELAY was refused");
        }
        let socket = stream.as_fd().try_clone_to_owned().ok().map(Arc::new);
        let peer = Peer { address, socket, tls: tls.is_some() };
        let first_by = Instant::now() + self.limits.header_timeout;
        let Some(tls) = tls else { return self.speak(stream, peer, first_by).await };
        // A handshake takes part in the time for the first head, so that silence costs no more here than there.
        let shaken = tokio::select! {
            shaken = timeout_at(first_by, tls.accept(stream)) => shaken,
            () = self.stop.cancelled() => return,
        };
        match shaken {
            Ok(Ok(stream)) => self.speak(stream, peer, first_by).await,
            // A scanner, a plain request, a certificate that a browser does not trust: the client's affair.
            Ok(Err(error)) => tracing::debug!(error = %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn speak(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: Peer,
        first_by: Instant,
    ) {
        let asked = Arc::new(AtomicBool::new(false));
        let service = {
            let (app, asked) = (self.app, asked.clone());
            service_fn(move |mut request: Request<Incoming>| {
                asked.store(true, Ordering::Relaxed);
                request.extensions_mut().insert(ConnectInfo(peer.clone()));
                app.clone().oneshot(request.map(Body::new))
            })
        };
        let builder = builder(self.limits.header_timeout);
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let first_by = sleep_until(first_by);
        let mut first_by = std::pin::pin!(first_by);
        let (mut watched, mut stopping) = (true, false);
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        // A browser that leaves in mid-test is the ordinary case.
                        tracing::trace!(error, "a connection ended early");
                    }
                    return;
                }
                () = first_by.as_mut(), if watched => {
                    if !asked.load(Ordering::Relaxed) {
                        return;
                    }
                    watched = false;
                }
                () = self.stop.cancelled(), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = self.abandon.cancelled() => return,
            }
        }
    }
}

fn builder(header_timeout: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20))
        .max_concurrent_streams(128)
        // RFC 9113's 64 KiB window would cap an upload at 64 KiB a round trip: 4 MiB carry 320 Mbit/s at 100 ms.
        .initial_stream_window_size(4 << 20)
        .initial_connection_window_size(8 << 20);
    builder
}

#[cfg(test)]
mod tests;
