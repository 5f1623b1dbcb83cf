//! Accounts: made, changed and removed by the command line and by signed-in admins alike.

use domain::{
    ApiError, ErrorCode,
    admin::{AdminUser, Enrolment, Role, check_password, is_name, shown_recovery_code},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, Set,
};

use super::{
    audit::{self, Actor},
    lockouts::Trial,
    sessions, totp,
};
use crate::{
    AppError, AppState,
    db::time::{from_ms, to_ms},
    entities::{admin, admin_recovery_code},
    error::AppResult,
};

/// The label under which seeds are sealed.
pub const SEED_LABEL: &str = "totp";

pub async fn find<C: ConnectionTrait>(db: &C, name: &str) -> Result<Option<admin::Model>, DbErr> {
    admin::Entity::find().filter(admin::Column::Name.eq(name)).one(db).await
}

async fn find_known<C: ConnectionTrait>(db: &C, name: &str) -> AppResult<admin::Model> {
    find(db, name).await?.ok_or_else(|| AppError::not_found("account"))
}

pub fn role(account: &admin::Model) -> AppResult<Role> {
    Ok(account.role.parse().map_err(|why| anyhow::anyhow!("the role of {}: {why}", account.name))?)
}

/// The seed of an account's codes; none where the key is another one.
pub fn seed(state: &AppState, account: &admin::Model) -> Option<Vec<u8>> {
    let seed = state.key.open(SEED_LABEL, &account.totp_row, &account.totp);
    if seed.is_none() {
        tracing::error!(admin.name = account.name, "a seed cannot be read; `steadyline admin totp-reset`");
    }
    seed
}

pub fn recovery_hash(state: &AppState, plain: &str) -> Vec<u8> {
    state.key.sign("recovery code", plain.as_bytes()).to_vec()
}

/// All accounts by name.
pub async fn list(state: &AppState) -> AppResult<Vec<AdminUser>> {
    let db = &state.db.read;
    let mut users = Vec::new();
    for account in admin::Entity::find().order_by_asc(admin::Column::Name).all(db).await? {
        let codes = admin_recovery_code::Column::AdminId.eq(account.id);
        users.push(AdminUser {
            role: role(&account)?,
            name: account.name,
            created_at: from_ms(account.created_at),
            signed_in_at: account.signed_in_at.map(from_ms),
            recovery_codes: admin_recovery_code::Entity::find().filter(codes).count(db).await?,
        });
    }
    Ok(users)
}

/// A fresh second factor, with what of it is kept.
struct Fresh {
    shown: Enrolment,
    sealed: Vec<u8>,
    row: Vec<u8>,
    codes: Vec<Vec<u8>>,
}

fn fresh(state: &AppState, name: &str) -> Fresh {
    let seed: [u8; totp::SEED_BYTES] = rand::random();
    let row: [u8; 16] = rand::random();
    let codes = totp::recovery_codes();
    let issuer = match state.config.environment.as_str() {
        "production" => "Steadyline".to_owned(),
        environment => format!("Steadyline {environment}"),
    };
    Fresh {
        sealed: state.key.seal(SEED_LABEL, &row, &seed),
        row: row.to_vec(),
        codes: codes.iter().map(|code| recovery_hash(state, code)).collect(),
        shown: Enrolment {
            name: name.to_owned(),
            uri: totp::uri(&issuer, name, &seed),
            recovery_codes: codes.iter().map(|code| shown_recovery_code(code)).collect(),
        },
    }
}

