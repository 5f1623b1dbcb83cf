//! schemathesis over the OpenAPI document: every operation with inputs made from and against its schema. No 5xx but a documented
//! 503, no status that the document does not know. Limits are off: they would answer instead of the handlers.

use std::time::Duration;

use super::{counts::Counts, server::Server};
use crate::{
    cmd::{cmd, run, run_within},
    paths, stamp,
    steps::{step, unchanged},
};

const VERSION: &str = "schemathesis==4.32.5";

/// An answer may be slow on a busy machine, but the stage must end.
const LIMIT: Duration = Duration::from_secs(600);

/// What never ends, or answers with as many bytes as asked for.
const ENDLESS: &str =
    "^/api/(events|ws)/|^/api/speed/(download|upload|ping)|^/api/bandwidth-probe|^/ndt/|^/backend/|test-now";

/// Sets the tool up and runs it.
pub fn run_all() -> anyhow::Result<Counts> {
    let tool = install()?;
    let server = Server::start("fuzz", &[("STEADYLINE_LIMITS__ENABLED", "false")])?;
    let mut command = cmd(tool);
    command.arg("--config-file").arg(paths::node().join("schemathesis.toml")).arg("run");
    command.arg(format!("http://127.0.0.1:{}/api/openapi.json", server.port)).current_dir(paths::scratch());
    command
        .args(["--checks=not_a_server_error,status_code_conformance", "--phases=examples,coverage,fuzzing"]);
    command.args([
        "--max-examples=25",
        "--seed=1",
        "--request-timeout=20",
        "--suppress-health-check=all",
        "--warnings=off",
    ]);
    command.args(["--exclude-path-regex", ENDLESS]).env("PYTHONUNBUFFERED", "1");
    run_within(&mut command, LIMIT)?;
    Ok(Counts::ONE)
}

fn install() -> anyhow::Result<std::path::PathBuf> {
    let folder = paths::scratch().join("python");
    let tool = folder.join("bin/schemathesis");
    if stamp::is("schemathesis", VERSION) && tool.is_file() {
        unchanged("schemathesis");
        return Ok(tool);
    }
    step("pip install schemathesis", || {
        run(cmd("python3").args(["-m", "venv"]).arg(&folder))?;
        run(cmd(folder.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", VERSION]))
    })?;
    stamp::set("schemathesis", VERSION)?;
    Ok(tool)
}
