//! Runs a built state until it is told to stop: accept, serve, finish, close.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::middleware;
use backend::{
    AppError, AppState,
    accept::{self, Door},
    tls::{Keeper, to_https},
};
use tokio::{net::TcpListener, signal};

use crate::pages;

/// What runs beside requests has this long to end; with the connections' 8 s a stop takes 10 at most (quality.md §2).
const TASKS_END: Duration = Duration::from_millis(1500);

/// Serves (where told so) until SIGTERM or Ctrl-C, then stops gracefully.
pub async fn run(state: AppState, serve: bool, work: bool) -> anyhow::Result<()> {
    let stop = state.stop.clone();
    state.tasks.spawn(async move {
        stop_signal().await;
        tracing::info!("stopping");
        stop.cancel();
    });
    backend::self_health::note_start(&state).await;
    if work {
        backend::jobs::note_start(&state).await.map_err(AppError::into_anyhow).context("note the start")?;
        backend::jobs::start(&state);
        backend::uplinks::start(&state);
        backend::buildings::start(&state);
    }
    if serve {
        backend::diagnostics::serve_zone(&state).await?;
        serve_http(&state).await?;
    } else {
        state.stop.cancelled().await;
    }
    state.stop.cancel();
    state.tasks.close();
    if tokio::time::timeout(TASKS_END, state.tasks.wait()).await.is_err() {
        tracing::warn!("some work was cut at the stop");
    }
    state.db.close().await.context("close the database")?;
    backend::self_health::note_stop(&state);
    tracing::info!("stopped");
    Ok(())
}

async fn serve_http(state: &AppState) -> anyhow::Result<()> {
    let plain = listen(state.config.listen, "listen (STEADYLINE_LISTEN)").await?;
    let mut app = pages::router(state);
    let mut doors = Vec::new();
    if let (Some(keeper), Some(tls)) = (Keeper::open(&state.config, state.clock.now())?, &state.config.tls) {
        let listener = listen(tls.listen, "tls.listen (STEADYLINE_TLS__LISTEN)").await?;
        let address = listener.local_addr()?;
        tracing::info!("listening on https://{address}");
        doors.push(Door { listener, app: app.clone(), tls: Some(keeper.acceptor()?) });
        state.tasks.spawn(keeper.watch(state.clone()));
        if tls.redirect {
            app = app.layer(middleware::from_fn_with_state((state.clone(), address.port()), to_https));
        }
    }
    tracing::info!("listening on http://{}", plain.local_addr()?);
    doors.push(Door::plain(plain, app));
    let http = &state.config.http;
    let limits = accept::Limits {
        header_timeout: http.header_timeout,
        connections: http.connections,
        ..accept::Limits::default()
    };
    accept::serve(doors, limits, state.stop.clone()).await;
    Ok(())
}

async fn listen(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("{address} cannot be listened on; stop what uses the port or set {setting}"))
}

async fn stop_signal() {
    let mut terminate = match signal::unix::signal(signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!(error = %error, "SIGTERM cannot be heard");
            let _ = signal::ctrl_c().await;
            return;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = signal::ctrl_c() => {}
    }
}
