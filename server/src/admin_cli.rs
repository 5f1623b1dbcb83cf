//! `steadyline admin …`: the door's own key. Whoever may run this beside the database may do everything anyway, so that
//! nothing is asked but the new password: from the terminal without echo, else as the first line of standard input.

use std::{
    io::{BufRead, IsTerminal, Write},
    sync::Arc,
};

use anyhow::{Context, ensure};
use backend::{
    AppError, AppState,
    admin::{accounts, audit::Actor},
    clock::SystemClock,
    config::Config,
    crypto::{self, ServerKey},
    db::Db,
};
use clap::Subcommand;
use domain::admin::{Enrolment, Role, check_password};
use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};

#[derive(Subcommand)]
pub enum AdminRole {
    /// Let somebody sign in; prints the second factor, once.
    Create {
        name: String,
        /// admin: everything; viewer: see the pages where they are not public.
        #[arg(long, default_value = "admin")]
        role: Role,
    },
    /// Set another password; all sessions of the account end.
    Passwd { name: String },
    /// Make another second factor; all sessions of the account end.
    TotpReset { name: String },
    /// Who may sign in.
    List,
    /// Remove an account with its sessions.
    Remove { name: String },
}

#[derive(Subcommand)]
pub enum KeyRole {
    /// Seal every secret under a new key; no server may run meanwhile.
    Rotate,
}

/// Gives every sealed secret a new key.
pub async fn rotate_key(config: &Config) -> anyhow::Result<()> {
    if config.database_url.is_none() {
        backend::backup::refuse_if_in_use(&config.data_dir.join("steadyline.db")).await?;
    }
    let key = ServerKey::load(config)?;
    let db = Db::connect(config).await.context("The database cannot be opened; check data_dir")?;
    ensure!(!db.needs_migration().await?, "The schema is not up to date; run `steadyline migrate` first.");
    let (count, configured) = crypto::rotate(config, &db, key).await?;
    db.close().await.context("close the database")?;
    let next = if configured { " Now take the older keys out of sealing_key." } else { "" };
    print(&format!("{count} secrets are sealed under the new key.{next}"))
}

impl AdminRole {
    pub async fn run(self, config: Config) -> anyhow::Result<()> {
        let state = AppState::build(config, Arc::new(SystemClock)).await?;
        let result = self.act(&state).await;
        state.db.close().await.context("close the database")?;
        result
    }

    async fn act(self, state: &AppState) -> anyhow::Result<()> {
        let actor = Actor::cli();
        match self {
            Self::Create { name, role } => {
                let made = accounts::create(state, &actor, &name, role, ask_password(&name)?).await;
                show(&made.map_err(AppError::into_anyhow)?)
            }
            Self::Passwd { name } => {
                let changed = accounts::set_password(state, &actor, &name, ask_password(&name)?).await;
                changed.map_err(AppError::into_anyhow)?;
                print("The password is another one; all sessions of the account ended.")
            }
            Self::TotpReset { name } => {
                let made = accounts::reset_totp(state, &actor, &name).await;
                show(&made.map_err(AppError::into_anyhow)?)
            }
            Self::List => list(state).await,
            Self::Remove { name } => {
                accounts::remove(state, &actor, &name).await.map_err(AppError::into_anyhow)?;
                print(&format!("{name} was removed."))
            }
        }
    }
}

fn ask_password(name: &str) -> anyhow::Result<String> {
    let password = if std::io::stdin().is_terminal() {
        let first =
            rpassword::prompt_password(format!("Password of {name}: ")).context("read the password")?;
        let again = rpassword::prompt_password("Once more: ").context("read the password")?;
        ensure!(first == again, "The two passwords differ; nothing was changed.");
        first
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("read the password from standard input")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    check_password(&password, name).map_err(|why| anyhow::anyhow!("The password is not taken: {why}."))?;
    Ok(password)
}

/// What is told once: the code to scan, its text, and what works without a phone.
fn show(enrolment: &Enrolment) -> anyhow::Result<()> {
    let code = QrCode::with_error_correction_level(&enrolment.uri, EcLevel::L).context("draw the code")?;
    let drawing = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    let codes = enrolment.recovery_codes.join("\n  ");
    print(&format!(
        "{drawing}\n\nScan this with an authenticator app, or give it this address:\n  {}\n\n\
         Recovery codes, each good for one sign-in without the app (keep them on paper):\n  {codes}\n\n\
         None of this is shown again. {} signs in at /admin/sign-in.",
        enrolment.uri, enrolment.name
    ))
}

async fn list(state: &AppState) -> anyhow::Result<()> {
    let users = accounts::list(state).await.map_err(AppError::into_anyhow)?;
    if users.is_empty() {
        return print("Nobody may sign in yet; `steadyline admin create NAME` makes an account.");
    }
    for user in users {
        let seen = user.signed_in_at.map_or("never".to_owned(), |at| at.format("%F %R UTC").to_string());
        let (name, role, codes) = (user.name, user.role.word(), user.recovery_codes);
        print(&format!("{name}  {role}  signed in: {seen}  recovery codes left: {codes}"))?;
    }
    Ok(())
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("print the answer")
}
