//! `cargo xtask serve`: build for release (so that its byte paths are those of a deployed server) and run it.

use std::os::unix::process::CommandExt;

use anyhow::anyhow;

use crate::{
    build,
    cmd::{cmd, run},
    steps,
};

/// Builds, then becomes the server, so that signals and exit code are its own.
pub fn serve(args: &[String]) -> anyhow::Result<()> {
    let binary = build::product()?;
    steps::table();
    eprintln!("\nSteadyline: http://{}\n", address(args));
    Err(anyhow!(cmd(&binary).args(args).exec()).context(format!("start {}", binary.display())))
}

/// The role `seed` of the same binary.
pub fn seed(args: &[String]) -> anyhow::Result<()> {
    run(cmd(build::product()?).arg("seed").args(args))
}

fn address(args: &[String]) -> String {
    let flag = args.iter().enumerate().find_map(|(i, arg)| match arg.strip_prefix("--listen") {
        Some("") => args.get(i + 1).cloned(),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    let listen = flag
        .or_else(|| Some(std::env::var_os("STEADYLINE_LISTEN")?.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    listen.replace("127.0.0.1:", "localhost:").replace("0.0.0.0:", "localhost:")
}
