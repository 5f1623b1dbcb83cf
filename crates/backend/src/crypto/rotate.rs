//! `steadyline key rotate`: every sealed secret under a new key, in one transaction.
//!
//! A slice that seals a column adds one line to [`SEALED`]: its table, the column, the label that it seals under, and
//! the column that it binds the secret to (of the same row, unique in its table). What is derived
//! from the *server* key (hashes of devices, households, tokens; blind indexes) is not touched.
//!
//! Crash-safe: the file gets the new key in front of the old one and is on disk before the first row changes; rows
//! change all or none; only then the old key leaves the file. Stopped anywhere between, both keys open, and running it
//! again finishes. Servers must not run meanwhile: they would go on sealing with the key that is about to leave.

use anyhow::{Context, bail, ensure};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{SealingKey, ServerKey, files::save_sealing};
use crate::{AppError, admin::accounts::SEED_LABEL, buildings, config::Config, db::Db};

/// A column whose texts are sealed.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    pub table: &'static str,
    pub column: &'static str,
    pub label: &'static str,
    pub row: Row,
}

/// The column that a secret is bound to.
#[derive(Clone, Copy, Debug)]
pub enum Row {
    /// Its bytes as they are.
    Bytes(&'static str),
    /// A number, as eight bytes of big endian.
    Number(&'static str),
}

impl Row {
    const fn column(self) -> &'static str {
        match self {
            Self::Bytes(column) | Self::Number(column) => column,
        }
    }

    /// The value as it stands in the table, and the bytes that are bound.
    fn bound(self, found: &QueryResult) -> Result<(Value, Vec<u8>), DbErr> {
        Ok(match self {
            Self::Bytes(_) => {
                let bytes: Vec<u8> = found.try_get_by_index(0)?;
                (bytes.clone().into(), bytes)
            }
            Self::Number(_) => {
                let number: i64 = found.try_get_by_index(0)?;
                (number.into(), number.to_be_bytes().to_vec())
            }
        })
    }
}

/// Every sealed column; one line each.
pub const SEALED: &[Sealed] = &[
    Sealed { table: "admins", column: "totp", label: SEED_LABEL, row: Row::Bytes("totp_row") },
    Sealed { table: ENDPOINTS, column: "address", label: buildings::ADDRESS, row: Row::Number("id") },
    Sealed { table: ENDPOINTS, column: "label", label: buildings::LABEL, row: Row::Number("id") },
];
const ENDPOINTS: &str = "building_endpoints";

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
            .columns([name(row.column()), name(column)])
            .from(name(table))
            .and_where(Expr::col(name(column)).is_not_null())
            .to_owned();
        for found in tx.query_all(&select).await? {
            let (value, bound) = row.bound(&found)?;
            let sealed: Vec<u8> = found.try_get_by_index(1)?;
            let Some(plain) = key.open(label, &bound, &sealed) else {
                bail!(
                    "a secret in {table}.{column} opens by none of the keys; remove it or bring its key back"
                );
            };
            let update = Query::update()
                .table(name(table))
                .value(name(column), Value::from(key.seal(label, &bound, &plain)))
                .and_where(Expr::col(name(row.column())).eq(value))
                .to_owned();
            tx.execute(&update).await?;
            count += 1;
        }
    }
    Ok(count)
}
