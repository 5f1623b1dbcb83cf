//! `steadyline key rotate`: every sealed secret under a new key, in one transaction.
//!
//! A slice that seals a column adds one line to [`SEALED`]: its table, the column, the label that it seals under, and
//! the column whose bytes it binds the secret to (a binary column of the same row, unique in its table). What is derived
//! from the *server* key (hashes of devices, households, tokens; blind indexes) is not touched.
//!
//! Crash-safe: the file gets the new key in front of the old one and is on disk before the first row changes; rows
//! change all or none; only then the old key leaves the file. Stopped anywhere between, both keys open, and running it
//! again finishes. Servers must not run meanwhile: they would go on sealing with the key that is about to leave.

use anyhow::{Context, bail, ensure};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, Value,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{SealingKey, ServerKey, files::save_sealing};
use crate::{AppError, admin::accounts::SEED_LABEL, config::Config, db::Db};

/// A column whose texts are sealed.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    pub table: &'static str,
    pub column: &'static str,
    pub label: &'static str,
    /// What they are bound to.
    pub row: &'static str,
}

/// Every sealed column; one line each.
pub const SEALED: &[Sealed] =
    &[Sealed { table: "admins", column: "totp", label: SEED_LABEL, row: "totp_row" }];

/// Reseals everything under a new key; how many secrets, and whether an old key is still to be taken out of the setting.
pub async fn rotate(config: &Config, db: &Db, mut key: ServerKey) -> anyhow::Result<(u64, bool)> {
    let configured = config.sealing_key.is_some();
    if configured {
        ensure!(
            key.sealing.len() > 1,
            "sealing_key (STEADYLINE_SEALING_KEY) holds one key: write a new one (`openssl rand -hex 32`) and a comma in \
             front of it, start every server anew, and run this again."
        );
    } else {
        key.sealing.insert(0, SealingKey::random());
        save_sealing(config, &key.sealing)?;
    }
    let key = std::sync::Arc::new(key);
    let of_unit = key.clone();
    let count = db.write(move |tx| Box::pin(async move { Ok(reseal(tx, &of_unit).await?) })).await;
    let count = count.map_err(AppError::into_anyhow).context("Nothing was changed")?;
    if !configured {
        save_sealing(config, &key.sealing[..1])?;
    }
    Ok((count, configured))
}

async fn reseal(tx: &DatabaseTransaction, key: &ServerKey) -> anyhow::Result<u64> {
    let mut count = 0;
    for Sealed { table, column, label, row } in SEALED {
        let name = |text: &str| Alias::new(text);
        let select = Query::select()
            .columns([name(row), name(column)])
            .from(name(table))
            .and_where(Expr::col(name(column)).is_not_null())
            .to_owned();
        for found in tx.query_all(&select).await? {
            let (bound, sealed): (Vec<u8>, Vec<u8>) =
                (found.try_get_by_index(0)?, found.try_get_by_index(1)?);
            let Some(plain) = key.open(label, &bound, &sealed) else {
                bail!(
                    "a secret in {table}.{column} opens by none of the keys; remove it or bring its key back"
                );
            };
            let update = Query::update()
                .table(name(table))
                .value(name(column), Value::from(key.seal(label, &bound, &plain)))
                .and_where(Expr::col(name(row)).eq(bound))
                .to_owned();
            tx.execute(&update).await?;
            count += 1;
        }
    }
    Ok(count)
}
