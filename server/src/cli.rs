//! The command line: roles and flags.

use std::{
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use backend::{
    AppError, AppState,
    clock::SystemClock,
    config::{self, Config, SETTINGS, Vars},
    db::Db,
    seed::SeedPlan,
};
use clap::{Args, Parser, Subcommand};
use probe::cli::ProbeArgs;

use crate::{
    admin_cli::{self, AdminRole, KeyRole},
    boot, logs,
};

/// Is it me, my building, my provider, or the internet? A self-hosted observatory.
#[derive(Parser)]
#[command(name = "steadyline", version)]
pub struct Cli {
    /// A TOML file with settings.
    #[arg(long, global = true, value_name = "FILE", env = config::FILE_VARIABLE)]
    config: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Folder of the database, the server key and fetched tables.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Any setting, as section.key=value; may be given again.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// Serve pages and API, and run the jobs (the default).
    All,
    /// Serve pages and API; jobs run elsewhere.
    Serve,
    /// Run the jobs alone (with PostgreSQL).
    Work,
    /// Bring the database's schema up to date.
    Migrate,
    /// Copy the database to a new file while the server runs (SQLite).
    Backup { file: PathBuf },
    /// Put a copy back; the server must not run (SQLite).
    Restore { file: PathBuf },
    /// Fill the database with invented tests, to look at the pages or to measure.
    Seed(SeedArgs),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigRole),
    /// Who may sign in as the operator.
    #[command(subcommand)]
    Admin(AdminRole),
    /// The key that seals secrets in the database.
    #[command(subcommand)]
    Key(KeyRole),
    /// Print the API's OpenAPI document.
    Openapi,
    /// Measure by hand: echo, TCP, HTTPS, path, MTU, TLS, DNS.
    Probe(ProbeArgs),
    /// Check an evidence bundle.
    #[command(subcommand)]
    Evidence(EvidenceRole),
    /// The table of providers.
    #[command(subcommand)]
    Providers(ProvidersRole),
}

#[derive(Args)]
struct SeedArgs {
    /// How many tests.
    #[arg(long, default_value_t = 5_000)]
    measurements: u32,
    /// How many devices measured them; the first has a tenth of the tests.
    #[arg(long, default_value_t = 20)]
    devices: u32,
    /// How many providers they have.
    #[arg(long, default_value_t = 3)]
    providers: u32,
    /// Over how many days before now.
    #[arg(long, default_value_t = 90)]
    days: u32,
    /// Days of an invented line of this server.
    #[arg(long, default_value_t = 90)]
    uplink_days: u32,
    /// The same number invents the same tests.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Subcommand)]
enum ConfigRole {
    /// Tell every problem, and what is set.
    Check,
    /// Print every setting with its default, as .env.example has them.
    Example,
}

#[derive(Subcommand)]
enum EvidenceRole {
    /// Whether a bundle is whole, unchanged, and signed.
    Verify {
        file: PathBuf,
        /// The key that must have signed it, as the server tells it at /api/evidence/key.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
}

#[derive(Subcommand)]
enum ProvidersRole {
    /// Fetch the table from providers.url to providers.table.
    Update,
}

impl Cli {
    pub fn run(self) -> anyhow::Result<()> {
        match &self.role {
            Some(Role::Openapi) => return print(&backend::http::openapi().to_pretty_json()?),
            Some(Role::Evidence(EvidenceRole::Verify { file, key })) => {
                return verify(file, key.as_deref());
            }
            Some(Role::Probe(args)) => {
                let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
                return runtime.block_on(args.run(&mut std::io::stdout()));
            }
            Some(Role::Config(ConfigRole::Example)) => return print(config::env_example().trim_end()),
            _ => {}
        }
        let vars = self.vars()?;
        let config = Config::from_vars(&vars)?;
        if let Some(Role::Config(ConfigRole::Check)) = &self.role {
            return check(&vars, &config);
        }
        logs::start(&config.log)?;
        for warning in config.warnings() {
            tracing::warn!("{warning}");
        }
        let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
        runtime.block_on(act(self.role.unwrap_or(Role::All), config))
    }

