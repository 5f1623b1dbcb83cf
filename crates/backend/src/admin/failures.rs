//! The lines by which fail2ban learns of refused sign-ins: in `log.auth_file` where that is set, else in the log. It is
//! the one thing of the program that writes an address into a log; of people who try to be the operator.

use std::{fs::OpenOptions, io::Write, net::IpAddr, os::unix::fs::OpenOptionsExt, path::Path};

use chrono::SecondsFormat;
use domain::admin::failure;

use crate::AppState;

/// Tells of one refused sign-in. A file that cannot be written is told in the log, with the line.
pub fn tell(state: &AppState, address: IpAddr, name: &str) {
    let line = failure::line(address, name);
    metrics::counter!("steadyline_auth_failures_total").increment(1);
    let Some(path) = &state.config.log.auth_file else {
        tracing::warn!("{line}");
        return;
    };
    let at = state.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true);
    if let Err(error) = append(path, &format!("{at} {line}\n")) {
        tracing::error!(path = %path.display(), error = %error, "log.auth_file cannot be written");
        tracing::warn!("{line}");
    }
}

/// Opened each time, so that a file which was rotated away is made anew; one write, so that lines stay whole.
fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o640).open(path)?;
    file.write_all(line.as_bytes())
}
