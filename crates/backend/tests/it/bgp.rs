//! BGP sessions: played daemons, and two real BIRDs in namespaces (root and Debian's bird2, else skipped).

use std::{
    fs,
    net::IpAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use backend::{
    bgp::refresh,
    uplinks::{Asking, Prober, Taken, Taking, Watcher},
};
use domain::{
    bgp::{BgpDaemon, BgpState, DaemonKind, LIST_BGP_DAEMONS},
    uplinks::{EchoResult, LIST_UPLINKS, Round, State},
};
use netlab::{Chain, LabError, gauge::Running};
use tokio::net::UnixListener;

use crate::app::TestApp;

async fn told(app: &TestApp) -> Vec<BgpDaemon> {
    refresh(&app.state).await;
    app.anyone().call(LIST_BGP_DAEMONS, &()).await.unwrap()
}

/// A program in the place of vtysh.
fn vtysh(folder: &Path, script: &str) -> std::path::PathBuf {
    let path = folder.join("vtysh");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn nothing_configured_is_nothing_told() {
    assert_eq!(told(&TestApp::new().await).await, []);
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let app = TestApp::with(|config| {
        config.bgp.bird_socket = Some("/nowhere/bird.ctl".into());
        config.bgp.vtysh = Some("/nowhere/vtysh".into());
    })
    .await;
    let daemons = told(&app).await;
    assert_eq!(
        daemons.iter().map(|daemon| daemon.kind).collect::<Vec<_>>(),
        [DaemonKind::Bird, DaemonKind::Frr]
    );
    for daemon in daemons {
        let problem = daemon.problem.unwrap();
        assert!(problem.contains("/nowhere/") && problem.contains("is the daemon installed"), "{problem}");
        assert_eq!((daemon.asked_at, daemon.sessions.len()), (Some(app.now()), 0));
    }
}

#[tokio::test]
async fn a_daemon_that_hangs_or_fails_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bird.ctl");
    // Nobody ever accepts: the connection stands and stays silent.
    let _silent = UnixListener::bind(&socket).unwrap();
    let program = vtysh(folder.path(), "exit 1");
    let app = TestApp::with(|config| {
        config.bgp.bird_socket = Some(socket);
        config.bgp.vtysh = Some(program);
    })
    .await;
    let problems: Vec<String> = told(&app).await.into_iter().filter_map(|daemon| daemon.problem).collect();
    assert!(problems[0].contains("within 3 s") && problems[1].contains("is FRR running"), "{problems:?}");
}

#[tokio::test]
async fn frr_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let answer = folder.path().join("answer");
    fs::write(&answer, include_str!("../../../domain/src/bgp/fixtures/frr.json")).unwrap();
    let script = format!("[ \"$*\" = '-c show bgp summary json' ] && cat {}", answer.display());
    let program = vtysh(folder.path(), &script);
    let app = TestApp::with(|config| config.bgp.vtysh = Some(program)).await;
    let daemons = told(&app).await;
    assert_eq!((daemons[0].problem.as_deref(), daemons[0].sessions.len()), (None, 4));
}

/// A line on which everybody answers.
struct Well;

impl Prober for Well {
    fn take(&self, _: bool) -> Taking<'_> {
        let echo = EchoResult { target: "192.0.2.1".into(), sent: 3, rtt_ms: vec![10.0; 3] };
        let round = Round { echoes: vec![echo], ..Round::default() };
        Box::pin(std::future::ready(Taken { round, ..Taken::default() }))
    }

    fn trace(&self, _: IpAddr) -> Asking<'_> {
        Box::pin(std::future::ready(None))
    }
}

/// A BIRD of its own number on a host of the chain.
fn bird(chain: &Chain, folder: &Path, host: &str, me: u8, you: u8) -> Running {
    let conf = folder.join(format!("{host}.conf"));
    let text = format!(
        "router id 198.18.100.{me};\nprotocol device {{}}\nprotocol bgp transit {{ local 198.18.100.{me} as 6450{me}; \
         neighbor 198.18.100.{you} as 6450{you}; ipv4 {{ import all; export all; }}; connect delay time 1; }}\n"
    );
    fs::write(&conf, text).unwrap();
    let child = chain
        .command(host, "bird")
        .args([Path::new("-f"), Path::new("-c"), &conf, Path::new("-s"), &folder.join(format!("{host}.ctl"))])
        .arg("-P")
        .arg(folder.join(format!("{host}.pid")))
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    Running(child)
}

/// Asks until the session is so.
async fn wait(app: &TestApp, state: BgpState) -> BgpDaemon {
    let begun = Instant::now();
    loop {
        let daemon = told(app).await.remove(0);
        if daemon.sessions.first().is_some_and(|session| session.state == state) {
            return daemon;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "not {state:?}: {daemon:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_real_session_goes_up_and_down_and_no_line_feels_it() {
    if !["/usr/sbin/bird", "/usr/sbin/birdc"].iter().all(|program| Path::new(program).exists()) {
        eprintln!("skipped: bird2 is not installed");
        return;
    }
    let chain = match Chain::build(0) {
        Ok(chain) => chain,
        Err(error @ LabError::NotRoot) => {
            eprintln!("{error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("here.ctl");
    let app = TestApp::with(|config| config.bgp.bird_socket = Some(socket.clone())).await;
    let mut line = Watcher::start(&app.state, "eth0", Arc::new(Well)).await.unwrap();
    line.turn().await.unwrap();
    let before = app.anyone().call(LIST_UPLINKS, &()).await.unwrap().remove(0);

    let _birds = [bird(&chain, folder.path(), "here", 1, 2), bird(&chain, folder.path(), "there", 2, 1)];
    let up = wait(&app, BgpState::Established).await;
    let session = &up.sessions[0];
    assert_eq!((session.name.as_str(), session.remote_as), ("transit", Some(64502)));

    let birdc = Command::new("/usr/sbin/birdc").arg("-s").arg(&socket).args(["disable", "transit"]).output();
    assert!(birdc.unwrap().status.success());
    let down = wait(&app, BgpState::Disabled).await;
    assert_eq!(down.problem, None);
    line.turn().await.unwrap();
    let after = app.anyone().call(LIST_UPLINKS, &()).await.unwrap().remove(0);
    assert_eq!((after.state, after.since, after.reason), (State::Up, before.since, before.reason));
    drop(chain);
}