    /// File, then environment, then flags: the later wins.
    fn vars(&self) -> anyhow::Result<Vars> {
        let mut vars = match &self.config {
            Some(path) => config::from_file(path)?,
            None => Vars::new(),
        };
        vars.extend(config::from_environment(std::env::vars()));
        vars.extend(config::from_flags(&self.set)?);
        if let Some(listen) = self.listen {
            vars.insert("listen".to_owned(), listen.to_string());
        }
        if let Some(data_dir) = &self.data_dir {
            vars.insert("data_dir".to_owned(), data_dir.display().to_string());
        }
        Ok(vars)
    }
}

async fn act(role: Role, config: Config) -> anyhow::Result<()> {
    match role {
        Role::Migrate => {
            let db =
                Db::connect(&config).await.context("The database cannot be opened; check DATABASE_URL")?;
            db.migrate().await.context("The schema cannot be brought up to date")?;
            db.close().await.context("close the database")
        }
        Role::Backup { file } => {
            let db = Db::connect(&config).await.context("The database cannot be opened; check data_dir")?;
            let bytes = backend::backup::backup(&db, &file).await?;
            db.close().await.context("close the database")?;
            print(&format!("{} has {bytes} bytes.", file.display()))
        }
        Role::Restore { file } => {
            let kept = backend::backup::restore(&config, &file).await?;
            let kept = kept.map(|path| format!(" What was there is now {}.", path.display()));
            print(&format!("Restored.{}", kept.unwrap_or_default()))
        }
        Role::Seed(args) => seed(config, args).await,
        Role::Admin(role) => role.run(config).await,
        Role::Key(KeyRole::Rotate) => admin_cli::rotate_key(&config).await,
        Role::Providers(ProvidersRole::Update) => {
            let bytes = backend::providers::update(&config).await?;
            print(&format!("The table was fetched: {bytes} bytes."))
        }
        role => {
            let state = AppState::build(config, Arc::new(SystemClock)).await?;
            boot::run(state, matches!(role, Role::All | Role::Serve), matches!(role, Role::All | Role::Work))
                .await
        }
    }
}

async fn seed(config: Config, args: SeedArgs) -> anyhow::Result<()> {
    let SeedArgs { measurements, devices, providers, days, uplink_days, seed } = args;
    let state = AppState::build(config, Arc::new(SystemClock)).await?;
    let plan = SeedPlan { measurements, devices, providers, days, seed };
    backend::seed::seed(&state, plan).await.map_err(AppError::into_anyhow).context("invent tests")?;
    if uplink_days > 0 {
        let line = backend::seed::seed_uplink(&state, uplink_days, seed).await;
        line.map_err(AppError::into_anyhow).context("invent a line")?;
    }
    state.db.close().await.context("close the database")?;
    print(&format!(
        "{measurements} tests of {devices} devices; X-Client-ID of the first: {}",
        backend::seed::device_id(0)
    ))
}

fn verify(file: &Path, key: Option<&str>) -> anyhow::Result<()> {
    let manifest = backend::evidence::verify(file, key).context("The bundle is not to be trusted")?;
    let whose = match key {
        Some(_) => "as you named it",
        None => "compare it with the server's own /api/evidence/key",
    };
    print(&format!(
        "{} files of {} are as they were signed on {} by the key {} ({whose}).",
        manifest.members.len(),
        manifest.environment,
        manifest.made_at,
        manifest.key.public_key,
    ))
}

/// Every setting, what it is and where it is not the default; secrets as ***.
fn check(vars: &Vars, config: &Config) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for setting in SETTINGS {
        let value = match vars.get(setting.key) {
            Some(_) if setting.secret => "***",
            Some(value) => value,
            None => setting.default,
        };
        let mark = if vars.contains_key(setting.key) { "*" } else { " " };
        writeln!(out, "{mark} {} = {value}\n      {}", setting.key, setting.meaning)?;
    }
    for warning in config.warnings() {
        writeln!(out, "warning: {warning}")?;
    }
    writeln!(out, "The configuration can be used (* marks what is set).")?;
    Ok(())
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("print the answer")
}