async fn keep_codes(tx: &DatabaseTransaction, admin_id: i64, codes: Vec<Vec<u8>>) -> Result<(), DbErr> {
    let of_account = admin_recovery_code::Column::AdminId.eq(admin_id);
    admin_recovery_code::Entity::delete_many().filter(of_account).exec(tx).await?;
    let rows = codes
        .into_iter()
        .map(|hash| admin_recovery_code::ActiveModel { hash: Set(hash), admin_id: Set(admin_id) });
    admin_recovery_code::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

async fn checked_hash(state: &AppState, name: &str, password: String) -> AppResult<String> {
    check_password(&password, name).map_err(|why| ApiError::invalid("password", why.to_string()))?;
    state.passwords.hash(password).await
}

/// Makes an account; its second factor is told once.
pub async fn create(
    state: &AppState,
    actor: &Actor,
    name: &str,
    role: Role,
    password: String,
) -> AppResult<Enrolment> {
    if !is_name(name) {
        let why = "use up to 32 lower-case letters, digits, dots, hyphens";
        return Err(ApiError::invalid("name", why).into());
    }
    let password = checked_hash(state, name, password).await?;
    let Fresh { shown, sealed, row, codes } = fresh(state, name);
    let now = to_ms(state.clock.now());
    let account = admin::ActiveModel {
        name: Set(name.to_owned()),
        role: Set(role.word().to_owned()),
        password: Set(password),
        totp: Set(sealed),
        totp_row: Set(row),
        created_at: Set(now),
        ..Default::default()
    };
    let (actor, name) = (actor.clone(), name.to_owned());
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                if find(tx, &name).await?.is_some() {
                    return Err(ApiError::new(ErrorCode::Conflict, "This name is taken.").into());
                }
                let account = account.insert(tx).await?;
                keep_codes(tx, account.id, codes).await?;
                Ok(audit::insert_act(tx, now, &actor, "user.create", Some(&name)).await?)
            })
        })
        .await?;
    Ok(shown)
}

/// Another password; all sessions of the account end, and a lock-out with them.
pub async fn set_password(state: &AppState, actor: &Actor, name: &str, password: String) -> AppResult<()> {
    let password = checked_hash(state, name, password).await?;
    let (of_unit, actor, name, now) =
        (state.clone(), actor.clone(), name.to_owned(), to_ms(state.clock.now()));
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut account = find_known(tx, &name).await?.into_active_model();
                account.password = Set(password);
                let account = account.update(tx).await?;
                sessions::end_others(tx, Some(account.id), None).await?;
                Trial::forget_name(&of_unit, tx, &name).await?;
                Ok(audit::insert_act(tx, now, &actor, "user.password", Some(&name)).await?)
            })
        })
        .await
}

/// Another second factor; all sessions of the account end.
pub async fn reset_totp(state: &AppState, actor: &Actor, name: &str) -> AppResult<Enrolment> {
    let Fresh { shown, sealed, row, codes } = fresh(state, name);
    let (actor, name, now) = (actor.clone(), name.to_owned(), to_ms(state.clock.now()));
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut account = find_known(tx, &name).await?.into_active_model();
                (account.totp, account.totp_row, account.last_step) = (Set(sealed), Set(row), Set(None));
                let account = account.update(tx).await?;
                keep_codes(tx, account.id, codes).await?;
                sessions::end_others(tx, Some(account.id), None).await?;
                Ok(audit::insert_act(tx, now, &actor, "user.totp", Some(&name)).await?)
            })
        })
        .await?;
    Ok(shown)
}

/// Removes an account with all that is its own. The last admin stays, unless the command line says otherwise: there
/// somebody can make another.
pub async fn remove(state: &AppState, actor: &Actor, name: &str) -> AppResult<()> {
    let (actor, name, now) = (actor.clone(), name.to_owned(), to_ms(state.clock.now()));
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let account = find_known(tx, &name).await?;
                let admins = admin::Column::Role.eq(Role::Admin.word());
                let left = admin::Entity::find().filter(admins).filter(admin::Column::Id.ne(account.id));
                if actor.name != Actor::CLI && left.count(tx).await? == 0 {
                    let why = "This is the last admin: nobody could sign in any more.";
                    return Err(ApiError::new(ErrorCode::Conflict, why).into());
                }
                admin::Entity::delete_by_id(account.id).exec(tx).await?;
                Ok(audit::insert_act(tx, now, &actor, "user.delete", Some(&name)).await?)
            })
        })
        .await
}
