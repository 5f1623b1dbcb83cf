//! Structured logs on standard error, as text or JSON; the newest lines are kept for an evidence bundle.

use std::io::IsTerminal;

use anyhow::Context;
use backend::{
    config::{LogConfig, LogFormat},
    evidence::Journal,
};
use tracing_subscriber::{EnvFilter, fmt, fmt::writer::MakeWriterExt};

/// Starts the log; nothing is written before.
pub fn start(config: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::builder()
        .parse(&config.level)
        .with_context(|| format!("log.level (STEADYLINE_LOG__LEVEL) `{}` cannot be read", config.level))?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr.and(|| Journal));
    match config.format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
