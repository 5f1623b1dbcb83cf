//! Asking BIRD by its socket and FRR by its program; problems come back in words that name the mend.

use std::{io, path::Path, process::Stdio, time::Duration};

use domain::bgp::{BgpSession, bird, frr};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    process::Command,
};

/// A daemon answers at once, or hangs.
const TIMEOUT: Duration = Duration::from_secs(3);
/// A thousand sessions of BIRD take 1.5 MB.
const LONGEST: u64 = 4 << 20;

pub async fn bird(socket: &Path) -> Result<Vec<BgpSession>, String> {
    let at = |error: io::Error| format!("{}: {}", socket.display(), mend(&error));
    let asking = async {
        let mut stream = UnixStream::connect(socket).await.map_err(at)?;
        stream.write_all(bird::QUESTION.as_bytes()).await.map_err(at)?;
        bird::sessions(&read(stream, bird::is_whole).await.map_err(at)?)
    };
    in_time(asking).await
}

pub async fn frr(program: &Path) -> Result<Vec<BgpSession>, String> {
    let at = |error: io::Error| format!("{}: {}", program.display(), mend(&error));
    let asking = async {
        let mut command = Command::new(program);
        command.args(["-c", frr::QUESTION]).kill_on_drop(true);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(at)?;
        let output = child.stdout.take().ok_or("its output cannot be read")?;
        let answer = read(output, |_| false).await.map_err(at)?;
        let status = child.wait().await.map_err(at)?;
        if !status.success() {
            return Err(format!(
                "{} failed ({status}); is FRR running, and this program's user in the group frrvty?",
                program.display()
            ));
        }
        frr::sessions(&answer)
    };
    in_time(asking).await
}

async fn in_time<T>(asking: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let late = |_| Err(format!("no answer within {} s", TIMEOUT.as_secs()));
    tokio::time::timeout(TIMEOUT, asking).await.unwrap_or_else(late)
}

/// Reads until it is whole or ends, no more than [`LONGEST`].
async fn read(from: impl AsyncRead + Unpin, is_whole: impl Fn(&str) -> bool) -> io::Result<String> {
    let mut from = from.take(LONGEST);
    let mut bytes = Vec::new();
    loop {
        if from.read_buf(&mut bytes).await? == 0 {
            break;
        }
        // The end alone decides, so that a long answer is not read over and over.
        let tail = bytes.len().saturating_sub(256);
        if is_whole(&String::from_utf8_lossy(&bytes[tail..])) {
            break;
        }
    }
    if from.limit() == 0 {
        return Err(io::Error::other("its answer is too long"));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn mend(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there; is the daemon installed and running?".to_owned(),
        io::ErrorKind::ConnectionRefused => "nobody listens there; is the daemon running?".to_owned(),
        io::ErrorKind::PermissionDenied => "not permitted; put this program's user into its group".to_owned(),
        _ => error.to_string(),
    }
}
